/**
 * What the rest of the kernel needs of files. Everything else under fs/ is internal to it and to the system calls.
 *
 * Ownership: an OpenFile is counted. Functions that return one hand over a reference; `release()` it, or install it.
 *
 * A writable shared mapping of a file: call `inode.hold()`, `inode.sharedMappings++`; when it ends `sharedMappings--`,
 * `inode.drop()`. It reads through `inode.readAt` and writes back with `inode.writeAt`. read(2), write(2) and truncate(2)
 * call `syncSharedMappings(inode)` first when `sharedMappings` is positive.
 */
export { FdTable } from './fd-table';
export { FsContext } from './fs-context';
export { Inode } from './inode';
export { OpenFile } from './open-file';
export { Path, pathText } from './path';
export { lastError } from './result';
export { openError, openForExec, readWholeFile } from './lookup';
export { bindConsole, changeDirectory, fileSystemProblem, initFileSystems, mountTmpfs, newFdTable, newFsContext } from './boot';
export { closeConsole, consoleHasReader, consoleInput, consoleWindowChanged, forwardHostSignal } from './console';
export { hangUpSession } from './terminal';
export { exportChanges } from './export';
