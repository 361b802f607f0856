import { EEXIST, EFAULT, EINVAL, ELOOP, ENOENT, EPERM } from '../linux/errno';
import { EPOLLET, EPOLLEXCLUSIVE, EPOLLONESHOT, EPOLLWAKEUP, EPOLL_EVENT_BYTES, POLLERR, POLLHUP, POLL_READABLE } from '../linux/poll';
import { copyToUser } from '../process/user-memory';
import { NEVER, Task } from '../task/task';
import { Listener, Notifier } from './notifier';
import { OpenFile } from './open-file';
import { Path } from './path';

const PRIVATE_BITS: u32 = EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE | EPOLLWAKEUP;
const MAX_NESTING: i32 = 5;

/** One registration: a file description and a descriptor of it. */
export class EpollItem extends Listener {
  /** Whether it stands on the list of ready ones. */
  queued: bool = false;
  /** EPOLLONESHOT has fired. */
  disabled: bool = false;
  /** Next registration of the same file. */
  nextOfFile: EpollItem | null = null;

  constructor(
    readonly epoll: EpollFile,
    readonly file: OpenFile,
    readonly fd: i32,
    public events: u32,
    public data: u64,
  ) {
    super();
  }

  get wanted(): u32 {
    return (this.events & ~PRIVATE_BITS) | POLLERR | POLLHUP;
  }

  onReady(events: u32): void {
    if (!this.disabled && (events & this.wanted) != 0) this.epoll.markReady(this);
  }
}

/** The last reference to a file is gone: so are its registrations. */
export function forgetInEpolls(file: OpenFile): void {
  let item = file.epollItems;
  while (item) {
    const next = item.nextOfFile;
    item.epoll.forget(item);
    item = next;
  }
  file.epollItems = null;
}

const record: usize = memory.data(16, 8);

/** An epoll instance. */
export class EpollFile extends OpenFile {
  private items: EpollItem[] = [];
  private ready: EpollItem[] = [];
  /** Those whose readiness changes without a notification. */
  private special: EpollItem[] = [];
  private readonly changed: Notifier = new Notifier();

  constructor(place: Path, flags: u32) {
    super(place, flags);
    place.inode.hold();
  }

  get notifier(): Notifier | null {
    return this.changed;
  }

  poll(): u32 {
    this.checkTimers();
    for (let i = 0; i < this.ready.length; i++) {
      const item = unchecked(this.ready[i]);
      if ((item.file.poll() & item.wanted) != 0) return POLL_READABLE;
    }
    return 0;
  }

  markReady(item: EpollItem): void {
    if (!item.queued) {
      item.queued = true;
      this.ready.push(item);
    }
    this.changed.notify(POLL_READABLE);
  }

  private find(file: OpenFile, fd: i32): EpollItem | null {
    let item = file.epollItems;
    while (item) {
      if (item.epoll === this && item.fd == fd) return item;
      item = item.nextOfFile;
    }
    return null;
  }

  /** How many epoll instances are nested in this one, itself included. */
  private depth(): i32 {
    let deepest = 0;
    for (let i = 0; i < this.items.length; i++) {
      const file = this.items[i].file;
      if (file instanceof EpollFile) deepest = max(deepest, changetype<EpollFile>(file).depth());
    }
    return deepest + 1;
  }

  private contains(other: EpollFile): bool {
    if (this === other) return true;
    for (let i = 0; i < this.items.length; i++) {
      const file = this.items[i].file;
      if (file instanceof EpollFile && changetype<EpollFile>(file).contains(other)) return true;
    }
    return false;
  }

  add(file: OpenFile, fd: i32, events: u32, data: u64): i32 {
    const notifier = file.notifier;
    if (notifier == null) return -EPERM;
    if (file instanceof EpollFile) {
      const nested = changetype<EpollFile>(file);
      if (nested.contains(this) || nested.depth() >= MAX_NESTING) return -ELOOP;
    }
    if (this.find(file, fd) != null) return -EEXIST;
    const item = new EpollItem(this, file, fd, events, data);
    item.nextOfFile = file.epollItems;
    file.epollItems = item;
    this.items.push(item);
    if (file.changesByItself) this.special.push(item);
    notifier.listen(item);
    if ((file.poll() & item.wanted) != 0) this.markReady(item);
    return 0;
  }

