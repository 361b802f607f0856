import { EAGAIN, EBADF, EBUSY, EDEADLK, EFAULT, EINVAL, EOVERFLOW, EPERM } from '../linux/errno';
import {
  FD_CLOEXEC,
  F_ADD_SEALS,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_GETLEASE,
  F_GETLK,
  F_GETOWN,
  F_GETOWN_EX,
  F_GETPIPE_SZ,
  F_GETSIG,
  F_GET_SEALS,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_OFD_SETLKW,
  F_RDLCK,
  F_SEAL_SEAL,
  F_SETFD,
  F_SETFL,
  F_SETLEASE,
  F_SETLK,
  F_SETLKW,
  F_SETOWN,
  F_SETOWN_EX,
  F_SETPIPE_SZ,
  F_SETSIG,
  F_UNLCK,
  F_WRLCK,
  LOCK_EX,
  LOCK_NB,
  LOCK_SH,
  LOCK_UN,
} from '../linux/fcntl';
import { O_APPEND, O_ASYNC, O_CLOEXEC, O_DIRECT, O_NOATIME, O_NONBLOCK, SEEK_CUR, SEEK_END, SEEK_SET } from '../linux/open-flags';
import { RLIMIT_NOFILE } from '../linux/resource';
import { foundEnd, foundPid, foundStart, foundType, locksOf, LOCK_TO_END } from '../fs/locks';
import { MemoryInode } from '../fs/memory-inode';
import { OpenFile } from '../fs/open-file';
import { PipeEnd } from '../fs/pipe';
import { copyFromUser, copyToUser } from '../process/user-memory';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';

export function sys_dup(task: Task, fd: i32): i64 {
  const file = task.files.get(fd);
  if (file == null) return -EBADF;
  return installCopy(task, file, false, 0);
}

function installCopy(task: Task, file: OpenFile, closeOnExec: bool, from: i32): i64 {
  const fd = task.files.install(task, file.retain(), closeOnExec, from);
  if (fd < 0) file.release();
  return fd;
}

/** @source Linux fs/file.c, ksys_dup3 (fixes the order of the checks) */
export function sys_dup3(task: Task, oldFd: i32, newFd: i32, flags: i32): i64 {
  if ((<u32>flags & ~O_CLOEXEC) != 0) return -EINVAL;
  if (oldFd == newFd) return -EINVAL;
  if (<u64>(<u32>newFd) >= task.group.limit(RLIMIT_NOFILE) || <u32>newFd >= 1 << 20) return -EBADF;
  const file = task.files.get(oldFd);
  if (file == null) return -EBADF;
  task.files.replace(task, newFd, file.retain(), (<u32>flags & O_CLOEXEC) != 0);
  return newFd;
}

const CHANGEABLE: u32 = O_APPEND | O_ASYNC | O_DIRECT | O_NOATIME | O_NONBLOCK;

/** @source fcntl(2); Linux fs/fcntl.c */
export function sys_fcntl(task: Task, fd: i32, command: i32, argument: u64): i64 {
  const file = task.files.get(fd);
  if (file == null) return -EBADF;
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      if (argument >= min<u64>(task.group.limit(RLIMIT_NOFILE), 1 << 20)) return -EINVAL;
      return installCopy(task, file, command == F_DUPFD_CLOEXEC, <i32>argument);
    case F_GETFD:
      return task.files.isCloseOnExec(fd) ? FD_CLOEXEC : 0;
    case F_SETFD:
      task.files.setCloseOnExec(fd, (argument & FD_CLOEXEC) != 0);
      return 0;
    case F_GETFL:
      return file.flags;
  }
  if (file.isPathOnly) return -EBADF;
  switch (command) {
    case F_SETFL:
      file.flags = (file.flags & ~CHANGEABLE) | (<u32>argument & CHANGEABLE);
      return 0;
    case F_GETLK:
    case F_OFD_GETLK:
      return testLock(task, file, argument, command == F_OFD_GETLK);
    case F_SETLK:
    case F_SETLKW:
      return setLock(task, file, argument, false, command == F_SETLKW);
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
      return setLock(task, file, argument, true, command == F_OFD_SETLKW);
    case F_SETOWN:
      file.owner = <i32>argument;
      return 0;
    case F_GETOWN:
      return file.owner;
    case F_SETOWN_EX:
      return setOwnerEx(task, file, argument);
    case F_GETOWN_EX:
      store<i32>(lockBuffer, file.owner < 0 ? 2 : 1);
      store<i32>(lockBuffer + 4, abs(file.owner));
      return copyToUser(task, argument, lockBuffer, 8);
    case F_SETSIG:
      return argument > 64 ? -EINVAL : 0;
    case F_GETSIG:
      return 0;
    case F_SETLEASE:
      return (<i32>argument) == F_UNLCK ? -EAGAIN : -EINVAL;
    case F_GETLEASE:
      return F_UNLCK;
    case F_SETPIPE_SZ:
      return file instanceof PipeEnd ? changetype<PipeEnd>(file).pipe.resize(<u32>min<u64>(argument, u32.MAX_VALUE)) : -EBADF;
    case F_GETPIPE_SZ:
      return file instanceof PipeEnd ? changetype<PipeEnd>(file).pipe.capacity : -EBADF;
    case F_ADD_SEALS:
      return addSeals(file, <u32>argument);
    case F_GET_SEALS: {
      const inode = file.inode;
      if (!(inode instanceof MemoryInode)) return -EINVAL;
      const seals = changetype<MemoryInode>(inode).seals;
      return seals < 0 ? -EINVAL : seals;
    }
  }
  return -EINVAL;
}

