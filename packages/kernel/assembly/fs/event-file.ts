import { EAGAIN, EFAULT, EINVAL } from '../linux/errno';
import { O_NONBLOCK } from '../linux/open-flags';
import { POLL_READABLE, POLL_WRITABLE, POLLERR } from '../linux/poll';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { IoCursor } from './io-cursor';
import { Notifier } from './notifier';
import { OpenFile } from './open-file';
import { Path } from './path';

const cell: usize = memory.data(8, 8);

/** eventfd(2): a counter to wait on. */
export class EventFile extends OpenFile {
  private readonly changed: Notifier = new Notifier();

  constructor(
    place: Path,
    flags: u32,
    private count: u64,
    private readonly isSemaphore: bool,
  ) {
    super(place, flags);
    place.inode.hold();
  }

  get notifier(): Notifier | null {
    return this.changed;
  }

  poll(): u32 {
    let events: u32 = this.count > 0 ? POLL_READABLE : 0;
    if (this.count < u64.MAX_VALUE - 1) events |= POLL_WRITABLE;
    return this.count == u64.MAX_VALUE ? events | POLLERR : events;
  }

  read(task: Task, io: IoCursor): i64 {
    if (io.remaining < 8) return -EINVAL;
    if (this.count == 0) {
      if ((this.flags & O_NONBLOCK) != 0) return -EAGAIN;
      this.changed.sleep(task);
      return BLOCK;
    }
    const taken = this.isSemaphore ? 1 : this.count;
    store<u64>(cell, taken);
    if (io.put(cell, 8) != 8) return -EFAULT;
    this.count -= taken;
    this.changed.notify(POLL_WRITABLE);
    return 8;
  }

  write(task: Task, io: IoCursor): i64 {
    if (io.remaining < 8) return -EINVAL;
    if (io.take(cell, 8) != 8) return -EFAULT;
    const added = load<u64>(cell);
    if (added == u64.MAX_VALUE) return -EINVAL;
    if (u64.MAX_VALUE - 1 - this.count < added) {
      if ((this.flags & O_NONBLOCK) != 0) return -EAGAIN;
      this.changed.sleep(task);
      return BLOCK;
    }
    this.count += added;
    this.changed.notify(POLL_READABLE);
    return 8;
  }

  onRelease(): void {
    this.inode.drop();
  }
}
