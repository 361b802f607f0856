import { O_LARGEFILE, O_RDONLY, O_RDWR, O_WRONLY } from '../linux/open-flags';
import { S_IFDIR, S_IFIFO, S_ISVTX } from '../linux/stat';
import { bootFlag, bootList, bootValue } from '../boot/config';
import { log } from '../host/slots';
import { Task } from '../task/task';
import { AnonymousInode, anonymousPlaceOf } from './anonymous';
import { CONSOLE_DEVICE, consoleTerminal, HostOutput, HostPipe, initConsole, standardError, standardOutput } from './console';
import { addEntry, makeDevFs, mountBelowDev, ptsPlace } from './dev-fs';
import { openNull } from './devices';
import { FdTable } from './fd-table';
import { FileSystem } from './file-system';
import { FsContext } from './fs-context';
import { mountPreopens } from './host-fs';
import { findPlace, rootPlace, setKernelTask, topmost } from './lookup';
import { MemoryFileSystem } from './memory-fs';
import { PageQuota } from './page-store';
import { mountService } from './service-socket';
import { attachMount, coverReadOnly, Mount, mounts } from './mount';
import { OpenFile } from './open-file';
import { Path } from './path';
import { loadPayloadIndex, payloadProblem } from './payload-index';
import { ProcFileSystem } from './proc-fs';
import { makeSysFs } from './sys-fs';
import { TtyFile } from './tty-file';
import { storeByteString } from '../memory/bytes';

/** Why `initFileSystems` returned false: one sentence for the boot error. */
export function fileSystemProblem(): string {
  return payloadProblem;
}

/**
 * Makes the tree: the root overlay over the payload, /dev, /proc, /sys, the boot keys' tmpfs and host mounts, and the
 * console. Call once, after the boot configuration is loaded.
 *
 * @returns false when the payload is damaged
 */
export function initFileSystems(): bool {
  if (!loadPayloadIndex()) return false;
  const overlay = new MemoryFileSystem('overlay', true, 0o755);
  const root = attachMount(overlay, null, null, false);
  overlayRoot = root;
  initConsole();
  mountOver('/dev', makeDevFs(), root);
  mountBelowDev(mounts[mounts.length - 1]);
  mountOver('/proc', new ProcFileSystem(), root);
  mountOver('/sys', makeSysFs(), root);
  const paths = bootList('tmpfs');
  for (let i = 0; i < paths.length; i++) mountTmpfs(paths[i]);
  mountPreopens();
  const services = bootList('service');
  for (let i = 0; i < services.length; i++) mountService(services[i], i, findPlace);
  const sealed = bootList('readonlyPath');
  for (let i = 0; i < sealed.length; i++) mountReadOnly(sealed[i]);
  if (bootFlag('readonly')) root.readOnly = true;
  return true;
}

let overlayRoot: Mount | null = null;

/** The root mount. */
export function rootMount(): Mount {
  return changetype<Mount>(changetype<usize>(overlayRoot));
}

function mountOver(path: string, fs: FileSystem, parent: Mount): void {
  const place = ensureDirectory(path);
  if (place) attachMount(fs, place.mount, place.dentry, false);
}

const SIZE_OPTION = ':size=';

/** Mounts an empty in-memory directory, `PATH` or `PATH:size=BYTES`; missing parents are made. */
export function mountTmpfs(row: string): void {
  const option = row.lastIndexOf(SIZE_OPTION);
  const path = option < 0 ? row : row.substring(0, option);
  const fs = new MemoryFileSystem('tmpfs', false, S_ISVTX | 0o777);
  if (option >= 0) fs.quota = new PageQuota(pagesOf(row.substring(option + SIZE_OPTION.length)));
  const place = ensureDirectory(path);
  if (place) attachMount(fs, place.mount, place.dentry, false);
  else log('cannot mount a tmpfs at ' + path + ': not a directory');
}

/** Whole pages that hold a number of bytes. */
function pagesOf(bytes: string): u32 {
  return <u32>min<i64>((I64.parseInt(bytes) + 4095) >> 12, i32.MAX_VALUE);
}

/** Makes a file or directory of the tree refuse writes. Symbolic links in its path are not followed. */
function mountReadOnly(path: string): void {
  const place = findPlace(path);
  if (place) coverReadOnly(place.mount, place.dentry);
  else log('cannot make ' + path + ' read-only: it does not exist');
}

/** The directory at an absolute path, made where missing; null when something else is in the way. */
export function ensureDirectory(path: string): Path | null {
  let place = rootPlace();
  const parts = path.split('/');
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (part.length == 0 || part == '.') continue;
    const inode = place.inode;
    if (!inode.isDirectory) return null;
    const length = storeByteString(part, nameBuffer);
    let child = inode.lookup(place.dentry, nameBuffer, length);
    if (child == null) {
      // Mountpoints are not the box's doing: the parent's times stay.
      const mtime = inode.mtime;
      child = addEntry(place.dentry, part, S_IFDIR | 0o755, 0);
      inode.mtime = mtime;
    }
    if (child.node.isSymlink) return null;
    place = topmost(new Path(place.mount, child));
  }
  return place.inode.isDirectory ? place : null;
}

const nameBuffer: usize = memory.data(256, 8);

/** Root and working directory of the first process: both "/"; see `changeDirectory`. */
export function newFsContext(): FsContext {
  const root = rootPlace();
  return new FsContext(root, root);
}

/** Puts the first process into its working directory, which is made when missing. @returns false when that cannot be */
export function changeDirectory(context: FsContext, path: string): bool {
  const found = findPlace(path);
  const place = found && found.inode.isDirectory ? found : ensureDirectory(path);
  if (place == null) return false;
  context.cwd = place;
  return true;
}

/** Descriptors 0, 1 and 2 of the first process. Call `bindConsole` when the task exists. */
export function newFdTable(): FdTable {
  const table = new FdTable();
  const terminal = consoleTerminal();
  const place = terminal ? ptsPlace(CONSOLE_DEVICE & 0xfffff) : null;
  if (terminal && place) {
    const file = new TtyFile(place, O_RDWR | O_LARGEFILE, terminal);
    table.place(0, file);
    table.place(1, file.retain());
    table.place(2, file.retain());
    return table;
  }
  table.place(0, standardInput());
  table.place(1, hostPipe(standardOutput));
  table.place(2, hostPipe(standardError));
  return table;
}

/** What the host sends; /dev/null when it is known to send nothing, so that programs do not expect anything. */
function standardInput(): OpenFile {
  const value = bootValue('stdin');
  const place = value != null && value == 'null' ? findPlace('/dev/null') : null;
  return place ? openNull(place) : hostPipe(null);
}

function hostPipe(output: HostOutput | null): HostPipe {
  const place = anonymousPlaceOf('pipe', S_IFIFO | 0o666, 0, 0);
  const file = new HostPipe(place, output ? O_WRONLY : O_RDONLY, output);
  changetype<AnonymousInode>(place.inode).content = file;
  return file;
}

/** Makes the console the controlling terminal of the first process's session, and lets the kernel walk in its name. */
export function bindConsole(task: Task): void {
  setKernelTask(task);
  const terminal = consoleTerminal();
  if (terminal) terminal.becomeControllingOf(task);
}
