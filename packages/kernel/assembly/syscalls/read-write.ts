import { EBADF, EFAULT, EINVAL, EOPNOTSUPP, ESPIPE } from '../linux/errno';
import { O_APPEND } from '../linux/open-flags';
import { IoCursor } from '../fs/io-cursor';
import { OpenFile } from '../fs/open-file';
import { ADDRESS_END } from '../mm/layout';
import { copyFromUser } from '../process/user-memory';
import { Task } from '../task/task';

/** Most that one call moves. @source Linux include/linux/fs.h, MAX_RW_COUNT */
const MAX_COUNT: u64 = 0x7fff_f000;
const IOV_MAX: i32 = 1024;

const io = new IoCursor();
const vectorBuffer: usize = memory.data(16384, 16);

export function sys_read(task: Task, fd: i32, to: u64, count: u64): i64 {
  const file = task.files.getForIo(fd);
  if (file == null || !file.isReadable) return -EBADF;
  if (count > ADDRESS_END) return -EFAULT;
  return file.read(task, io.user(task, to, min(count, MAX_COUNT)));
}

export function sys_write(task: Task, fd: i32, from: u64, count: u64): i64 {
  const file = task.files.getForIo(fd);
  if (file == null || !file.isWritable) return -EBADF;
  if (count > ADDRESS_END) return -EFAULT;
  return file.write(task, io.user(task, from, min(count, MAX_COUNT)));
}

export function sys_pread64(task: Task, fd: i32, to: u64, count: u64, offset: i64): i64 {
  if (offset < 0) return -EINVAL;
  const file = task.files.getForIo(fd);
  if (file == null || !file.isReadable) return -EBADF;
  if (count > ADDRESS_END) return -EFAULT;
  if (offset + <i64>count < 0) return -EINVAL;
  return file.readFrom(task, io.user(task, to, min(count, MAX_COUNT)), offset);
}

export function sys_pwrite64(task: Task, fd: i32, from: u64, count: u64, offset: i64): i64 {
  if (offset < 0) return -EINVAL;
  const file = task.files.getForIo(fd);
  if (file == null || !file.isWritable) return -EBADF;
  if (count > ADDRESS_END) return -EFAULT;
  if (offset + <i64>count < 0) return -EINVAL;
  return file.writeTo(task, io.user(task, from, min(count, MAX_COUNT)), offset);
}

/** Reads struct iovec and aims `io` at it; valid until the next call. @returns 0 or -errno */
export function aimAtVector(task: Task, io: IoCursor, vector: u64, count: i32): i32 {
  if (<u32>count > <u32>IOV_MAX) return -EINVAL;
  if (copyFromUser(task, vector, vectorBuffer, <usize>count << 4) != 0) return -EFAULT;
  let total: u64 = 0;
  for (let i = 0; i < count; i++) {
    const length = load<u64>(vectorBuffer + (<usize>i << 4), 8);
    if (<i64>length < 0) return -EINVAL;
    // The sum saturates: what lies beyond is not moved.
    const part = min(length, MAX_COUNT - total);
    store<u64>(vectorBuffer + (<usize>i << 4), part, 8);
    total += part;
  }
  io.userVector(task, vectorBuffer, count, total);
  return 0;
}

function readVectored(task: Task, fd: i32, vector: u64, count: i32, offset: i64): i64 {
  const file = task.files.getForIo(fd);
  if (file == null || !file.isReadable) return -EBADF;
  const problem = aimAtVector(task, io, vector, count);
  if (problem != 0) return problem;
  return offset == -1 ? file.read(task, io) : file.readFrom(task, io, offset);
}

function writeVectored(task: Task, fd: i32, vector: u64, count: i32, offset: i64): i64 {
  const file = task.files.getForIo(fd);
  if (file == null || !file.isWritable) return -EBADF;
  const problem = aimAtVector(task, io, vector, count);
  if (problem != 0) return problem;
  return offset == -1 ? file.write(task, io) : file.writeTo(task, io, offset);
}

export function sys_readv(task: Task, fd: i32, vector: u64, count: i32): i64 {
  return readVectored(task, fd, vector, count, -1);
}

export function sys_writev(task: Task, fd: i32, vector: u64, count: i32): i64 {
  return writeVectored(task, fd, vector, count, -1);
}

export function sys_preadv(task: Task, fd: i32, vector: u64, count: i32, offset: i64): i64 {
  if (offset < 0) return -EINVAL;
  return readVectored(task, fd, vector, count, offset);
}

export function sys_pwritev(task: Task, fd: i32, vector: u64, count: i32, offset: i64): i64 {
  if (offset < 0) return -EINVAL;
  return writeVectored(task, fd, vector, count, offset);
}

const RWF_APPEND: i32 = 0x10;
/** HIPRI, DSYNC, SYNC and NOWAIT change nothing for files in memory. */
const RWF_HARMLESS: i32 = 0x0f;

export function sys_preadv2(task: Task, fd: i32, vector: u64, count: i32, offset: i64, high: u64, flags: i32): i64 {
  if ((flags & ~RWF_HARMLESS) != 0) return -EOPNOTSUPP;
  if (offset < -1) return -EINVAL;
  return readVectored(task, fd, vector, count, offset);
}

export function sys_pwritev2(task: Task, fd: i32, vector: u64, count: i32, offset: i64, high: u64, flags: i32): i64 {
  if ((flags & ~(RWF_HARMLESS | RWF_APPEND)) != 0) return -EOPNOTSUPP;
  if (offset < -1) return -EINVAL;
  const file = (flags & RWF_APPEND) != 0 ? task.files.getForIo(fd) : null;
  if (file == null) return writeVectored(task, fd, vector, count, offset);
  const before = file.flags;
  file.flags |= O_APPEND;
  const result = writeVectored(task, fd, vector, count, offset);
  file.flags = before;
  return result;
}

export function sys_lseek(task: Task, fd: i32, offset: i64, whence: i32): i64 {
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  if (<u32>whence > 4) return -EINVAL;
  return file.seek(offset, whence);
}

function syncFile(task: Task, fd: i32): i64 {
  const file = task.files.getForIo(fd);
  return file == null ? -EBADF : file.sync();
}

export function sys_fsync(task: Task, fd: i32): i64 {
  return syncFile(task, fd);
}

export function sys_fdatasync(task: Task, fd: i32): i64 {
  return syncFile(task, fd);
}

export function sys_syncfs(task: Task, fd: i32): i64 {
  return task.files.getForIo(fd) == null ? -EBADF : 0;
}

export function sys_sync_file_range(task: Task, fd: i32, offset: i64, length: i64, flags: i32): i64 {
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  if ((flags & ~7) != 0 || offset < 0 || length < 0 || offset + length < offset) return -EINVAL;
  return file.isSeekable ? 0 : -ESPIPE;
}

function isPipeLike(file: OpenFile): bool {
  return !file.isSeekable;
}

export function sys_fadvise64(task: Task, fd: i32, offset: i64, length: i64, advice: i32): i64 {
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  if (isPipeLike(file)) return -ESPIPE;
  return length < 0 || <u32>advice > 5 ? -EINVAL : 0;
}

export function sys_readahead(task: Task, fd: i32, offset: i64, count: u64): i64 {
  const file = task.files.getForIo(fd);
  if (file == null || !file.isReadable) return -EBADF;
  return file.inode.isRegular ? 0 : -EINVAL;
}
