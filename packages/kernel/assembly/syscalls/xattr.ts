import { E2BIG, EBADF, EEXIST, EFAULT, EINVAL, ENAMETOOLONG, ENODATA, EOPNOTSUPP, EPERM, ERANGE, EROFS } from '../linux/errno';
import { AT_FDCWD, XATTR_CREATE, XATTR_REPLACE } from '../linux/open-flags';
import { bytesStartWith } from '../fs/bytes';
import { Inode } from '../fs/inode';
import { Mount } from '../fs/mount';
import { isReadOnly } from '../fs/open';
import { mayAccess, MAY_READ, MAY_WRITE } from '../fs/permissions';
import { firstWalk, FOLLOW, walkUser } from '../fs/walk';
import { xattrRecordBytes } from '../fs/payload-index';
import { copyFromUser, copyStringFromUser, copyToUser } from '../process/user-memory';
import { CAP_SETFCAP, CAP_SYS_ADMIN } from '../task/credentials';
import { Task } from '../task/task';

/** Most bytes of a value. */
const SIZE_MAX: u64 = 65535;
const name: usize = memory.data(264, 8);
let nameLength: u32 = 0;

/** Reads the attribute's name. @returns 0 or -errno */
function readName(task: Task, address: u64): i32 {
  const n = copyStringFromUser(task, address, name, 256);
  if (n == -ENAMETOOLONG || n == 0) return -ERANGE;
  if (n < 0) return n;
  nameLength = n;
  return 0;
}

/** @source xattr(7) */
function checkNamespace(task: Task, inode: Inode, isWrite: bool): i32 {
  if (bytesStartWith(name, nameLength, 'user.')) {
    if (!inode.isRegular && !inode.isDirectory) return isWrite ? -EPERM : -ENODATA;
    return mayAccess(task.credentials, inode, isWrite ? MAY_WRITE : MAY_READ);
  }
  if (bytesStartWith(name, nameLength, 'trusted.')) {
    return task.credentials.has(CAP_SYS_ADMIN) ? 0 : isWrite ? -EPERM : -ENODATA;
  }
  if (bytesStartWith(name, nameLength, 'security.')) {
    return isWrite && !task.credentials.has(CAP_SETFCAP) ? -EPERM : 0;
  }
  // POSIX ACLs and the rest are not kept.
  return -EOPNOTSUPP;
}

/** Address of the entry of that name in a record, or 0. */
function find(record: usize): usize {
  if (record == 0) return 0;
  const count = load<u32>(record);
  let at = record + 4;
  for (let i: u32 = 0; i < count; i++) {
    const n = <u32>load<u16>(at);
    if (n == nameLength && memory.compare(at + 4, name, n) == 0) return at;
    at += 4 + n + load<u16>(at, 2);
  }
  return 0;
}

function getValue(task: Task, inode: Inode, to: u64, size: u64): i64 {
  const denied = checkNamespace(task, inode, false);
  if (denied != 0) return denied;
  const entry = find(inode.xattrs());
  if (entry == 0) return -ENODATA;
  const length = <u32>load<u16>(entry, 2);
  if (size == 0) return length;
  if (size < length) return -ERANGE;
  const fault = copyToUser(task, to, entry + 4 + load<u16>(entry), length);
  return fault != 0 ? fault : length;
}

function setValue(task: Task, inode: Inode, mount: Mount, value: u64, size: u64, flags: u32): i64 {
  if (isReadOnly(mount)) return -EROFS;
  const denied = checkNamespace(task, inode, true);
  if (denied != 0) return denied;
  const old = inode.xattrs();
  const entry = find(old);
  if ((flags & XATTR_CREATE) != 0 && entry != 0) return -EEXIST;
  if ((flags & XATTR_REPLACE) != 0 && entry == 0) return -ENODATA;
  const oldBytes: u32 = old != 0 ? xattrRecordBytes(old) : 4;
  const made = heap.alloc(oldBytes + 4 + nameLength + <usize>size + 4);
  const end = without(old, entry, made);
  store<u32>(made, load<u32>(made) + 1);
  store<u16>(end, <u16>nameLength);
  store<u16>(end, <u16>size, 2);
  memory.copy(end + 4, name, nameLength);
  let problem = copyFromUser(task, value, end + 4 + nameLength, <usize>size);
  if (problem == 0) problem = inode.setXattrs(made, <u32>(end + 4 + nameLength + <usize>size - made + 3) & ~3);
  heap.free(made);
  return problem;
}

/** Copies a record without one entry. @returns where the copy ends */
function without(record: usize, entry: usize, to: usize): usize {
  let kept: u32 = 0;
  let end = to + 4;
  const count = record != 0 ? load<u32>(record) : 0;
  let at = record + 4;
  for (let i: u32 = 0; i < count; i++) {
    const bytes = <usize>4 + load<u16>(at) + load<u16>(at, 2);
    if (at != entry) {
      memory.copy(end, at, bytes);
      end += bytes;
      kept++;
    }
    at += bytes;
  }
  store<u32>(to, kept);
  return end;
}

