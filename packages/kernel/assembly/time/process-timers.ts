import { SIGALRM, SIGPROF, SIGVTALRM, SI_TIMER, SI_KERNEL } from '../linux/signal';
import { SignalInfo } from '../signal/info';
import { sendToGroup, sendToTask } from '../signal/send';
import { findTask } from '../task/registry';
import { ThreadGroup } from '../task/thread-group';
import { Timer } from './timer';

export const ITIMER_REAL: i32 = 0;
export const ITIMER_VIRTUAL: i32 = 1;
export const ITIMER_PROF: i32 = 2;

/** The timers of a process. */
export class ProcessTimers {
  real: RealTimer | null = null;
  /** ITIMER_VIRTUAL and ITIMER_PROF, on the process's processor time; null: never used. */
  virtual: ProcessorTimer | null = null;
  profiling: ProcessorTimer | null = null;
  readonly posix: Map<i32, PosixTimer> = new Map<i32, PosixTimer>();
  nextPosixId: i32 = 0;
}

/** ITIMER_REAL: SIGALRM. */
export class RealTimer extends Timer {
  constructor(readonly group: ThreadGroup) {
    super();
  }
  onExpired(count: u64): void {
    sendToGroup(this.group, new SignalInfo(SIGALRM, SI_KERNEL));
  }
}

/** ITIMER_VIRTUAL, ITIMER_PROF: looked at after every slice. */
export class ProcessorTimer {
  /** Processor time at which it fires; 0: stopped. */
  expiresAt: u64 = 0;
  interval: u64 = 0;
  constructor(
    readonly group: ThreadGroup,
    readonly signal: i32,
  ) {}

  check(used: u64): void {
    if (this.expiresAt == 0 || used < this.expiresAt) return;
    this.expiresAt = this.interval == 0 ? 0 : used + this.interval;
    sendToGroup(this.group, new SignalInfo(this.signal, SI_KERNEL));
  }
}

/** timer_create(2). */
export class PosixTimer extends Timer {
  /** Expirations since the signal was queued that it stands for, less one. */
  overrun: i32 = 0;
  /** What timer_getoverrun(2) says. */
  lastOverrun: i32 = 0;
  pending: SignalInfo | null = null;

  constructor(
    readonly group: ThreadGroup,
    readonly id: i32,
    readonly clock: i32,
    /** 0: SIGEV_NONE. */
    readonly signal: i32,
    readonly value: u64,
    /** Thread to signal; 0: the process. */
    readonly tid: i32,
  ) {
    super();
  }

  onExpired(count: u64): void {
    if (this.signal == 0) return;
    const info = new SignalInfo(this.signal, SI_TIMER);
    info.pid = this.id;
    info.uid = <u32>min<u64>(count - 1, <u64>i32.MAX_VALUE);
    info.value = this.value;
    this.lastOverrun = <i32>info.uid;
    if (this.tid == 0) {
      if ((this.group.pending.set & ((<u64>1) << (this.signal - 1))) != 0) this.overrun++;
      else sendToGroup(this.group, info);
      return;
    }
    const task = findTask(this.tid);
    if (task == null) return;
    if ((task.pending.set & ((<u64>1) << (this.signal - 1))) != 0) this.overrun++;
    else sendToTask(task, info);
  }
}

/** The timer of an itimer kind, made when first used; for ITIMER_VIRTUAL and ITIMER_PROF. */
export function processorTimer(group: ThreadGroup, which: i32): ProcessorTimer {
  const timers = group.timers;
  if (which == ITIMER_VIRTUAL) {
    let timer = timers.virtual;
    if (timer == null) {
      timer = new ProcessorTimer(group, SIGVTALRM);
      timers.virtual = timer;
    }
    return timer;
  }
  let timer = timers.profiling;
  if (timer == null) {
    timer = new ProcessorTimer(group, SIGPROF);
    timers.profiling = timer;
  }
  return timer;
}

/** Called after a slice: `used` is the process's processor time in nanoseconds. */
export function checkProcessorTimers(group: ThreadGroup, used: u64): void {
  const virtual = group.timers.virtual;
  if (virtual) virtual.check(used);
  const profiling = group.timers.profiling;
  if (profiling) profiling.check(used);
}

export function hasProcessorTimers(group: ThreadGroup): bool {
  return group.timers.virtual != null || group.timers.profiling != null;
}

/** At exec: POSIX timers are gone, interval timers stay. */
export function deletePosixTimers(group: ThreadGroup): void {
  const all = group.timers.posix.values();
  for (let i = 0; i < all.length; i++) all[i].stop();
  group.timers.posix.clear();
}

/** At exit. */
export function stopProcessTimers(group: ThreadGroup): void {
  const real = group.timers.real;
  if (real) real.stop();
  deletePosixTimers(group);
}
