import { EAGAIN, EBADF, EFAULT, EINVAL, ESPIPE, EXDEV, EISDIR, EOVERFLOW } from '../linux/errno';
import { O_APPEND, O_CLOEXEC, O_DIRECT, O_NONBLOCK } from '../linux/open-flags';
import { POLL_READABLE } from '../linux/poll';
import { IoCursor } from '../fs/io-cursor';
import { OpenFile } from '../fs/open-file';
import { createdReader, createdWriter, createPipe, PipeEnd } from '../fs/pipe';
import { copyToUser, readU64, userFault, writeU64 } from '../process/user-memory';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';

const pair: usize = memory.data(8, 8);

export function sys_pipe2(task: Task, fds: u64, flags: i32): i64 {
  if ((<u32>flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) != 0) return -EINVAL;
  createPipe(task, flags);
  const reader = createdReader;
  const writer = createdWriter;
  const closeOnExec = (<u32>flags & O_CLOEXEC) != 0;
  const readFd = task.files.install(task, reader, closeOnExec);
  if (readFd < 0) {
    reader.release();
    writer.release();
    return readFd;
  }
  const writeFd = task.files.install(task, writer, closeOnExec);
  if (writeFd < 0) {
    task.files.close(task, readFd);
    writer.release();
    return writeFd;
  }
  store<i32>(pair, readFd);
  store<i32>(pair + 4, writeFd);
  if (copyToUser(task, fds, pair, 8) == 0) return 0;
  task.files.close(task, readFd);
  task.files.close(task, writeFd);
  return -EFAULT;
}

// ---- moving bytes between files ----

const CHUNK: u32 = 65536;
const transfer: usize = memory.data(65536, 16);
const source = new IoCursor();
const target = new IoCursor();

/**
 * Copies from one file to another through kernel memory. Bytes are only taken from `input` when `output` has taken them:
 * it is positional, or a pipe that is peeked.
 *
 * @returns bytes copied, -errno or BLOCK
 */
function copy(task: Task, input: OpenFile, inOffset: i64, output: OpenFile, outOffset: i64, length: u64): i64 {
  // The files' own progress must not be mistaken for that of this call.
  const done = task.progress;
  let total: u64 = done;
  while (total < length) {
    const n = <u32>min<u64>(length - total, CHUNK);
    task.progress = 0;
    const got = readSome(task, input, inOffset < 0 ? -1 : inOffset + <i64>total, n);
    if (got <= 0) return finish(task, total, got);
    const put =
      outOffset < 0
        ? output.write(task, target.kernel(transfer, got))
        : output.writeTo(task, target.kernel(transfer, got), outOffset + <i64>total);
    const written = put == BLOCK ? <i64>task.progress : put;
    if (written > 0) {
      consume(task, input, inOffset, written);
      total += written;
    }
    if (put == BLOCK && total == 0) {
      task.progress = 0;
      return BLOCK;
    }
    if (written < got) return finish(task, total, put == BLOCK ? 0 : put);
  }
  return finish(task, total, 0);
}

function finish(task: Task, total: u64, last: i64): i64 {
  if (total > 0) {
    task.leaveQueues();
    return total;
  }
  task.progress = 0;
  return last;
}

/** Reads without consuming. */
function readSome(task: Task, input: OpenFile, offset: i64, n: u32): i64 {
  const io = source.kernel(transfer, n);
  if (offset >= 0) return input.readFrom(task, io, offset);
  if (input.isSeekable) return input.readFrom(task, io, input.position);
  if (input instanceof PipeEnd) {
    const pipe = changetype<PipeEnd>(input).pipe;
    if (pipe.used > 0) return pipe.drain(io, n, true);
  }
  return input.read(task, io);
}

function consume(task: Task, input: OpenFile, offset: i64, n: i64): void {
  if (offset >= 0) return;
  if (input.isSeekable) input.position += n;
  else if (input instanceof PipeEnd) {
    const pipe = changetype<PipeEnd>(input).pipe;
    pipe.drain(source.kernel(transfer, n), <u32>n);
    pipe.writable.notify(4 | 0x100); // POLLOUT | POLLWRNORM
  }
}

let offsetProblem: i32 = 0;

/** Reads a file offset from the guest; -1 for a null pointer. */
function readOffset(task: Task, address: u64): i64 {
  offsetProblem = 0;
  if (address == 0) return -1;
  const offset = <i64>readU64(task, address);
  if (userFault()) offsetProblem = -EFAULT;
  else if (offset < 0) offsetProblem = -EINVAL;
  return offset;
}

/** @source sendfile(2) */
export function sys_sendfile(task: Task, outFd: i32, inFd: i32, offset: u64, count: u64): i64 {
  const from = readOffset(task, offset);
  if (offsetProblem != 0) return offsetProblem;
  const input = task.files.getForIo(inFd);
  if (input == null || !input.isReadable) return -EBADF;
  const output = task.files.getForIo(outFd);
  if (output == null || !output.isWritable) return -EBADF;
  if (from >= 0 && !input.isSeekable) return -ESPIPE;
  if (!input.isSeekable) return -EINVAL;
  if ((output.flags & O_APPEND) != 0) return -EINVAL;
  const n = copy(task, input, from, output, -1, min<u64>(count, 0x7fff_f000));
  if (n > 0 && from >= 0) writeU64(task, offset, from + n);
  return n;
}

