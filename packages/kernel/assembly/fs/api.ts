/**
 * What the rest of the kernel needs of files. Everything else under fs/ is internal to it and to the system calls.
 *
 * Ownership: an OpenFile is counted. Functions that return one hand over a reference; `release()` it, or install it.
 *
 * A writable shared mapping of a file: call `inode.hold()`, `inode.sharedMappings++`; share through
 * `inode.pageFrame(index)` (a 4 KiB frame in kernel memory that read(2) and write(2) also use, so copying dirty pages to it
 * publishes them), or write back with `inode.writeAt`. When a mapping ends: `sharedMappings--`, `inode.drop()`.
 * read(2), write(2) and friends call `syncSharedMappings(inode)` of mm/shared-mappings.ts first when `sharedMappings` is positive.
 */
export { FdTable } from './fd-table';
export { FsContext } from './fs-context';
export { Inode } from './inode';
export { OpenFile } from './open-file';
export { Path, pathText } from './path';
export { lastError } from './result';
export { lookupForExec, lookupPath, openForKernel } from './lookup';
export { initFileSystems, initialContext, initialFiles, mountTmpfs, mountPreopens, makeRootReadOnly } from './boot';
export { consoleHasReader, consoleInput, consoleWindowChanged, forwardHostSignal } from './console';
export { hangUpSession } from './terminal';
export { exportChanges } from './export';
