import { monotonicClockNow, subscribeDuration, wallClockNow } from '../wasi/clocks';
import { dropPollable, pollableBlock } from '../wasi/poll';

export const NANOSECONDS: u64 = 1_000_000_000;

const datetime: usize = memory.data(16, 8);

/** Nanoseconds of CLOCK_MONOTONIC; also CLOCK_BOOTTIME. */
export function monotonicNow(): u64 {
  return monotonicClockNow();
}

/** Nanoseconds since 1970 of CLOCK_REALTIME. */
export function realtimeNow(): u64 {
  wallClockNow(datetime);
  return load<u64>(datetime) * NANOSECONDS + load<u32>(datetime, 8);
}

/** Whole seconds since 1970, for timestamps of files. */
export function realtimeSeconds(): i64 {
  wallClockNow(datetime);
  return load<i64>(datetime);
}

/** Blocks the whole box. */
export function sleepFor(nanoseconds: u64): void {
  const pollable = subscribeDuration(nanoseconds);
  pollableBlock(pollable);
  dropPollable(pollable);
}
