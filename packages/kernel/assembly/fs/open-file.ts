import { EACCES, EBADF, EINVAL, ENODEV, ENOTDIR, ENOTTY, ESPIPE } from '../linux/errno';
import { O_ACCMODE, O_CLOEXEC, O_CREAT, O_EXCL, O_NOCTTY, O_PATH, O_RDONLY, O_TRUNC, O_WRONLY } from '../linux/open-flags';
import { POLL_ALWAYS } from '../linux/poll';
import { NEVER, Task } from '../task/task';
import { MAP_PROT_WRITE, pathString } from './path-string';
import { EpollItem, forgetInEpolls } from './epoll';
import { Inode } from './inode';
import { hasWatches, IN_CLOSE_NOWRITE, IN_CLOSE_WRITE, notifySelf } from './inotify';
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
  /** Registrations with epoll instances. */
  epollItems: EpollItem | null = null;
  /** Holds its flock(2) lock, if any. */
  flock: FlockOwner | null = null;

  constructor(
    readonly place: Path,
    flags: u32,
  ) {
    this.flags = flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC);
  }

  get inode(): Inode {
    return this.place.dentry.node;
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
    if (--this.references > 0) return;
    if (hasWatches && !this.isPathOnly) {
      notifySelf(this.inode, this.place.dentry, this.isWritable ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
    }
    forgetInEpolls(this);
    const held = this.flock;
    const locks = this.inode.locks;
    if (locks) {
      if (held) locks.unflock(held);
      locks.removeOwner(this);
    }
    this.onRelease();
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
    return -ENODEV;
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

  /** Whether {@link poll} may change without a notification: timers, signals. */
  get changesByItself(): bool {
    return false;
  }
  /** Monotonic time at which {@link poll} may change without anybody's doing (timerfd); NEVER for others. */
  nextEvent(): u64 {
    return NEVER;
  }
  /** Notices that such a time has come, and notifies. */
  checkTime(): void {}

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
  /** Whether mmap(2) with these PROT_ bits is allowed. @returns 0, -EACCES, -ENODEV or -EPERM */
  mayMap(prot: i32, shared: bool): i32 {
    if (this.isPathOnly) return -EBADF;
    if (!this.isReadable) return -EACCES;
    if (shared && (prot & MAP_PROT_WRITE) != 0 && !this.isWritable) return -EACCES;
    return this.isMappable ? 0 : -ENODEV;
  }
  /** Reads file content into kernel memory. @returns bytes read (short at the end), or -errno */
  readAt(offset: u64, to: usize, n: i32): i32 {
    return this.inode.readAt(offset, to, n);
  }
  /** Writes back what a shared mapping changed; never extends the file. @returns bytes written, or -errno */
  writeAt(offset: u64, from: usize, n: i32): i32 {
    return this.inode.writeAt(offset, from, n);
  }
  size(): u64 {
    return this.inode.size;
  }
  /** Absolute path as a byte string, " (deleted)" when the name is gone. */
  path(): string {
    return pathString(this.place);
  }
  /** Unique among all files as long as this one is open. */
  inodeId(): u64 {
    return this.inode.id;
  }
  deviceId(): u32 {
    return this.inode.fs.device;
  }
  inodeNumber(): u64 {
    return this.inode.ino;
  }
  mode(): u32 {
    return this.inode.mode;
  }
  uid(): u32 {
    return this.inode.uid;
  }
  gid(): u32 {
    return this.inode.gid;
  }
}

/** A file opened with O_PATH. */
export class PathFile extends OpenFile {
  constructor(place: Path, flags: u32) {
    super(place, flags);
    place.inode.hold();
  }
  onRelease(): void {
    this.inode.drop();
  }
  ioctl(task: Task, request: u32, argument: u64): i64 {
    return -EBADF;
  }
}
