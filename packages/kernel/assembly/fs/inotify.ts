import { EAGAIN, EEXIST, EFAULT, EINVAL, ENOSPC } from '../linux/errno';
import { FIONREAD } from '../linux/ioctl';
import { O_NONBLOCK } from '../linux/open-flags';
import { POLL_READABLE } from '../linux/poll';
import { writeU32 } from '../process/user-memory';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { duplicateBytes } from './bytes';
import { Dentry } from './dentry';
import { Inode } from './inode';
import { IoCursor } from './io-cursor';
import { Notifier } from './notifier';
import { OpenFile } from './open-file';
import { Path } from './path';

/** @source Linux include/uapi/linux/inotify.h */
export const IN_ACCESS: u32 = 1;
export const IN_MODIFY: u32 = 2;
export const IN_ATTRIB: u32 = 4;
export const IN_CLOSE_WRITE: u32 = 8;
export const IN_CLOSE_NOWRITE: u32 = 0x10;
export const IN_OPEN: u32 = 0x20;
export const IN_MOVED_FROM: u32 = 0x40;
export const IN_MOVED_TO: u32 = 0x80;
export const IN_CREATE: u32 = 0x100;
export const IN_DELETE: u32 = 0x200;
export const IN_DELETE_SELF: u32 = 0x400;
export const IN_MOVE_SELF: u32 = 0x800;
export const IN_Q_OVERFLOW: u32 = 0x4000;
export const IN_IGNORED: u32 = 0x8000;
export const IN_ONLYDIR: u32 = 0x0100_0000;
export const IN_DONT_FOLLOW: u32 = 0x0200_0000;
export const IN_MASK_CREATE: u32 = 0x1000_0000;
export const IN_MASK_ADD: u32 = 0x2000_0000;
export const IN_ISDIR: u32 = 0x4000_0000;
export const IN_ONESHOT: u32 = 0x8000_0000;
const EVENTS: u32 = 0xfff;

const MAX_QUEUED: i32 = 16384;

/** Whether anything is watched at all. */
export let hasWatches: bool = false;

class Watch {
  constructor(
    readonly file: InotifyFile,
    readonly inode: Inode,
    readonly number: i32,
    public mask: u32,
  ) {}
}

/** The watches on one inode. */
export class Watches {
  readonly list: Watch[] = [];
}

/** An event as read(2) hands it out. */
class Event {
  constructor(
    readonly watch: i32,
    readonly mask: u32,
    readonly cookie: u32,
    readonly name: usize,
    readonly nameLength: u32,
  ) {}
  /** The name is no longer needed. */
  free(): void {
    if (this.name != 0) heap.free(this.name);
  }
  get bytes(): u32 {
    return 16 + (this.nameLength == 0 ? 0 : (this.nameLength + 1 + 15) & ~15);
  }
}

const record: usize = memory.data(16 + 272, 8);

/** An inotify instance. */
export class InotifyFile extends OpenFile {
  private events: Event[] = [];
  private watches: Watch[] = [];
  private nextNumber: i32 = 1;
  private readonly changed: Notifier = new Notifier();

  constructor(place: Path, flags: u32) {
    super(place, flags);
    place.inode.hold();
  }

  get notifier(): Notifier | null {
    return this.changed;
  }
  poll(): u32 {
    return this.events.length > 0 ? POLL_READABLE : 0;
  }

  add(inode: Inode, mask: u32): i32 {
    for (let i = 0; i < this.watches.length; i++) {
      const watch = this.watches[i];
      if (watch.inode !== inode) continue;
      if ((mask & IN_MASK_CREATE) != 0) return -EEXIST;
      watch.mask = (mask & IN_MASK_ADD) != 0 ? watch.mask | mask : mask;
      return watch.number;
    }
    if (this.watches.length >= 65536) return -ENOSPC;
    const watch = new Watch(this, inode, this.nextNumber++, mask);
    this.watches.push(watch);
    hasWatches = true;
    let all = inode.watches;
    if (all == null) {
      all = new Watches();
      inode.watches = all;
    }
    all.list.push(watch);
    inode.hold();
    return watch.number;
  }

  remove(number: i32): i32 {
    for (let i = 0; i < this.watches.length; i++) {
      const watch = this.watches[i];
      if (watch.number != number) continue;
      this.watches.splice(i, 1);
      forget(watch);
      this.push(new Event(number, IN_IGNORED, 0, 0, 0));
      return 0;
    }
    return -EINVAL;
  }

