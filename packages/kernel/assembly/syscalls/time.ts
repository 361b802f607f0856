/** Clocks, sleeping and timers. */
import { EFAULT, EINVAL, EOPNOTSUPP, ERESTART_RESTARTBLOCK, ERESTARTNOHAND } from '../linux/errno';
import { NSIG, SIGALRM } from '../linux/signal';
import {
  CLOCK_BOOTTIME,
  CLOCK_BOOTTIME_ALARM,
  CLOCK_MONOTONIC,
  CLOCK_MONOTONIC_COARSE,
  CLOCK_MONOTONIC_RAW,
  CLOCK_PROCESS_CPUTIME_ID,
  CLOCK_REALTIME,
  CLOCK_REALTIME_ALARM,
  CLOCK_REALTIME_COARSE,
  CLOCK_TAI,
  CLOCK_THREAD_CPUTIME_ID,
  SIGEV_NONE,
  SIGEV_SIGNAL,
  SIGEV_THREAD,
  SIGEV_THREAD_ID,
  TIMER_ABSTIME,
} from '../linux/time';
import { readI32, readU64, userFault, writeU32, writeU64 } from '../process/user-memory';
import { findGroup, findTask } from '../task/registry';
import { processorTime } from '../task/scheduler';
import { Task } from '../task/task';
import { ThreadGroup } from '../task/thread-group';
import { BLOCK } from '../task/wait';
import { monotonicNow, realtimeNow } from '../time/clock';
import {
  ITIMER_PROF,
  ITIMER_REAL,
  PosixTimer,
  processorTimer,
  RealTimer,
} from '../time/process-timers';
import { groupProcessorTime } from '../time/usage';
import { readTimespec, readTimeval, timespecError, writeTimespec, writeTimeval } from '../time/timespec';
import { monotonicOfRealtime } from '../time/timer';

/** Nanoseconds on a clock, or -1: no such clock. */
function clockNow(task: Task, clock: i32): i64 {
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
      return <i64>realtimeNow();
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
      return <i64>monotonicNow();
    case CLOCK_PROCESS_CPUTIME_ID:
      return <i64>groupProcessorTime(task.group);
    case CLOCK_THREAD_CPUTIME_ID:
      return <i64>processorTime(task);
    default:
      return clock < 0 ? otherProcessorTime(task, clock) : -1;
  }
}

/** Clock IDs of clock_getcpuclockid(3), pthread_getcpuclockid(3): ~pid << 3 | per thread (4) | kind. */
function otherProcessorTime(task: Task, clock: i32): i64 {
  const id = ~(clock >> 3);
  if ((clock & 4) != 0) {
    const thread = id == 0 ? task : findTask(id);
    return thread == null || thread.group !== task.group ? -1 : <i64>processorTime(thread);
  }
  const group = id == 0 ? task.group : findGroup(id);
  return group == null ? -1 : <i64>groupProcessorTime(group);
}

/** clock_gettime(2). */
export function sys_clock_gettime(task: Task, clock: i32, at: u64): i64 {
  const now = clockNow(task, clock);
  if (now < 0) return -EINVAL;
  return writeTimespec(task, at, <u64>now);
}

/** clock_getres(2). */
export function sys_clock_getres(task: Task, clock: i32, at: u64): i64 {
  if (clockNow(task, clock) < 0) return -EINVAL;
  if (at == 0) return 0;
  const isCoarse = clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE;
  return writeTimespec(task, at, isCoarse ? 4_000_000 : 1);
}

/** gettimeofday(2). */
export function sys_gettimeofday(task: Task, at: u64, zone: u64): i64 {
  if (at != 0 && writeTimeval(task, at, realtimeNow()) != 0) return -EFAULT;
  if (zone != 0 && writeU64(task, zone, 0) != 0) return -EFAULT;
  return 0;
}

/** nanosleep(2). */
export function sys_nanosleep(task: Task, duration: u64, remaining: u64): i64 {
  return sleep(task, duration, remaining, 0, false);
}

/** clock_nanosleep(2). */
export function sys_clock_nanosleep(task: Task, clock: i32, flags: i32, duration: u64, remaining: u64): i64 {
  if (clock == CLOCK_THREAD_CPUTIME_ID) return -EINVAL;
  const now = clockNow(task, clock);
  if (now < 0) return -EINVAL;
  if (clock == CLOCK_PROCESS_CPUTIME_ID) return -EOPNOTSUPP;
  return sleep(task, duration, remaining, clock, (flags & TIMER_ABSTIME) != 0);
}

function sleep(task: Task, durationAt: u64, remainingAt: u64, clock: i32, isAbsolute: bool): i64 {
  if (task.timedOut) return 0;
  if (task.progress != 0) {
    if (!task.interrupted) return BLOCK;
    if (isAbsolute) return -ERESTARTNOHAND;
    const now = monotonicNow();
    if (now >= task.deadline) return 0;
    if (remainingAt != 0 && writeTimespec(task, remainingAt, task.deadline - now) != 0) return -EFAULT;
    return -ERESTART_RESTARTBLOCK;
  }
  const time = readTimespec(task, durationAt);
  if (timespecError() != 0) return timespecError();
  if (!isAbsolute && time == 0) return 0;
  let deadline = time;
  if (!isAbsolute) deadline = monotonicNow() + time;
  else if (clock == CLOCK_REALTIME || clock == CLOCK_TAI || clock == CLOCK_REALTIME_ALARM) deadline = monotonicOfRealtime(time);
  task.setDeadlineOnce(deadline);
  if (task.deadline <= monotonicNow()) return 0;
  task.progress = 1;
  task.interruptResult = isAbsolute ? -ERESTARTNOHAND : -ERESTART_RESTARTBLOCK;
  return BLOCK;
}

