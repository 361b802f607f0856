import { EAGAIN, EFAULT, EINVAL, ENXIO, EPERM, EPIPE, EBUSY } from '../linux/errno';
import { FIONREAD } from '../linux/ioctl';
import { O_ACCMODE, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from '../linux/open-flags';
import { POLLERR, POLLHUP, POLL_READABLE, POLL_WRITABLE } from '../linux/poll';
import { SIGPIPE } from '../linux/signal';
import { S_IFIFO } from '../linux/stat';
import { writeU32 } from '../process/user-memory';
import { allocateFrame, freeFrame } from '../memory/frames';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { AnonymousInode, anonymousPlace } from './anonymous';
import { IoCursor } from './io-cursor';
import { MemoryInode } from './memory-inode';
import { Notifier } from './notifier';
import { OpenFile } from './open-file';
import { Path } from './path';
import { failWith } from './result';
import { raiseSignal } from './seam';

/** Writes of at most this many bytes are atomic. */
export const PIPE_BUF: u32 = 4096;
const DEFAULT_PAGES: i32 = 16;
const MAX_PAGES: u32 = 256;

/** The bytes in a pipe: a ring of page frames. */
export class PipeBuffer {
  private frames: StaticArray<usize>;
  /** Ring positions: bytes ever read and written, modulo the capacity. */
  private readAt: u32 = 0;
  /** Bytes in the pipe. */
  used: u32 = 0;
  readers: i32 = 0;
  writers: i32 = 0;
  /** Fifos: opens so far, so that an open that waits notices a peer which has gone again. */
  readerOpens: u32 = 0;
  writerOpens: u32 = 0;
  readonly readable: Notifier = new Notifier();
  readonly writable: Notifier = new Notifier();

  /** @param pages - capacity in pages */
  constructor(pages: i32 = DEFAULT_PAGES) {
    this.frames = new StaticArray<usize>(pages);
  }

  get capacity(): u32 {
    return <u32>this.frames.length << 12;
  }
  get free(): u32 {
    return this.capacity - this.used;
  }

  /** Moves up to `io.remaining` bytes in. @returns bytes moved */
  fill(io: IoCursor, limit: u32): u32 {
    let done: u32 = 0;
    while (done < limit && this.used < this.capacity) {
      const position = (this.readAt + this.used) % this.capacity;
      const frame = this.frameAt(position >> 12);
      if (frame == 0) break;
      const inFrame = position & 4095;
      const part = min(min(limit - done, 4096 - inFrame), this.free);
      // What could only be read in part is not written at all, as on Linux.
      if (io.take(frame + inFrame, part) != part) break;
      this.used += part;
      done += part;
    }
    return done;
  }

  /** Moves bytes out to `io`. `peek`: they stay. @returns bytes moved */
  drain(io: IoCursor, limit: u32, peek: bool = false): u32 {
    let done: u32 = 0;
    let position = this.readAt;
    const available = min(limit, this.used);
    while (done < available) {
      const inFrame = position & 4095;
      const part = min(available - done, 4096 - inFrame);
      // What could only be handed out in part stays, as on Linux.
      if (io.put(unchecked(this.frames[position >> 12]) + inFrame, part) != part) break;
      done += part;
      position = (position + part) % this.capacity;
    }
    if (peek) return done;
    this.readAt = position;
    this.used -= done;
    if (this.used == 0) this.freeAll();
    return done;
  }

  private frameAt(index: u32): usize {
    let frame = unchecked(this.frames[index]);
    if (frame == 0) {
      frame = allocateFrame();
      unchecked((this.frames[index] = frame));
    }
    return frame;
  }

  private freeAll(): void {
    this.readAt = 0;
    // One frame stays for the next message.
    for (let i = 1; i < this.frames.length; i++) {
      const frame = unchecked(this.frames[i]);
      if (frame != 0) freeFrame(frame);
      unchecked((this.frames[i] = 0));
    }
  }

  destroy(): void {
    this.used = 0;
    this.freeAll();
    const frame = unchecked(this.frames[0]);
    if (frame != 0) freeFrame(frame);
    unchecked((this.frames[0] = 0));
  }

  /** F_SETPIPE_SZ. @returns the new capacity, or -EBUSY, -EPERM */
  resize(bytes: u32): i32 {
    let pages: u32 = 1;
    while (pages << 12 < bytes && pages <= MAX_PAGES) pages <<= 1;
    if (bytes == 0) return -EINVAL;
    if (pages > MAX_PAGES) return -EPERM;
    if (pages << 12 < this.used) return -EBUSY;
    const held = this.used;
    const copy = new PipeBuffer();
    copy.frames = new StaticArray<usize>(pages);
    while (this.used > 0) {
      const inFrame = this.readAt & 4095;
      const part = min(this.used, 4096 - inFrame);
      if (copy.fill(scratch.kernel(unchecked(this.frames[this.readAt >> 12]) + inFrame, part), part) != part) break;
      this.readAt = (this.readAt + part) % this.capacity;
      this.used -= part;
    }
    this.destroy();
    this.frames = copy.frames;
    this.readAt = 0;
    this.used = held;
    this.writable.notify(POLL_WRITABLE);
    return pages << 12;
  }
}

const scratch = new IoCursor();

/** One end of a pipe or fifo; a fifo opened O_RDWR is both. */
export class PipeEnd extends OpenFile {
  constructor(
    place: Path,
    flags: u32,
    readonly pipe: PipeBuffer,
  ) {
    super(place, flags);
    place.inode.hold();
    if (this.isReadable) {
      pipe.readers++;
      pipe.readerOpens++;
    }
    if (this.isWritable) {
      pipe.writers++;
      pipe.writerOpens++;
    }
  }

  read(task: Task, io: IoCursor): i64 {
    const pipe = this.pipe;
    if (io.remaining == 0) return 0;
    if (pipe.used == 0) {
      if (pipe.writers == 0) return 0;
      if ((this.flags & O_NONBLOCK) != 0) return -EAGAIN;
      pipe.readable.sleep(task);
      return BLOCK;
    }
    const n = pipe.drain(io, <u32>min<u64>(io.remaining, u32.MAX_VALUE));
    if (n == 0) return -EFAULT;
    pipe.writable.notify(POLL_WRITABLE);
    return n;
  }

  write(task: Task, io: IoCursor): i64 {
    const pipe = this.pipe;
    if (io.remaining == 0) return 0;
    if (pipe.readers == 0) {
      const done = task.progress;
      if (done > 0) return done;
      raiseSignal(task, SIGPIPE);
      return -EPIPE;
    }
    io.skip(task.progress);
    const wanted = <u32>min<u64>(io.remaining, u32.MAX_VALUE);
    const isAtomic = task.progress == 0 && wanted <= PIPE_BUF;
    const room = pipe.free;
    if (room >= wanted || (!isAtomic && room > 0)) {
      const n = pipe.fill(io, min(wanted, room));
      if (n > 0) pipe.readable.notify(POLL_READABLE);
      task.progress += n;
      if (io.faulted) return task.progress > 0 ? <i64>task.progress : -EFAULT;
      if (n == wanted) return task.progress;
    }
    if ((this.flags & O_NONBLOCK) != 0) return task.progress > 0 ? <i64>task.progress : -EAGAIN;
    if (task.interrupted && task.progress > 0) return task.progress;
    pipe.writable.sleep(task);
    return BLOCK;
  }

  poll(): u32 {
    const pipe = this.pipe;
    let events: u32 = 0;
    if (this.isReadable) {
      if (pipe.used > 0) events |= POLL_READABLE;
      if (pipe.writers == 0 && pipe.writerOpens > 0) events |= POLLHUP;
    }
    if (this.isWritable) {
      if (pipe.free >= PIPE_BUF) events |= POLL_WRITABLE;
      if (pipe.readers == 0) events |= POLLERR;
    }
    return events;
  }

  get notifier(): Notifier | null {
    return this.isReadable ? this.pipe.readable : this.pipe.writable;
  }

  sleepUntilReady(task: Task, events: u32): void {
    if (this.isReadable) this.pipe.readable.sleep(task);
    if (this.isWritable) this.pipe.writable.sleep(task);
  }

  ioctl(task: Task, request: u32, argument: u64): i64 {
    if (request == FIONREAD) return writeU32(task, argument, this.pipe.used);
    return super.ioctl(task, request, argument);
  }

  onRelease(): void {
    const pipe = this.pipe;
    if (this.isReadable) pipe.readers--;
    if (this.isWritable) pipe.writers--;
    if (pipe.readers == 0 && pipe.writers == 0) {
      pipe.destroy();
      const inode = this.inode;
      if (inode instanceof MemoryInode) changetype<MemoryInode>(inode).fifo = null;
    } else {
      pipe.readable.notify(POLLHUP | POLL_READABLE);
      pipe.writable.notify(POLLERR | POLL_WRITABLE);
    }
    this.inode.drop();
  }
}

export let createdReader: PipeEnd = changetype<PipeEnd>(0);
export let createdWriter: PipeEnd = changetype<PipeEnd>(0);

/** Makes a pipe: `createdReader` and `createdWriter`. */
export function createPipe(task: Task, flags: u32): void {
  const pipe = new PipeBuffer();
  const place = anonymousPlace('pipe', S_IFIFO | 0o600, task);
  changetype<AnonymousInode>(place.inode).content = pipe;
  createdReader = new PipeEnd(place, O_RDONLY | (flags & O_NONBLOCK), pipe);
  createdWriter = new PipeEnd(place, O_WRONLY | (flags & O_NONBLOCK), pipe);
}

/** Set when {@link openFifo} returned null because the task has to wait: open(2) then returns BLOCK. */
export let fifoMustWait: bool = false;

/**
 * Opens a fifo: waits for the other side unless O_NONBLOCK or O_RDWR.
 *
 * @source fifo(7), Linux fs/pipe.c fifo_open
 */
export function openFifo(task: Task, place: Path, flags: u32, inode: MemoryInode): OpenFile | null {
  fifoMustWait = false;
  let pipe = inode.fifo;
  if (pipe == null) {
    pipe = new PipeBuffer();
    inode.fifo = pipe;
  }
  const access = flags & O_ACCMODE;
  // A second execution of an open that waited: the end made then is kept in the task, which gives it up when the call ends.
  const waiting = task.progressObject;
  if (waiting instanceof PipeEnd) {
    const arrived = access == O_RDONLY ? pipe.writerOpens != <u32>task.progress2 : pipe.readerOpens != <u32>task.progress2;
    if (arrived || pipe.writers + pipe.readers > 1) {
      task.progressObject = null;
      return changetype<PipeEnd>(waiting);
    }
    sleepForPeer(task, pipe, access);
    return null;
  }
  if (access == O_WRONLY && (flags & O_NONBLOCK) != 0 && pipe.readers == 0) {
    if (pipe.writers == 0) inode.fifo = null;
    failWith(ENXIO);
    return null;
  }
  const end = new PipeEnd(place, flags, pipe);
  if (access == O_RDONLY || access == O_RDWR) pipe.writable.notify(POLL_WRITABLE);
  if (access == O_WRONLY || access == O_RDWR) pipe.readable.notify(POLL_READABLE);
  const peerMissing = access == O_RDONLY ? pipe.writers == 0 : access == O_WRONLY ? pipe.readers == 0 : false;
  if (!peerMissing || (flags & O_NONBLOCK) != 0) return end;
  task.progressObject = end;
  task.progress2 = access == O_RDONLY ? pipe.writerOpens : pipe.readerOpens;
  sleepForPeer(task, pipe, access);
  return null;
}

function sleepForPeer(task: Task, pipe: PipeBuffer, access: u32): void {
  fifoMustWait = true;
  failWith(0);
  if (access == O_RDONLY) pipe.readable.sleep(task);
  else pipe.writable.sleep(task);
}
