import { EACCES, EEXIST, EINVAL, EISDIR, ELOOP, EMFILE, ENOENT, ENOTDIR, EPERM, EROFS, ETXTBSY } from '../linux/errno';
import {
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOATIME,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_TMPFILE,
  O_TMPFILE_BIT,
  O_TRUNC,
  O_WRONLY,
} from '../linux/open-flags';
import { S_IFREG } from '../linux/stat';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { fifoMustWait } from './pipe';
import { Inode } from './inode';
import { IN_CREATE, IN_MODIFY, IN_OPEN, notifyName, notifySelf } from './inotify';
import { MemoryInode } from './memory-inode';
import { Mount } from './mount';
import { OpenFile, PathFile } from './open-file';
import { clearSetIds, inheritGroup, inheritMode, isOwner, mayAccess, MAY_EXECUTE, MAY_READ, MAY_WRITE } from './permissions';
import { Path } from './path';
import { failWith, lastError } from './result';
import { realtimeNow, syncShared } from './seam';
import { firstWalk, FOLLOW, LastKind, MAY_MISS, Walk, walkUser } from './walk';

/** Whether nothing may be changed there. */
export function isReadOnly(mount: Mount): bool {
  return mount.readOnly || mount.fs.readOnly;
}

/** Whether a directory may get a new name. @returns 0, -ENOENT (directory removed), -EROFS or -EACCES */
export function mayCreateIn(task: Task, walk: Walk): i32 {
  const dir = walk.parent.node;
  if (isReadOnly(walk.parentMount)) return -EROFS;
  if (walk.parent.gone) return -ENOENT;
  return mayAccess(task.credentials, dir, MAY_WRITE | MAY_EXECUTE);
}

/** Access bits an open needs. */
function wantedAccess(flags: u32): u32 {
  const mode = flags & O_ACCMODE;
  let wanted: u32 = mode == O_WRONLY ? MAY_WRITE : mode == O_RDONLY ? MAY_READ : MAY_READ | MAY_WRITE;
  if ((flags & O_TRUNC) != 0) wanted |= MAY_WRITE;
  return wanted;
}

/** open(2) after the walk. @returns a descriptor, -errno or BLOCK (a fifo waits for its other side) */
export function openAndInstall(task: Task, dirFd: i32, path: u64, flags: u32, mode: u32, resolve: u64): i64 {
  if ((flags & O_PATH) != 0) flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  if ((flags & O_CREAT) != 0 && (flags & O_DIRECTORY) != 0) return -EINVAL;
  if ((flags & O_TMPFILE_BIT) != 0) {
    if ((flags & O_DIRECTORY) == 0 || (flags & O_ACCMODE) == O_RDONLY) return -EINVAL;
  }
  const creates = (flags & O_CREAT) != 0;
  let walkFlags: u32 = (flags & O_NOFOLLOW) != 0 ? 0 : FOLLOW;
  if (creates) {
    walkFlags |= MAY_MISS;
    if ((flags & O_EXCL) != 0) walkFlags &= ~FOLLOW;
  }
  const walk = firstWalk;
  walk.resolve = resolve;
  const problem = walkUser(task, dirFd, path, walkFlags, walk);
  if (problem != 0) return problem;
  if (creates && (walk.trailingSlash || walk.kind != LastKind.name)) return (flags & O_EXCL) != 0 && !walk.trailingSlash ? -EEXIST : -EISDIR;
  // Before anything is made or truncated.
  if (!task.files.hasRoom(task)) return -EMFILE;
  let file: OpenFile | null;
  if (walk.dentry == null) file = createAndOpen(task, walk, flags, mode);
  else if ((flags & O_TMPFILE_BIT) != 0) file = openTemporary(task, walk, flags, mode);
  else file = openExisting(task, walk.place, flags);
  if (file == null) {
    if (lastError == 0 && fifoMustWait) return BLOCK;
    return -lastError;
  }
  const fd = task.files.install(task, file, (flags & O_CLOEXEC) != 0);
  if (fd < 0) file.release();
  return fd;
}

