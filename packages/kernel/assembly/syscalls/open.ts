import { O_KNOWN, O_LARGEFILE, RESOLVE_BENEATH, RESOLVE_CACHED, RESOLVE_IN_ROOT, O_CREAT, O_TMPFILE_BIT } from '../linux/open-flags';
import { E2BIG, EAGAIN, EFAULT, EINVAL } from '../linux/errno';
import { openAndInstall } from '../fs/open';
import { readU64, userFault } from '../process/user-memory';
import { Task } from '../task/task';

/** @source open(2); Linux fs/open.c, build_open_flags */
export function sys_openat(task: Task, dirFd: i32, path: u64, flags: i32, mode: i32): i64 {
  return openAndInstall(task, dirFd, path, (<u32>flags & O_KNOWN) | O_LARGEFILE, mode, 0);
}

/** @source openat2(2) */
export function sys_openat2(task: Task, dirFd: i32, path: u64, how: u64, size: u64): i64 {
  if (size < 24) return -EINVAL;
  if (size > 4096) return -E2BIG;
  const flags = readU64(task, how);
  const mode = readU64(task, how + 8);
  const resolve = readU64(task, how + 16);
  for (let at: u64 = 24; at + 8 <= size; at += 8) if (readU64(task, how + at) != 0 && !userFault()) return -E2BIG;
  if (userFault()) return -EFAULT;
  if ((flags & ~(<u64>O_KNOWN)) != 0 || resolve > 0x3f || mode > 0o7777) return -EINVAL;
  if (mode != 0 && (flags & (O_CREAT | O_TMPFILE_BIT)) == 0) return -EINVAL;
  const both = RESOLVE_BENEATH | RESOLVE_IN_ROOT;
  if ((resolve & both) == both) return -EINVAL;
  if ((resolve & RESOLVE_CACHED) != 0) return -EAGAIN;
  return openAndInstall(task, dirFd, path, <u32>flags, <u32>mode, resolve);
}

export function sys_close(task: Task, fd: i32): i64 {
  return task.files.close(task, fd);
}

const CLOSE_RANGE_UNSHARE: i32 = 2;
const CLOSE_RANGE_CLOEXEC: i32 = 4;

/** @source close_range(2) */
export function sys_close_range(task: Task, first: u64, last: u64, flags: i32): i64 {
  if ((flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) != 0) return -EINVAL;
  const from = <u32>first;
  const to = <u32>last;
  if (from > to) return -EINVAL;
  if ((flags & CLOSE_RANGE_UNSHARE) != 0 && task.files.isShared) {
    const own = task.files.clone();
    task.files.closeAll(task);
    task.files = own;
  }
  const files = task.files;
  const end = min<u32>(to, files.capacity - 1);
  if (files.capacity == 0) return 0;
  for (let fd = from; fd <= end && fd < <u32>files.capacity; fd++) {
    if ((flags & CLOSE_RANGE_CLOEXEC) != 0) files.setCloseOnExec(fd, true);
    else files.close(task, fd);
  }
  return 0;
}

export function sys_umask(task: Task, mask: i32): i64 {
  const old = task.fs.umask;
  task.fs.umask = mask & 0o777;
  return old;
}
