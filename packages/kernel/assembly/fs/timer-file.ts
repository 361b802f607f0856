import { EAGAIN, EFAULT, EINVAL } from '../linux/errno';
import { O_NONBLOCK } from '../linux/open-flags';
import { POLL_READABLE } from '../linux/poll';
import { NEVER, Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { monotonicNow, realtimeNow } from '../time/clock';
import { IoCursor } from './io-cursor';
import { Notifier } from './notifier';
import { OpenFile } from './open-file';
import { Path } from './path';

const cell: usize = memory.data(8, 8);

/** timerfd(2). Times are kept on the monotonic clock; CLOCK_REALTIME timers are converted when set. */
export class TimerFile extends OpenFile {
  /** Next expiry, or NEVER. */
  private expiry: u64 = NEVER;
  private interval: u64 = 0;
  /** Expirations not yet read. */
  private count: u64 = 0;
  private readonly changed: Notifier = new Notifier();

  constructor(
    place: Path,
    flags: u32,
    readonly isRealtime: bool,
  ) {
    super(place, flags);
    place.inode.hold();
  }

  get notifier(): Notifier | null {
    return this.changed;
  }

  /** `value` 0 disarms; absolute times are on the timer's own clock. */
  set(value: u64, interval: u64, isAbsolute: bool): void {
    this.count = 0;
    this.interval = interval;
    if (value == 0) {
      this.expiry = NEVER;
      return;
    }
    const now = monotonicNow();
    if (!isAbsolute) this.expiry = now + value;
    else if (this.isRealtime) {
      const wall = realtimeNow();
      this.expiry = value > wall ? now + (value - wall) : now;
    } else this.expiry = value;
    // Who waits for the old time has to look again.
    this.changed.notify(0);
  }

  /** Time until the next expiry, 0 when disarmed. */
  remaining(): u64 {
    this.checkTime();
    if (this.expiry == NEVER) return 0;
    const now = monotonicNow();
    return this.expiry > now ? this.expiry - now : 1;
  }
  get period(): u64 {
    return this.interval;
  }

  checkTime(): void {
    if (this.expiry == NEVER) return;
    const now = monotonicNow();
    if (now < this.expiry) return;
    if (this.interval == 0) {
      this.count++;
      this.expiry = NEVER;
    } else {
      const missed = (now - this.expiry) / this.interval + 1;
      this.count += missed;
      this.expiry += missed * this.interval;
    }
    this.changed.notify(POLL_READABLE);
  }

  get changesByItself(): bool {
    return true;
  }
  nextEvent(): u64 {
    return this.expiry;
  }

  poll(): u32 {
    this.checkTime();
    return this.count > 0 ? POLL_READABLE : 0;
  }

  read(task: Task, io: IoCursor): i64 {
    if (io.remaining < 8) return -EINVAL;
    this.checkTime();
    if (this.count == 0) {
      if ((this.flags & O_NONBLOCK) != 0) return -EAGAIN;
      this.changed.sleep(task);
      task.deadline = this.expiry;
      return BLOCK;
    }
    store<u64>(cell, this.count);
    if (io.put(cell, 8) != 8) return -EFAULT;
    this.count = 0;
    return 8;
  }

  onRelease(): void {
    this.inode.drop();
  }
}
