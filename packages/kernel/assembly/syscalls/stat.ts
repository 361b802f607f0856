import { EBADF, EINVAL, ENOENT, ENOTDIR, ERANGE, EPERM } from '../linux/errno';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_NO_AUTOMOUNT,
  AT_STATX_SYNC_TYPE,
  AT_SYMLINK_NOFOLLOW,
} from '../linux/open-flags';
import { ST_RDONLY, ST_RELATIME, ST_VALID, STAT_BYTES, STATX_BYTES, STATX_RESERVED } from '../linux/stat';
import { Mount } from '../fs/mount';
import { isReadOnly } from '../fs/open';
import { Path, pathText } from '../fs/path';
import { mayAccess, MAY_EXECUTE } from '../fs/permissions';
import { writeStat, writeStatx } from '../fs/stat-buffer';
import { EMPTY_PATH, firstWalk, FOLLOW, walkUser } from '../fs/walk';
import { IoCursor } from '../fs/io-cursor';
import { copyToUser } from '../process/user-memory';
import { CAP_SYS_CHROOT } from '../task/credentials';
import { Task } from '../task/task';

const buffer: usize = memory.data(4096, 16);
const io = new IoCursor();

export function sys_fstat(task: Task, fd: i32, to: u64): i64 {
  const file = task.files.get(fd);
  if (file == null) return -EBADF;
  writeStat(file.inode, buffer);
  return copyToUser(task, to, buffer, STAT_BYTES);
}

export function sys_newfstatat(task: Task, dirFd: i32, path: u64, to: u64, flags: i32): i64 {
  const bits = <u32>flags;
  if ((bits & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH)) != 0) return -EINVAL;
  const follow = (bits & AT_SYMLINK_NOFOLLOW) != 0 ? 0 : FOLLOW;
  const empty = (bits & AT_EMPTY_PATH) != 0 ? EMPTY_PATH : 0;
  const problem = walkUser(task, dirFd, path, follow | empty, firstWalk);
  if (problem != 0) return problem;
  writeStat(firstWalk.inode, buffer);
  return copyToUser(task, to, buffer, STAT_BYTES);
}

export function sys_statx(task: Task, dirFd: i32, path: u64, flags: i32, mask: i32, to: u64): i64 {
  const bits = <u32>flags;
  if ((<u32>mask & STATX_RESERVED) != 0 || (bits & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE) return -EINVAL;
  if ((bits & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)) != 0) return -EINVAL;
  let place: Path;
  if (path == 0 && (bits & AT_EMPTY_PATH) != 0 && dirFd != AT_FDCWD) {
    const file = task.files.get(dirFd);
    if (file == null) return -EBADF;
    place = file.place;
  } else {
    const follow = (bits & AT_SYMLINK_NOFOLLOW) != 0 ? 0 : FOLLOW;
    const empty = (bits & AT_EMPTY_PATH) != 0 ? EMPTY_PATH : 0;
    const problem = walkUser(task, dirFd, path, follow | empty, firstWalk);
    if (problem != 0) return problem;
    place = firstWalk.place;
  }
  writeStatx(place.inode, place.mount.id, place.dentry === place.mount.root, buffer);
  return copyToUser(task, to, buffer, STATX_BYTES);
}

export function sys_getdents64(task: Task, fd: i32, to: u64, size: u64): i64 {
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  return file.readDirectory(task, io.user(task, to, <u32>size));
}

export function sys_readlinkat(task: Task, dirFd: i32, path: u64, to: u64, size: u64): i64 {
  if (<i32>size <= 0) return -EINVAL;
  const problem = walkUser(task, dirFd, path, EMPTY_PATH, firstWalk);
  if (problem != 0) return problem;
  const inode = firstWalk.inode;
  // An empty path names a link opened with O_PATH; of other descriptors it says ENOENT.
  if (!inode.isSymlink) return firstWalk.kind == 4 ? -ENOENT : -EINVAL;
  const length = inode.readlink(task, buffer, 4096);
  if (length < 0) return length;
  const n = min<u32>(min<u32>(length, 4096), <u32>size);
  const fault = copyToUser(task, to, buffer, n);
  return fault != 0 ? fault : n;
}