function removeValue(task: Task, inode: Inode, mount: Mount): i64 {
  if (isReadOnly(mount)) return -EROFS;
  const denied = checkNamespace(task, inode, true);
  if (denied != 0) return denied;
  const old = inode.xattrs();
  const entry = find(old);
  if (entry == 0) return -ENODATA;
  const made = heap.alloc(xattrRecordBytes(old));
  const end = without(old, entry, made);
  const problem = inode.setXattrs(made, load<u32>(made) == 0 ? 0 : <u32>(end - made + 3) & ~3);
  heap.free(made);
  return problem;
}

function list(task: Task, inode: Inode, to: u64, size: u64): i64 {
  const record = inode.xattrs();
  if (record == 0) return 0;
  const count = load<u32>(record);
  const names = heap.alloc(xattrRecordBytes(record) + count);
  let length: u32 = 0;
  let at = record + 4;
  for (let i: u32 = 0; i < count; i++) {
    const n = <u32>load<u16>(at);
    const isHidden = bytesStartWith(at + 4, n, 'trusted.') && !task.credentials.has(CAP_SYS_ADMIN);
    if (!isHidden) {
      memory.copy(names + length, at + 4, n);
      store<u8>(names + length + n, 0);
      length += n + 1;
    }
    at += 4 + n + load<u16>(at, 2);
  }
  let result: i64 = length;
  if (size != 0) {
    if (size < length) result = -ERANGE;
    else if (copyToUser(task, to, names, length) != 0) result = -EFAULT;
  }
  heap.free(names);
  return result;
}

function walkTo(task: Task, path: u64, follow: bool): i32 {
  return walkUser(task, AT_FDCWD, path, follow ? FOLLOW : 0, firstWalk);
}

function setAt(task: Task, path: u64, nameAt: u64, value: u64, size: u64, flags: i32, follow: bool): i64 {
  if ((<u32>flags & ~(XATTR_CREATE | XATTR_REPLACE)) != 0) return -EINVAL;
  let problem = readName(task, nameAt);
  if (problem != 0) return problem;
  if (size > SIZE_MAX) return -E2BIG;
  problem = walkTo(task, path, follow);
  return problem != 0 ? problem : setValue(task, firstWalk.inode, firstWalk.mount, value, size, flags);
}

export function sys_setxattr(task: Task, path: u64, nameAt: u64, value: u64, size: u64, flags: i32): i64 {
  return setAt(task, path, nameAt, value, size, flags, true);
}

export function sys_lsetxattr(task: Task, path: u64, nameAt: u64, value: u64, size: u64, flags: i32): i64 {
  return setAt(task, path, nameAt, value, size, flags, false);
}

export function sys_fsetxattr(task: Task, fd: i32, nameAt: u64, value: u64, size: u64, flags: i32): i64 {
  if ((<u32>flags & ~(XATTR_CREATE | XATTR_REPLACE)) != 0) return -EINVAL;
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  const problem = readName(task, nameAt);
  if (problem != 0) return problem;
  if (size > SIZE_MAX) return -E2BIG;
  return setValue(task, file.inode, file.place.mount, value, size, flags);
}

function getAt(task: Task, path: u64, nameAt: u64, value: u64, size: u64, follow: bool): i64 {
  let problem = readName(task, nameAt);
  if (problem != 0) return problem;
  problem = walkTo(task, path, follow);
  return problem != 0 ? problem : getValue(task, firstWalk.inode, value, size);
}

export function sys_getxattr(task: Task, path: u64, nameAt: u64, value: u64, size: u64): i64 {
  return getAt(task, path, nameAt, value, size, true);
}

export function sys_lgetxattr(task: Task, path: u64, nameAt: u64, value: u64, size: u64): i64 {
  return getAt(task, path, nameAt, value, size, false);
}

export function sys_fgetxattr(task: Task, fd: i32, nameAt: u64, value: u64, size: u64): i64 {
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  const problem = readName(task, nameAt);
  return problem != 0 ? problem : getValue(task, file.inode, value, size);
}

export function sys_listxattr(task: Task, path: u64, to: u64, size: u64): i64 {
  const problem = walkTo(task, path, true);
  return problem != 0 ? problem : list(task, firstWalk.inode, to, size);
}

export function sys_llistxattr(task: Task, path: u64, to: u64, size: u64): i64 {
  const problem = walkTo(task, path, false);
  return problem != 0 ? problem : list(task, firstWalk.inode, to, size);
}

export function sys_flistxattr(task: Task, fd: i32, to: u64, size: u64): i64 {
  const file = task.files.getForIo(fd);
  return file == null ? -EBADF : list(task, file.inode, to, size);
}

function removeAt(task: Task, path: u64, nameAt: u64, follow: bool): i64 {
  let problem = readName(task, nameAt);
  if (problem != 0) return problem;
  problem = walkTo(task, path, follow);
  return problem != 0 ? problem : removeValue(task, firstWalk.inode, firstWalk.mount);
}

export function sys_removexattr(task: Task, path: u64, nameAt: u64): i64 {
  return removeAt(task, path, nameAt, true);
}

export function sys_lremovexattr(task: Task, path: u64, nameAt: u64): i64 {
  return removeAt(task, path, nameAt, false);
}

export function sys_fremovexattr(task: Task, fd: i32, nameAt: u64): i64 {
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  const problem = readName(task, nameAt);
  return problem != 0 ? problem : removeValue(task, file.inode, file.place.mount);
}
