import { EAGAIN, EFAULT, EINVAL } from '../linux/errno';
import { O_NONBLOCK } from '../linux/open-flags';
import { POLL_READABLE } from '../linux/poll';
import { SignalInfo } from '../signal/info';
import { pendingFor, takeSignal } from '../signal/send';
import { currentTask } from '../task/current';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { IoCursor } from './io-cursor';
import { Notifier } from './notifier';
import { OpenFile } from './open-file';
import { Path } from './path';

/** @source Linux include/uapi/linux/signalfd.h */
const RECORD_BYTES: u32 = 128;
const record: usize = memory.data(128, 8);

/** Everyone who waits for signals through a descriptor. */
const signalFiles: Notifier = new Notifier();

/** A signal has become pending somewhere. */
export function notifySignalFiles(): void {
  if (signalFiles.isAwaited) signalFiles.notify(POLL_READABLE);
}

/** signalfd(2): takes pending signals of the reading task out of its queues. */
export class SignalFile extends OpenFile {
  constructor(
    place: Path,
    flags: u32,
    public mask: u64,
  ) {
    super(place, flags);
    place.inode.hold();
  }

  get notifier(): Notifier | null {
    return signalFiles;
  }

  poll(): u32 {
    const task = currentTask();
    return (pendingFor(task) & this.mask) != 0 ? POLL_READABLE : 0;
  }

  read(task: Task, io: IoCursor): i64 {
    if (io.remaining < RECORD_BYTES) return -EINVAL;
    let done: i64 = 0;
    while (io.remaining >= RECORD_BYTES) {
      const info = this.take(task);
      if (info == null) break;
      writeRecord(info);
      if (io.put(record, RECORD_BYTES) != RECORD_BYTES) return done > 0 ? done : -EFAULT;
      done += RECORD_BYTES;
    }
    if (done > 0) return done;
    if ((this.flags & O_NONBLOCK) != 0) return -EAGAIN;
    signalFiles.sleep(task);
    return BLOCK;
  }

  private take(task: Task): SignalInfo | null {
    return takeSignal(task, this.mask);
  }

  onRelease(): void {
    this.inode.drop();
  }
}

function writeRecord(info: SignalInfo): void {
  memory.fill(record, 0, RECORD_BYTES);
  store<i32>(record, info.signal);
  store<i32>(record + 8, info.code);
  store<i32>(record + 12, info.pid);
  store<u32>(record + 16, info.uid);
  store<i32>(record + 20, info.fd);
  store<u32>(record + 28, <u32>info.band);
  store<i32>(record + 40, <i32>info.value);
  store<i32>(record + 44, <i32>info.value);
  store<u64>(record + 48, info.value);
  store<u64>(record + 56, info.userTime);
  store<u64>(record + 64, info.systemTime);
  store<u64>(record + 72, info.address);
}