/** @source splice(2) */
export function sys_splice(task: Task, inFd: i32, inOffset: u64, outFd: i32, outOffset: u64, length: u64, flags: i32): i64 {
  if ((flags & ~15) != 0) return -EINVAL;
  if (length == 0) return 0;
  const input = task.files.getForIo(inFd);
  const output = task.files.getForIo(outFd);
  if (input == null || output == null || !input.isReadable || !output.isWritable) return -EBADF;
  const fromPipe = input instanceof PipeEnd;
  const toPipe = output instanceof PipeEnd;
  if (!fromPipe && !toPipe) return -EINVAL;
  if ((fromPipe && inOffset != 0) || (toPipe && outOffset != 0)) return -ESPIPE;
  if (fromPipe && toPipe && changetype<PipeEnd>(input).pipe === changetype<PipeEnd>(output).pipe) return -EINVAL;
  if ((output.flags & O_APPEND) != 0) return -EINVAL;
  const from = readOffset(task, inOffset);
  if (offsetProblem != 0) return offsetProblem;
  const to = readOffset(task, outOffset);
  if (offsetProblem != 0) return offsetProblem;
  if ((from >= 0 && !input.isSeekable) || (to >= 0 && !output.isSeekable)) return -EINVAL;
  const SPLICE_F_NONBLOCK = 2;
  if ((flags & SPLICE_F_NONBLOCK) != 0) {
    if (fromPipe && changetype<PipeEnd>(input).pipe.used == 0 && changetype<PipeEnd>(input).pipe.writers > 0) return -EAGAIN;
    if (toPipe && changetype<PipeEnd>(output).pipe.free == 0) return -EAGAIN;
  }
  if (toPipe && changetype<PipeEnd>(output).pipe.free == 0 && changetype<PipeEnd>(output).pipe.readers > 0) {
    // Waited for before anything is taken out of the input, which may not be able to take it back.
    if ((output.flags & O_NONBLOCK) != 0) return -EAGAIN;
    changetype<PipeEnd>(output).pipe.writable.sleep(task);
    return BLOCK;
  }
  const limit = toPipe ? min<u64>(length, max<u32>(changetype<PipeEnd>(output).pipe.free, 1)) : length;
  const n = copy(task, input, from, output, to, min<u64>(limit, 0x7fff_f000));
  if (n > 0 && from >= 0) writeU64(task, inOffset, from + n);
  if (n > 0 && to >= 0) writeU64(task, outOffset, to + n);
  return n;
}

/** @source tee(2) */
export function sys_tee(task: Task, inFd: i32, outFd: i32, length: u64, flags: i32): i64 {
  if ((flags & ~15) != 0) return -EINVAL;
  const input = task.files.getForIo(inFd);
  const output = task.files.getForIo(outFd);
  if (input == null || output == null || !input.isReadable || !output.isWritable) return -EBADF;
  if (!(input instanceof PipeEnd) || !(output instanceof PipeEnd)) return -EINVAL;
  const from = changetype<PipeEnd>(input).pipe;
  const to = changetype<PipeEnd>(output).pipe;
  if (from === to) return -EINVAL;
  if (length == 0) return 0;
  const isNonBlocking = (flags & 2) != 0;
  if (from.used == 0) {
    if (from.writers == 0) return 0;
    if (isNonBlocking) return -EAGAIN;
    from.readable.sleep(task);
    return BLOCK;
  }
  if (to.free == 0) {
    if (isNonBlocking) return -EAGAIN;
    to.writable.sleep(task);
    return BLOCK;
  }
  const n = from.drain(source.kernel(transfer, CHUNK), <u32>min<u64>(length, min(CHUNK, to.free)), true);
  to.fill(target.kernel(transfer, n), n);
  to.readable.notify(POLL_READABLE);
  return n;
}

/** @source copy_file_range(2) */
export function sys_copy_file_range(
  task: Task,
  inFd: i32,
  inOffset: u64,
  outFd: i32,
  outOffset: u64,
  length: u64,
  flags: i32,
): i64 {
  if (flags != 0) return -EINVAL;
  const input = task.files.getForIo(inFd);
  const output = task.files.getForIo(outFd);
  if (input == null || output == null || !input.isReadable || !output.isWritable) return -EBADF;
  if (input.inode.isDirectory || output.inode.isDirectory) return -EISDIR;
  if (!input.inode.isRegular || !output.inode.isRegular) return -EINVAL;
  if ((output.flags & O_APPEND) != 0) return -EBADF;
  if (input.inode.fs !== output.inode.fs) return -EXDEV;
  let from = readOffset(task, inOffset);
  if (offsetProblem != 0) return offsetProblem;
  let to = readOffset(task, outOffset);
  if (offsetProblem != 0) return offsetProblem;
  if (from < 0) from = input.position;
  if (to < 0) to = output.position;
  if (<u64>from + length < length || <u64>to + length < length) return -EOVERFLOW;
  // What lies behind the end of the input is not asked for: cp(1) wants everything, wherever it is.
  input.inode.refresh();
  const count = min<u64>(length, <u64>max<i64>(input.inode.size - from, 0));
  if (input.inode === output.inode && <u64>from < <u64>to + count && <u64>to < <u64>from + count) return -EINVAL;
  const n = copy(task, input, from, output, to, min<u64>(count, 0x7fff_f000));
  if (n <= 0) return n;
  if (inOffset != 0) writeU64(task, inOffset, from + n);
  else input.position = from + n;
  if (outOffset != 0) writeU64(task, outOffset, to + n);
  else output.position = to + n;
  return n;
}