  push(event: Event): void {
    const last = this.events.length > 0 ? this.events[this.events.length - 1] : null;
    // Two equal events in a row are one.
    if (
      last &&
      last.watch == event.watch &&
      last.mask == event.mask &&
      last.cookie == event.cookie &&
      last.nameLength == event.nameLength &&
      memory.compare(last.name, event.name, event.nameLength) == 0
    ) {
      event.free();
      return;
    }
    if (this.events.length >= MAX_QUEUED) {
      event.free();
      event = new Event(-1, IN_Q_OVERFLOW, 0, 0, 0);
    }
    if (this.events.length <= MAX_QUEUED) this.events.push(event);
    this.changed.notify(POLL_READABLE);
  }

  read(task: Task, io: IoCursor): i64 {
    if (this.events.length == 0) {
      if ((this.flags & O_NONBLOCK) != 0) return -EAGAIN;
      this.changed.sleep(task);
      return BLOCK;
    }
    let done: i64 = 0;
    while (this.events.length > 0) {
      const event = this.events[0];
      const bytes = event.bytes;
      if (bytes > io.remaining) return done > 0 ? done : -EINVAL;
      memory.fill(record, 0, bytes);
      store<i32>(record, event.watch);
      store<u32>(record + 4, event.mask);
      store<u32>(record + 8, event.cookie);
      store<u32>(record + 12, bytes - 16);
      memory.copy(record + 16, event.name, event.nameLength);
      if (io.put(record, bytes) != bytes) return done > 0 ? done : -EFAULT;
      event.free();
      this.events.shift();
      done += bytes;
    }
    return done;
  }

  ioctl(task: Task, request: u32, argument: u64): i64 {
    if (request != FIONREAD) return super.ioctl(task, request, argument);
    let bytes: u32 = 0;
    for (let i = 0; i < this.events.length; i++) bytes += this.events[i].bytes;
    return writeU32(task, argument, bytes);
  }

  onRelease(): void {
    for (let i = 0; i < this.watches.length; i++) forget(this.watches[i]);
    this.watches = [];
    for (let i = 0; i < this.events.length; i++) this.events[i].free();
    this.events = [];
    this.inode.drop();
  }
}

function forget(watch: Watch): void {
  const all = watch.inode.watches;
  if (all) {
    const at = all.list.indexOf(watch);
    if (at >= 0) all.list.splice(at, 1);
    if (all.list.length == 0) watch.inode.watches = null;
  }
  watch.inode.drop();
}

function send(inode: Inode, mask: u32, cookie: u32, name: usize, nameLength: u32): void {
  const watches = inode.watches;
  if (watches == null) return;
  const list = watches.list;
  for (let i = 0; i < list.length; ) {
    const watch = list[i];
    if ((watch.mask & mask & EVENTS) != 0) {
      watch.file.push(new Event(watch.number, mask, cookie, nameLength > 0 ? duplicateBytes(name, nameLength) : 0, nameLength));
      if ((watch.mask & IN_ONESHOT) != 0) {
        watch.file.remove(watch.number);
        continue;
      }
    }
    i++;
  }
}

/** Tells the watchers of a directory what happened to one of its names. */
export function notifyName(dir: Inode, mask: u32, entry: Dentry, cookie: u32 = 0): void {
  if (dir.watches == null) return;
  if (entry.node.isDirectory) mask |= IN_ISDIR;
  send(dir, mask, cookie, entry.name, entry.nameLength);
}

/** Tells the watchers of the directory a file's name is in, and those of the file. */
export function notifySelf(inode: Inode, entry: Dentry | null, mask: u32): void {
  if (!hasWatches) return;
  const parent = entry && !entry.gone ? entry.parent : null;
  if (entry && parent) notifyName(parent.node, mask, entry);
  if (inode.watches) send(inode, inode.isDirectory && mask != IN_MOVE_SELF ? mask | IN_ISDIR : mask, 0, 0, 0);
}

/** A name of a file has been removed; with the last one, its watches end. */
export function notifyUnlinked(inode: Inode): void {
  if (inode.watches == null) return;
  if (inode.nlink > 0) return notifySelf(inode, null, IN_ATTRIB);
  send(inode, IN_DELETE_SELF, 0, 0, 0);
  for (let all = inode.watches; all != null; all = inode.watches) all.list[0].file.remove(all.list[0].number);
}
