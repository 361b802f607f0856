import { EBADF, EINVAL, ENOTDIR, ENOTTY, ESPIPE } from '../linux/errno';
import { O_ACCMODE, O_CLOEXEC, O_CREAT, O_EXCL, O_NOCTTY, O_PATH, O_RDONLY, O_TRUNC, O_WRONLY } from '../linux/open-flags';
import { POLL_ALWAYS } from '../linux/poll';
import { Task } from '../task/task';
import { Inode } from './inode';
import { IoCursor } from './io-cursor';
import { FlockOwner } from './locks';
import { Notifier } from './notifier';
import { Path } from './path';

/**
 * A file description: what open(2) makes and descriptors refer to. Counted: one for each descriptor, mapping, or
 * message in flight; `onRelease` runs when the last is gone.
 */
export abstract class OpenFile {
  private references: i32 = 1;
  position: i64 = 0;
  /** O_APPEND, O_NONBLOCK and the access mode; never O_CREAT and the like. */
  flags: u32;
  /** F_SETOWN: process or negative process group to signal. */
  owner: i32 = 0;
  /** Holds its flock(2) lock, if any. */
  flock: FlockOwner | null = null;

  constructor(
    readonly path: Path,
    flags: u32,
  ) {
    this.flags = flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
  }

  get inode(): Inode {
    return this.path.dentry.node;
  }
  get isReadable(): bool {
    return (this.flags & O_ACCMODE) != O_WRONLY && (this.flags & O_PATH) == 0;
  }
  get isWritable(): bool {
    return (this.flags & O_ACCMODE) != O_RDONLY && (this.flags & O_PATH) == 0;
  }
  /** Opened with O_PATH: names a place, refuses input and output with EBADF. */
  get isPathOnly(): bool {
    return (this.flags & O_PATH) != 0;
  }

  /** @returns itself, for passing on */
  retain(): this {
    this.references++;
    return this;
  }

  release(): void {
    if (--this.references == 0) this.onRelease();
  }

  get isReferenced(): bool {
    return this.references > 0;
  }

  // Access modes were checked by the caller. All return a count, -errno or BLOCK.
  /** Reads at the current position, or from a stream. */
  read(task: Task, io: IoCursor): i64 {
    return -EINVAL;
  }
  write(task: Task, io: IoCursor): i64 {
    return -EINVAL;
  }
  readFrom(task: Task, io: IoCursor, offset: i64): i64 {
    return -ESPIPE;
  }
  writeTo(task: Task, io: IoCursor, offset: i64): i64 {
    return -ESPIPE;
  }
  /** Whether positions mean anything (pread(2), sendfile(2) with an offset). */
  get isSeekable(): bool {
    return false;
  }
  seek(offset: i64, whence: i32): i64 {
    return -ESPIPE;
  }
  /** Writes directory entries (struct linux_dirent64). */
  readDirectory(task: Task, io: IoCursor): i64 {
    return -ENOTDIR;
  }
  truncate(size: i64): i32 {
    return -EINVAL;
  }
  allocate(mode: u32, offset: i64, length: i64): i32 {
    return -19; // ENODEV
  }
  /** fsync(2) and fdatasync(2). */
  sync(): i32 {
    return -EINVAL;
  }
  ioctl(task: Task, request: u32, argument: u64): i64 {
    return -ENOTTY;
  }

  /** Events that are true now. */
  poll(): u32 {
    return POLL_ALWAYS;
  }
  /** Where to wait for the events of {@link poll} to change; null: always ready, cannot be used with epoll. */
  get notifier(): Notifier | null {
    return null;
  }
  /** Files with more than one notifier (a terminal's two directions) put the task on all of them. */
  sleepUntilReady(task: Task, events: u32): void {
    const notifier = this.notifier;
    if (notifier) notifier.sleep(task);
  }

  /** Called for each descriptor that is closed. */
  onClose(task: Task): void {}
  /** The last reference is gone. */
  onRelease(): void {}

  // ---- for exec and mmap ----
  /** Whether mmap(2) may map it at all: regular files, and devices that say so. */
  get isMappable(): bool {
    return false;
  }
  /** Maps as private zeros whatever the offset (/dev/zero). */
  get mapsZeros(): bool {
    return false;
  }
  /** Reads file content into kernel memory. @returns bytes read (short at the end), or -errno */
  readAt(offset: i64, to: usize, n: u32): i32 {
    return this.inode.readAt(offset, to, n);
  }
}

/** A file opened with O_PATH. */
export class PathFile extends OpenFile {
  constructor(path: Path, flags: u32) {
    super(path, flags);
    path.inode.hold();
  }
  onRelease(): void {
    this.inode.drop();
  }
  ioctl(task: Task, request: u32, argument: u64): i64 {
    return -EBADF;
  }
}
