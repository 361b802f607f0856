import {
  EACCES,
  EBADF,
  EFAULT,
  EFBIG,
  EINVAL,
  EISDIR,
  ENODEV,
  EOPNOTSUPP,
  EPERM,
  EROFS,
  ESPIPE,
  ETXTBSY,
} from '../linux/errno';
import {
  AT_EACCESS,
  AT_EMPTY_PATH,
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  UTIME_NOW,
  UTIME_OMIT,
} from '../linux/open-flags';
import { RLIMIT_FSIZE } from '../linux/resource';
import { SIGXFSZ } from '../linux/signal';
import { S_IFMT, S_ISGID, S_ISUID, S_IXGRP } from '../linux/stat';
import { Inode } from '../fs/inode';
import { IN_ATTRIB, notifySelf } from '../fs/inotify';
import { Mount } from '../fs/mount';
import { isReadOnly, truncateInode } from '../fs/open';
import { isOwner, mayAccess, mayAccessAsReal, MAY_WRITE } from '../fs/permissions';
import { raiseSignal, realtimeNow } from '../fs/seam';
import { EMPTY_PATH, firstWalk, FOLLOW, walkUser } from '../fs/walk';
import { readU64, userFault } from '../process/user-memory';
import { CAP_CHOWN, CAP_FSETID } from '../task/credentials';
import { Task } from '../task/task';

/** Walk flags of the usual *at flags. */
function walkFlags(flags: u32): u32 {
  return ((flags & AT_SYMLINK_NOFOLLOW) != 0 ? 0 : FOLLOW) | ((flags & AT_EMPTY_PATH) != 0 ? EMPTY_PATH : 0);
}

// ---- mode ----

function changeMode(task: Task, inode: Inode, mount: Mount, mode: u32): i64 {
  if (isReadOnly(mount)) return -EROFS;
  if (inode.isSymlink) return -EOPNOTSUPP;
  if (!isOwner(task.credentials, inode)) return -EPERM;
  mode &= 0o7777;
  if ((mode & S_ISGID) != 0 && !task.credentials.inGroup(inode.gid) && !task.credentials.has(CAP_FSETID)) mode &= ~S_ISGID;
  const problem = inode.beforeChange();
  if (problem != 0) return problem;
  inode.mode = (inode.mode & S_IFMT) | mode;
  return finishChange(inode);
}

function finishChange(inode: Inode): i64 {
  inode.ctime = realtimeNow();
  notifySelf(inode, null, IN_ATTRIB);
  return inode.afterChange();
}

export function sys_fchmod(task: Task, fd: i32, mode: i32): i64 {
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  return changeMode(task, file.inode, file.place.mount, mode);
}

export function sys_fchmodat(task: Task, dirFd: i32, path: u64, mode: i32): i64 {
  return sys_fchmodat2(task, dirFd, path, mode, 0);
}

