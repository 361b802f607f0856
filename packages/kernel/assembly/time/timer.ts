import { NEVER } from './never';
import { monotonicNow, realtimeNow } from './clock';

let nearest: u64 = NEVER;

/**
 * Something that happens at a time, once or repeatedly: interval timers, POSIX timers, timerfd. Times are monotonic
 * nanoseconds.
 */
export abstract class Timer {
  /** When it fires next, or NEVER: it is stopped. */
  expiresAt: u64 = NEVER;
  /** Nanoseconds between expirations; 0: once. */
  interval: u64 = 0;

  /** Called when it has expired `count` times since the last call. */
  abstract onExpired(count: u64): void;

  get isRunning(): bool {
    return this.expiresAt != NEVER;
  }

  /** Nanoseconds until it fires next; 0 when stopped. */
  remaining(now: u64): u64 {
    if (this.expiresAt == NEVER) return 0;
    return this.expiresAt > now ? this.expiresAt - now : 1;
  }

  start(expiresAt: u64, interval: u64): void {
    this.expiresAt = expiresAt;
    this.interval = interval;
    if (!running.includes(this)) running.push(this);
    if (expiresAt < nearest) nearest = expiresAt;
  }

  stop(): void {
    this.expiresAt = NEVER;
    const at = running.indexOf(this);
    if (at >= 0) running.splice(at, 1);
  }
}


const running: Timer[] = [];

export function nearestTimer(): u64 {
  return nearest;
}

/** Fires the timers whose time has come. */
export function runTimers(now: u64): void {
  if (now < nearest) return;
  const due: Timer[] = [];
  for (let i = 0; i < running.length; i++) if (running[i].expiresAt <= now) due.push(running[i]);
  for (let i = 0; i < due.length; i++) {
    const timer = due[i];
    let count: u64 = 1;
    if (timer.interval == 0) {
      timer.stop();
    } else {
      count += (now - timer.expiresAt) / timer.interval;
      timer.expiresAt += count * timer.interval;
    }
    timer.onExpired(count);
  }
  nearest = NEVER;
  for (let i = 0; i < running.length; i++) if (running[i].expiresAt < nearest) nearest = running[i].expiresAt;
}

/** A time on CLOCK_REALTIME as monotonic nanoseconds; 0 when it lies in the past. */
export function monotonicOfRealtime(realtime: u64): u64 {
  const now = realtimeNow();
  const monotonic = monotonicNow();
  return realtime <= now ? 0 : monotonic + (realtime - now);
}