function fail(errno: i32): OpenFile | null {
  failWith(errno);
  return null;
}

function createAndOpen(task: Task, walk: Walk, flags: u32, mode: u32): OpenFile | null {
  const denied = mayCreateIn(task, walk);
  if (denied != 0) return fail(-denied);
  const dir = walk.parent.node;
  const credentials = task.credentials;
  const full = inheritMode(credentials, dir, S_IFREG | (mode & 0o7777 & ~task.fs.umask));
  const made = dir.create(walk.parent, walk.name, walk.nameLength, full, 0, credentials.fsuid, inheritGroup(credentials, dir));
  if (made == null) return null;
  notifyName(dir, IN_CREATE, made);
  // The new file's own mode does not limit the descriptor that made it.
  const file = made.node.open(task, new Path(walk.parentMount, made), flags & ~(O_CREAT | O_EXCL));
  if (file) notifySelf(made.node, made, IN_OPEN);
  return file;
}

function openTemporary(task: Task, walk: Walk, flags: u32, mode: u32): OpenFile | null {
  const dir = walk.inode;
  if (!dir.isDirectory) return fail(ENOTDIR);
  if (isReadOnly(walk.mount)) return fail(EROFS);
  const denied = mayAccess(task.credentials, dir, MAY_WRITE | MAY_EXECUTE);
  if (denied != 0) return fail(-denied);
  const credentials = task.credentials;
  const full = inheritMode(credentials, dir, S_IFREG | (mode & 0o7777 & ~task.fs.umask));
  const made = dir.temporary(full, credentials.fsuid, inheritGroup(credentials, dir));
  if (made == null) return null;
  const inode = made.node;
  if (inode instanceof MemoryInode) changetype<MemoryInode>(inode).linkable = (flags & O_EXCL) == 0;
  return inode.open(task, new Path(walk.mount, made), flags & ~O_TMPFILE);
}

/** Opens a file that exists. @returns null with lastError; 0: a fifo has to wait */
export function openExisting(task: Task, place: Path, flags: u32): OpenFile | null {
  const inode = place.inode;
  if ((flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) return fail(EEXIST);
  if ((flags & O_DIRECTORY) != 0 && !inode.isDirectory) return fail(ENOTDIR);
  if ((flags & O_PATH) != 0) return new PathFile(place, flags);
  if (inode.isSymlink) return fail(ELOOP);
  const wanted = wantedAccess(flags);
  if (inode.isDirectory && ((wanted & MAY_WRITE) != 0 || (flags & O_CREAT) != 0)) return fail(EISDIR);
  if ((wanted & MAY_WRITE) != 0 && inode.isRegular && isReadOnly(place.mount)) return fail(EROFS);
  const denied = mayAccess(task.credentials, inode, wanted);
  if (denied != 0) return fail(-denied);
  if ((flags & O_NOATIME) != 0 && !isOwner(task.credentials, inode)) return fail(EPERM);
  if ((wanted & MAY_WRITE) != 0 && inode.executing > 0) return fail(ETXTBSY);
  const file = inode.open(task, place, flags);
  if (file && (flags & O_TRUNC) != 0 && inode.isRegular) {
    const problem = truncateInode(task, inode, 0);
    if (problem != 0) {
      file.release();
      return fail(-problem);
    }
  }
  if (file) notifySelf(inode, place.dentry, IN_OPEN);
  return file;
}

/** Sets a regular file's length, and what goes with it: times, set-ID bits, mappings. */
export function truncateInode(task: Task, inode: Inode, size: i64): i32 {
  syncShared(inode);
  const problem = inode.truncate(size);
  if (problem != 0) return problem;
  clearSetIds(task, inode);
  const now = realtimeNow();
  inode.mtime = now;
  inode.ctime = now;
  notifySelf(inode, null, IN_MODIFY);
  return 0;
}