function setOwnerEx(task: Task, file: OpenFile, argument: u64): i64 {
  if (copyFromUser(task, argument, lockBuffer, 8) != 0) return -EFAULT;
  const type = load<i32>(lockBuffer);
  if (<u32>type > 2) return -EINVAL;
  const id = load<i32>(lockBuffer + 4);
  file.owner = type == 2 ? -id : id;
  return 0;
}

function addSeals(file: OpenFile, seals: u32): i64 {
  const inode = file.inode;
  if (!(inode instanceof MemoryInode)) return -EINVAL;
  const held = changetype<MemoryInode>(inode).seals;
  if (!file.isWritable) return -EPERM;
  if (held < 0 || (seals & ~0x3f) != 0) return -EINVAL;
  if ((held & F_SEAL_SEAL) != 0) return -EPERM;
  if ((seals & 8) != 0 && inode.sharedMappings > 0) return -EBUSY;
  changetype<MemoryInode>(inode).seals = held | seals;
  return 0;
}

// ---- record locks ----

/** struct flock: i16 type, i16 whence, 4 bytes of padding, i64 start, i64 length, i32 pid. */
const FLOCK_BYTES: u32 = 32;
const lockBuffer: usize = memory.data(32, 8);
let lockStart: i64 = 0;
let lockEnd: i64 = 0;

/** Reads struct flock; the range goes to lockStart and lockEnd. @returns type, or -errno */
function readLock(task: Task, file: OpenFile, address: u64): i32 {
  if (copyFromUser(task, address, lockBuffer, FLOCK_BYTES) != 0) return -EFAULT;
  const type = <i32>load<i16>(lockBuffer);
  const whence = <i32>load<i16>(lockBuffer, 2);
  let start = load<i64>(lockBuffer, 8);
  let length = load<i64>(lockBuffer, 16);
  if (type < F_RDLCK || type > F_UNLCK) return -EINVAL;
  const base = whence == SEEK_CUR ? file.position : whence == SEEK_END ? file.inode.size : 0;
  if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END) return -EINVAL;
  if (start > i64.MAX_VALUE - base) return -EOVERFLOW;
  start += base;
  if (start < 0) return -EINVAL;
  if (length < 0) {
    start += length;
    length = -length;
    if (start < 0) return -EINVAL;
  } else if (length > 0 && length - 1 > i64.MAX_VALUE - start) return -EOVERFLOW;
  lockStart = start;
  // The byte at the largest offset counts as "to the end".
  lockEnd = length == 0 || start + length < start ? LOCK_TO_END : start + length;
  return type;
}

/** Record locks belong to the table of descriptors, or to the file description. */
function lockOwner(task: Task, file: OpenFile, isDescription: bool): Object {
  return isDescription ? changetype<Object>(file) : changetype<Object>(task.files);
}

function testLock(task: Task, file: OpenFile, address: u64, isDescription: bool): i64 {
  const type = readLock(task, file, address);
  if (type < 0) return type;
  if (type == F_UNLCK || (isDescription && load<i32>(lockBuffer, 24) != 0)) return -EINVAL;
  const locks = file.inode.locks;
  if (locks == null || !locks.test(lockOwner(task, file, isDescription), lockStart, lockEnd, type)) {
    store<i16>(lockBuffer, <i16>F_UNLCK);
  } else {
    store<i16>(lockBuffer, <i16>foundType);
    store<i16>(lockBuffer, 0, 2);
    store<i64>(lockBuffer, foundStart, 8);
    store<i64>(lockBuffer, foundEnd == LOCK_TO_END ? 0 : foundEnd - foundStart, 16);
    store<i32>(lockBuffer, foundPid, 24);
  }
  return copyToUser(task, address, lockBuffer, FLOCK_BYTES);
}

function setLock(task: Task, file: OpenFile, address: u64, isDescription: bool, waits: bool): i64 {
  const type = readLock(task, file, address);
  if (type < 0) return type;
  if (isDescription && load<i32>(lockBuffer, 24) != 0) return -EINVAL;
  if (type == F_RDLCK && !file.isReadable) return -EBADF;
  if (type == F_WRLCK && !file.isWritable) return -EBADF;
  const locks = locksOf(file.inode);
  const owner = lockOwner(task, file, isDescription);
  const result = locks.set(owner, isDescription ? -1 : task.pid, lockStart, lockEnd, type);
  if (result != -EAGAIN || !waits) return result;
  if (!isDescription && !locks.mayWait(task, owner, lockStart, lockEnd, type)) return -EDEADLK;
  task.sleepOn(locks.waiters);
  return BLOCK;
}

/** @source flock(2) */
export function sys_flock(task: Task, fd: i32, operation: i32): i64 {
  const kind = operation & ~LOCK_NB;
  if (kind != LOCK_SH && kind != LOCK_EX && kind != LOCK_UN) return -EINVAL;
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  const locks = locksOf(file.inode);
  const held = file.flock;
  if (kind == LOCK_UN) {
    if (held) locks.unflock(held);
    file.flock = null;
    return 0;
  }
  const got = locks.flock(held, kind);
  file.flock = got;
  if (got) return 0;
  if ((operation & LOCK_NB) != 0) return -EAGAIN;
  task.sleepOn(locks.waiters);
  return BLOCK;
}