// ── interval timers ──

/** getitimer(2). */
export function sys_getitimer(task: Task, which: i32, at: u64): i64 {
  if (which < ITIMER_REAL || which > ITIMER_PROF) return -EINVAL;
  return writeInterval(task, which, at);
}

function writeInterval(task: Task, which: i32, at: u64): i32 {
  let interval: u64 = 0;
  let left: u64 = 0;
  if (which == ITIMER_REAL) {
    const timer = task.group.timers.real;
    if (timer) {
      interval = timer.interval;
      left = timer.remaining(monotonicNow());
      if (left > 0) left = max<u64>(left, 1000);
    }
  } else {
    const timer = processorTimer(task.group, which);
    const used = groupProcessorTime(task.group);
    interval = timer.interval;
    if (timer.expiresAt != 0) left = timer.expiresAt > used ? timer.expiresAt - used : 1000;
  }
  if (writeTimeval(task, at, interval) != 0) return -EFAULT;
  return writeTimeval(task, at + 16, left);
}

/** setitimer(2). */
export function sys_setitimer(task: Task, which: i32, at: u64, oldAt: u64): i64 {
  if (which < ITIMER_REAL || which > ITIMER_PROF) return -EINVAL;
  let interval: u64 = 0;
  let value: u64 = 0;
  if (at != 0) {
    interval = readTimeval(task, at);
    if (timespecError() != 0) return timespecError();
    value = readTimeval(task, at + 16);
    if (timespecError() != 0) return timespecError();
  }
  if (oldAt != 0 && writeInterval(task, which, oldAt) != 0) return -EFAULT;
  if (which == ITIMER_REAL) setRealTimer(task.group, value, interval);
  else {
    const timer = processorTimer(task.group, which);
    timer.interval = interval;
    timer.expiresAt = value == 0 ? 0 : groupProcessorTime(task.group) + value;
  }
  return 0;
}

function setRealTimer(group: ThreadGroup, value: u64, interval: u64): void {
  let timer = group.timers.real;
  if (timer == null) {
    timer = new RealTimer(group);
    group.timers.real = timer;
  }
  timer.interval = interval;
  if (value == 0) timer.stop();
  else timer.start(monotonicNow() + value, interval);
}

// ── POSIX timers ──

/** timer_create(2). */
export function sys_timer_create(task: Task, clock: i32, eventAt: u64, idAt: u64): i64 {
  if (clockNow(task, clock) < 0) return -EINVAL;
  const group = task.group;
  const id = group.timers.nextPosixId++;
  let signal = SIGALRM;
  let value: u64 = id;
  let tid = 0;
  if (eventAt != 0) {
    value = readU64(task, eventAt);
    signal = readI32(task, eventAt + 8);
    const notify = readI32(task, eventAt + 12);
    const thread = readI32(task, eventAt + 16);
    if (userFault()) return -EFAULT;
    switch (notify) {
      case SIGEV_NONE:
        signal = 0;
        break;
      case SIGEV_SIGNAL:
        break;
      case SIGEV_THREAD_ID: {
        const target = findTask(thread);
        if (target == null || target.group !== group) return -EINVAL;
        tid = thread;
        break;
      }
      case SIGEV_THREAD:
      default:
        return -EINVAL;
    }
    if (notify != SIGEV_NONE && (signal < 1 || signal > NSIG)) return -EINVAL;
  }
  if (writeU32(task, idAt, id) != 0) return -EFAULT;
  group.timers.posix.set(id, new PosixTimer(group, id, clock, signal, value, tid));
  return 0;
}

function findTimer(task: Task, id: i32): PosixTimer | null {
  const timers = task.group.timers.posix;
  return timers.has(id) ? timers.get(id) : null;
}

function writeTimerValue(task: Task, timer: PosixTimer, at: u64): i32 {
  if (writeTimespec(task, at, timer.interval) != 0) return -EFAULT;
  return writeTimespec(task, at + 16, timer.remaining(monotonicNow()));
}

/** timer_gettime(2). */
export function sys_timer_gettime(task: Task, id: i32, at: u64): i64 {
  const timer = findTimer(task, id);
  return timer == null ? -EINVAL : writeTimerValue(task, timer, at);
}

/** timer_getoverrun(2). */
export function sys_timer_getoverrun(task: Task, id: i32): i64 {
  const timer = findTimer(task, id);
  return timer == null ? -EINVAL : timer.lastOverrun;
}

/** timer_settime(2). */
export function sys_timer_settime(task: Task, id: i32, flags: i32, at: u64, oldAt: u64): i64 {
  const timer = findTimer(task, id);
  if (timer == null || at == 0) return -EINVAL;
  const interval = readTimespec(task, at);
  if (timespecError() != 0) return timespecError();
  const value = readTimespec(task, at + 16);
  if (timespecError() != 0) return timespecError();
  if (oldAt != 0 && writeTimerValue(task, timer, oldAt) != 0) return -EFAULT;
  timer.stop();
  timer.interval = interval;
  timer.lastOverrun = 0;
  if (value == 0) return 0;
  let expiry = value;
  if ((flags & TIMER_ABSTIME) == 0) expiry = monotonicNow() + value;
  else if (timer.clock == CLOCK_REALTIME) expiry = monotonicOfRealtime(value);
  timer.start(expiry, interval);
  return 0;
}

/** timer_delete(2). */
export function sys_timer_delete(task: Task, id: i32): i64 {
  const timer = findTimer(task, id);
  if (timer == null) return -EINVAL;
  timer.stop();
  task.group.timers.posix.delete(id);
  return 0;
}