  modify(file: OpenFile, fd: i32, events: u32, data: u64): i32 {
    const item = this.find(file, fd);
    if (item == null) return -ENOENT;
    if ((item.events & EPOLLEXCLUSIVE) != 0 || (events & EPOLLEXCLUSIVE) != 0) return -EINVAL;
    item.events = events;
    item.data = data;
    item.disabled = false;
    if ((file.poll() & item.wanted) != 0) this.markReady(item);
    return 0;
  }

  remove(file: OpenFile, fd: i32): i32 {
    const item = this.find(file, fd);
    if (item == null) return -ENOENT;
    this.forget(item);
    let at = file.epollItems;
    if (at === item) file.epollItems = item.nextOfFile;
    else {
      while (at && at.nextOfFile !== item) at = at.nextOfFile;
      if (at) at.nextOfFile = item.nextOfFile;
    }
    return 0;
  }

  /** Takes a registration off this instance and off the file's notifier. */
  forget(item: EpollItem): void {
    const at = this.items.indexOf(item);
    if (at >= 0) this.items.splice(at, 1);
    const specialAt = this.special.indexOf(item);
    if (specialAt >= 0) this.special.splice(specialAt, 1);
    const readyAt = this.ready.indexOf(item);
    if (readyAt >= 0) this.ready.splice(readyAt, 1);
    item.queued = false;
    const notifier = item.file.notifier;
    if (notifier) notifier.unlisten(item);
  }

  /** Hands out ready events. @returns how many, or -EFAULT when none could be written */
  collect(task: Task, to: u64, maximum: i32): i32 {
    this.checkTimers();
    let given = 0;
    const batch = this.ready;
    this.ready = [];
    for (let i = 0; i < batch.length; i++) {
      const item = unchecked(batch[i]);
      if (given == maximum) {
        this.ready.push(item);
        continue;
      }
      item.queued = false;
      const events = item.disabled ? 0 : item.file.poll() & item.wanted;
      if (events == 0) continue;
      store<u32>(record, events);
      store<u32>(record + 4, 0);
      store<u64>(record + 8, item.data);
      if (copyToUser(task, to + <u64>given * EPOLL_EVENT_BYTES, record, EPOLL_EVENT_BYTES) != 0) {
        for (let k = i; k < batch.length; k++) {
          unchecked(batch[k]).queued = true;
          this.ready.push(unchecked(batch[k]));
        }
        return given > 0 ? given : -EFAULT;
      }
      given++;
      if ((item.events & EPOLLONESHOT) != 0) item.disabled = true;
      else if ((item.events & EPOLLET) == 0 && !item.queued) {
        // Level-triggered: looked at again next time, behind the others.
        item.queued = true;
        this.ready.push(item);
      }
    }
    return given;
  }

  private checkTimers(): void {
    for (let i = 0; i < this.special.length; i++) unchecked(this.special[i]).file.checkTime();
  }

  get changesByItself(): bool {
    return true;
  }

  sleepUntilReady(task: Task, events: u32): void {
    this.changed.sleep(task);
    for (let i = 0; i < this.special.length; i++) unchecked(this.special[i]).file.sleepUntilReady(task, events);
  }

  nextEvent(): u64 {
    let next = NEVER;
    for (let i = 0; i < this.special.length; i++) next = min(next, unchecked(this.special[i]).file.nextEvent());
    return next;
  }

  checkTime(): void {
    this.checkTimers();
  }

  onRelease(): void {
    const items = this.items;
    for (let i = items.length - 1; i >= 0; i--) this.remove(items[i].file, items[i].fd);
    this.inode.drop();
  }
}
