import { EACCES, ELOOP, ENAMETOOLONG } from '../linux/errno';
import { AT_FDCWD, O_RDONLY } from '../linux/open-flags';
import { byteString, storeByteString } from '../memory/bytes';
import { Task } from '../task/task';
import { Inode } from './inode';
import { IN_OPEN, notifySelf } from './inotify';
import { mountAt, mounts } from './mount';
import { OpenFile } from './open-file';
import { Path } from './path';
import { MAY_EXECUTE, mayAccess } from './permissions';
import { failWith, lastError } from './result';
import { firstWalk, FOLLOW, walkPath } from './walk';

/** The root of everything. */
export function rootPlace(): Path {
  const mount = mounts[0];
  return new Path(mount, mount.root);
}

const pathBuffer: usize = memory.data(4096, 8);

/** The reason why the last `openForExec` returned null: a positive errno. */
export function openError(): i32 {
  return lastError;
}

/**
 * Opens an executable: links are followed, it must be a regular file that the task may execute.
 *
 * @param path - byte string, relative to the working directory or to `dirFd`
 * @param walkFlags - FOLLOW, EMPTY_PATH (see walk.ts)
 * @returns a reference to release, or null with {@link openError}
 */
export function openForExec(task: Task, path: string, dirFd: i32 = AT_FDCWD, walkFlags: u32 = FOLLOW): OpenFile | null {
  if (path.length >= 4096) {
    failWith(ENAMETOOLONG);
    return null;
  }
  const length = storeByteString(path, pathBuffer);
  const problem = walkPath(task, dirFd, pathBuffer, length, walkFlags, firstWalk);
  if (problem != 0) {
    failWith(-problem);
    return null;
  }
  const inode = firstWalk.inode;
  if (inode.isSymlink) {
    failWith(ELOOP); // AT_SYMLINK_NOFOLLOW
    return null;
  }
  if (!inode.isRegular || mayAccess(task.credentials, inode, MAY_EXECUTE) != 0) {
    failWith(EACCES);
    return null;
  }
  const place = firstWalk.place;
  const file = inode.open(task, place, O_RDONLY);
  if (file) notifySelf(inode, place.dentry, IN_OPEN);
  return file;
}

const chunk: usize = memory.data(4096, 8);

/** Content of a file as a byte string, with the rights of the kernel; null when there is none (or it is not a regular file). */
export function readWholeFile(path: string): string | null {
  const inode = findInode(path);
  if (inode == null || !inode.isRegular) return null;
  let text = '';
  let offset: i64 = 0;
  while (true) {
    const n = inode.readAt(offset, chunk, 4096);
    if (n < 0) return null;
    if (n == 0) return text;
    text += byteString(chunk, n);
    offset += n;
  }
}

/** Walks without a task: from the root, following no links but those of directories (/bin → usr/bin). */
function findInode(path: string): Inode | null {
  const place = findPlace(path);
  return place ? place.inode : null;
}

let kernelTask: Task | null = null;

/** The task in whose name the kernel itself walks at boot: the first one. */
export function setKernelTask(task: Task): void {
  kernelTask = task;
}

export function findPlace(path: string): Path | null {
  const length = storeByteString(path, pathBuffer);
  const task = kernelTask;
  if (task == null) return findPlainPlace(pathBuffer, length);
  if (walkPath(task, AT_FDCWD, pathBuffer, length, FOLLOW, firstWalk) != 0) return null;
  return firstWalk.place;
}

/** Before there is a task: plain names below the root, symbolic links not followed at the end. */
function findPlainPlace(at: usize, length: u32): Path | null {
  let place = rootPlace();
  let start: u32 = 0;
  while (start < length) {
    while (start < length && load<u8>(at + start) == 47) start++;
    let end = start;
    while (end < length && load<u8>(at + end) != 47) end++;
    if (end == start) break;
    const inode = place.inode;
    if (!inode.isDirectory) return null;
    const child = inode.lookup(place.dentry, at + start, end - start);
    if (child == null) return null;
    place = topmost(new Path(place.mount, child));
    start = end;
  }
  return place;
}

/** The place that covers this one: the root of what is mounted on it, if anything is. */
export function topmost(place: Path): Path {
  let mount = place.mount;
  let dentry = place.dentry;
  while (dentry.mountpoint) {
    const over = mountAt(mount, dentry);
    if (over == null) break;
    mount = over;
    dentry = over.root;
  }
  return new Path(mount, dentry);
}