// ---- working directory and root ----

export function sys_getcwd(task: Task, to: u64, size: u64): i64 {
  const fs = task.fs;
  if (fs.cwd.dentry.gone) return -ENOENT;
  const length = pathText(fs.cwd, fs.root, buffer, 4095);
  if (length < 0) return length;
  store<u8>(buffer + length, 0);
  if (size < <u64>length + 1) return -ERANGE;
  const fault = copyToUser(task, to, buffer, length + 1);
  return fault != 0 ? fault : length + 1;
}

function enter(task: Task, place: Path): i32 {
  if (!place.inode.isDirectory) return -ENOTDIR;
  return mayAccess(task.credentials, place.inode, MAY_EXECUTE);
}

export function sys_chdir(task: Task, path: u64): i64 {
  let problem = walkUser(task, AT_FDCWD, path, FOLLOW, firstWalk);
  if (problem != 0) return problem;
  const place = firstWalk.place;
  problem = enter(task, place);
  if (problem == 0) task.fs.cwd = place;
  return problem;
}

export function sys_fchdir(task: Task, fd: i32): i64 {
  const file = task.files.get(fd);
  if (file == null) return -EBADF;
  const problem = enter(task, file.place);
  if (problem == 0) task.fs.cwd = file.place;
  return problem;
}

export function sys_chroot(task: Task, path: u64): i64 {
  let problem = walkUser(task, AT_FDCWD, path, FOLLOW, firstWalk);
  if (problem != 0) return problem;
  const place = firstWalk.place;
  problem = enter(task, place);
  if (problem != 0) return problem;
  if (!task.credentials.has(CAP_SYS_CHROOT)) return -EPERM;
  task.fs.root = place;
  return 0;
}

// ---- filesystems ----

/** struct statfs: 120 bytes. @source Linux include/uapi/asm-generic/statfs.h */
function writeStatfs(task: Task, mount: Mount, to: u64): i64 {
  const fs = mount.fs;
  const total = fs.totalBytes >> 12;
  const free = fs.freeBytes >> 12;
  memory.fill(buffer, 0, 120);
  store<u64>(buffer, fs.magic);
  store<u64>(buffer + 8, 4096);
  store<u64>(buffer + 16, total);
  store<u64>(buffer + 24, free);
  store<u64>(buffer + 32, free);
  store<u64>(buffer + 40, total > 0 ? 1 << 20 : 0);
  store<u64>(buffer + 48, total > 0 ? 1 << 19 : 0);
  store<u32>(buffer + 56, fs.device);
  store<u64>(buffer + 64, 255);
  store<u64>(buffer + 72, 4096);
  store<u64>(buffer + 80, ST_VALID | ST_RELATIME | (isReadOnly(mount) ? ST_RDONLY : 0));
  return copyToUser(task, to, buffer, 120);
}

export function sys_statfs(task: Task, path: u64, to: u64): i64 {
  const problem = walkUser(task, AT_FDCWD, path, FOLLOW, firstWalk);
  if (problem != 0) return problem;
  return writeStatfs(task, firstWalk.mount, to);
}

export function sys_fstatfs(task: Task, fd: i32, to: u64): i64 {
  const file = task.files.get(fd);
  if (file == null) return -EBADF;
  return writeStatfs(task, file.place.mount, to);
}

/** Nothing may be mounted from inside. */
export function sys_mount(task: Task, source: u64, target: u64, type: u64, flags: u64, data: u64): i64 {
  return -EPERM;
}

export function sys_umount2(task: Task, target: u64, flags: i32): i64 {
  return -EPERM;
}

/** All writes are in place as soon as they return: there is nothing to write back but mappings. */
export function sys_sync(task: Task): i64 {
  return 0;
}