export function sys_fchmodat2(task: Task, dirFd: i32, path: u64, mode: i32, flags: i32): i64 {
  if ((<u32>flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) return -EINVAL;
  const problem = walkUser(task, dirFd, path, walkFlags(flags), firstWalk);
  if (problem != 0) return problem;
  return changeMode(task, firstWalk.inode, firstWalk.mount, mode);
}

// ---- owner ----

/** @source Linux fs/open.c chown_common, fs/attr.c setattr_prepare */
function changeOwner(task: Task, inode: Inode, mount: Mount, uid: i32, gid: i32): i64 {
  if (isReadOnly(mount)) return -EROFS;
  const credentials = task.credentials;
  const capable = credentials.has(CAP_CHOWN);
  const isFileOwner = credentials.fsuid == inode.uid;
  if (uid != -1 && !capable && !(isFileOwner && <u32>uid == inode.uid)) return -EPERM;
  if (gid != -1 && !capable && !(isFileOwner && (credentials.inGroup(gid) || <u32>gid == inode.gid))) return -EPERM;
  const problem = inode.beforeChange();
  if (problem != 0) return problem;
  if (uid != -1) inode.uid = uid;
  if (gid != -1) inode.gid = gid;
  if (!inode.isDirectory) {
    inode.mode &= ~S_ISUID;
    if ((inode.mode & S_IXGRP) != 0) inode.mode &= ~S_ISGID;
  }
  return finishChange(inode);
}

export function sys_fchown(task: Task, fd: i32, uid: i32, gid: i32): i64 {
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  return changeOwner(task, file.inode, file.place.mount, uid, gid);
}

export function sys_fchownat(task: Task, dirFd: i32, path: u64, uid: i32, gid: i32, flags: i32): i64 {
  if ((<u32>flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) return -EINVAL;
  const problem = walkUser(task, dirFd, path, walkFlags(flags), firstWalk);
  if (problem != 0) return problem;
  return changeOwner(task, firstWalk.inode, firstWalk.mount, uid, gid);
}

// ---- times ----

/** @source utimensat(2); Linux fs/utimes.c */
export function sys_utimensat(task: Task, dirFd: i32, path: u64, times: u64, flags: i32): i64 {
  let accessNs = UTIME_NOW;
  let modifyNs = UTIME_NOW;
  let access: i64 = 0;
  let modify: i64 = 0;
  if (times != 0) {
    access = <i64>readU64(task, times);
    accessNs = readU64(task, times + 8);
    modify = <i64>readU64(task, times + 16);
    modifyNs = readU64(task, times + 24);
    if (userFault()) return -EFAULT;
    if (accessNs == UTIME_OMIT && modifyNs == UTIME_OMIT) return 0;
    if (!isValidNanoseconds(accessNs) || !isValidNanoseconds(modifyNs)) return -EINVAL;
  }
  if ((<u32>flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) return -EINVAL;
  if (path == 0 && dirFd != AT_FDCWD) {
    if (flags != 0) return -EINVAL;
    const file = task.files.getForIo(dirFd);
    if (file == null) return -EBADF;
    return changeTimes(task, file.inode, file.place.mount, access, accessNs, modify, modifyNs);
  }
  const problem = walkUser(task, dirFd, path, walkFlags(flags), firstWalk);
  if (problem != 0) return problem;
  return changeTimes(task, firstWalk.inode, firstWalk.mount, access, accessNs, modify, modifyNs);
}

function isValidNanoseconds(ns: u64): bool {
  return ns < 1_000_000_000 || ns == UTIME_NOW || ns == UTIME_OMIT;
}

/** Nanoseconds since 1970, kept within what 64 bits hold (years 1677 to 2262). */
function toNanoseconds(seconds: i64, ns: u64): i64 {
  const limit: i64 = 9_223_372_035;
  return max(min(seconds, limit), -limit) * 1_000_000_000 + <i64>ns;
}

function changeTimes(task: Task, inode: Inode, mount: Mount, access: i64, accessNs: u64, modify: i64, modifyNs: u64): i64 {
  if (isReadOnly(mount)) return -EROFS;
  if (!isOwner(task.credentials, inode)) {
    if (accessNs != UTIME_NOW || modifyNs != UTIME_NOW) return -EPERM;
    if (mayAccess(task.credentials, inode, MAY_WRITE) != 0) return -EACCES;
  }
  const problem = inode.beforeChange();
  if (problem != 0) return problem;
  const now = realtimeNow();
  if (accessNs != UTIME_OMIT) inode.atime = accessNs == UTIME_NOW ? now : toNanoseconds(access, accessNs);
  if (modifyNs != UTIME_OMIT) inode.mtime = modifyNs == UTIME_NOW ? now : toNanoseconds(modify, modifyNs);
  return finishChange(inode);
}

// ---- access ----

export function sys_faccessat(task: Task, dirFd: i32, path: u64, mode: i32): i64 {
  return sys_faccessat2(task, dirFd, path, mode, 0);
}

/** @source access(2); Linux fs/open.c, do_faccessat */
export function sys_faccessat2(task: Task, dirFd: i32, path: u64, mode: i32, flags: i32): i64 {
  if ((mode & ~7) != 0) return -EINVAL;
  if ((<u32>flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0) return -EINVAL;
  const problem = walkUser(task, dirFd, path, walkFlags(flags), firstWalk);
  if (problem != 0) return problem;
  if (mode == 0) return 0;
  const inode = firstWalk.inode;
  const wanted = <u32>mode;
  const isStored = inode.isRegular || inode.isDirectory || inode.isSymlink;
  const denied =
    (<u32>flags & AT_EACCESS) != 0
      ? mayAccess(task.credentials, inode, wanted)
      : mayAccessAsReal(task.credentials, inode, wanted);
  if (denied != 0) return denied;
  return (wanted & MAY_WRITE) != 0 && isStored && isReadOnly(firstWalk.mount) ? -EROFS : 0;
}

// ---- length ----

export function sys_truncate(task: Task, path: u64, length: i64): i64 {
  if (length < 0) return -EINVAL;
  const problem = walkUser(task, AT_FDCWD, path, FOLLOW, firstWalk);
  if (problem != 0) return problem;
  const inode = firstWalk.inode;
  if (inode.isDirectory) return -EISDIR;
  if (!inode.isRegular) return -EINVAL;
  if (isReadOnly(firstWalk.mount)) return -EROFS;
  const denied = mayAccess(task.credentials, inode, MAY_WRITE);
  if (denied != 0) return denied;
  if (inode.executing > 0) return -ETXTBSY;
  if (exceedsLimit(task, inode, length)) return -EFBIG;
  return truncateInode(task, inode, length);
}

function exceedsLimit(task: Task, inode: Inode, length: i64): bool {
  if (length <= inode.size || <u64>length <= task.group.limit(RLIMIT_FSIZE)) return false;
  raiseSignal(task, SIGXFSZ);
  return true;
}

export function sys_ftruncate(task: Task, fd: i32, length: i64): i64 {
  if (length < 0) return -EINVAL;
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  if (!file.inode.isRegular || !file.isWritable) return -EINVAL;
  if (exceedsLimit(task, file.inode, length)) return -EFBIG;
  const problem = file.truncate(length);
  if (problem != 0) return problem;
  const now = realtimeNow();
  file.inode.mtime = now;
  file.inode.ctime = now;
  return 0;
}

/** @source fallocate(2) */
export function sys_fallocate(task: Task, fd: i32, mode: i32, offset: i64, length: i64): i64 {
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  if (offset < 0 || length <= 0) return -EINVAL;
  if (!file.isWritable) return -EBADF;
  if (!file.inode.isRegular) return file.inode.isDirectory ? -EISDIR : file.isSeekable ? -ENODEV : -ESPIPE;
  return file.allocate(mode, offset, length);
}
