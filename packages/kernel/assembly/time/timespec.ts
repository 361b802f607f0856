import { EFAULT, EINVAL } from '../linux/errno';
import { readU64, userFault, writeU64 } from '../process/user-memory';
import { Task } from '../task/task';
import { NANOSECONDS } from './clock';

let problem: i32 = 0;

/** What the last `read…` here failed with: 0, -EFAULT or -EINVAL. */
export function timespecError(): i32 {
  return problem;
}

/** Largest number of seconds that fits in nanoseconds. */
const MAX_SECONDS: u64 = 9_000_000_000;

/** Reads a struct timespec as nanoseconds; absurdly long ones are capped. `timespecError()` tells failure. */
export function readTimespec(task: Task, at: u64): u64 {
  const seconds = <i64>readU64(task, at);
  const nanoseconds = <i64>readU64(task, at + 8);
  if (userFault()) return fail(-EFAULT);
  if (seconds < 0 || nanoseconds < 0 || nanoseconds >= <i64>NANOSECONDS) return fail(-EINVAL);
  problem = 0;
  return min<u64>(<u64>seconds, MAX_SECONDS) * NANOSECONDS + <u64>nanoseconds;
}

/** Reads a struct timeval as nanoseconds. */
export function readTimeval(task: Task, at: u64): u64 {
  const seconds = <i64>readU64(task, at);
  const microseconds = <i64>readU64(task, at + 8);
  if (userFault()) return fail(-EFAULT);
  if (seconds < 0 || microseconds < 0 || microseconds >= 1_000_000) return fail(-EINVAL);
  problem = 0;
  return min<u64>(<u64>seconds, MAX_SECONDS) * NANOSECONDS + <u64>microseconds * 1000;
}

function fail(errno: i32): u64 {
  problem = errno;
  return 0;
}

/** @returns 0 or -EFAULT */
export function writeTimespec(task: Task, at: u64, nanoseconds: u64): i32 {
  if (writeU64(task, at, nanoseconds / NANOSECONDS) != 0) return -EFAULT;
  return writeU64(task, at + 8, nanoseconds % NANOSECONDS);
}

/** @returns 0 or -EFAULT */
export function writeTimeval(task: Task, at: u64, nanoseconds: u64): i32 {
  if (writeU64(task, at, nanoseconds / NANOSECONDS) != 0) return -EFAULT;
  return writeU64(task, at + 8, (nanoseconds % NANOSECONDS) / 1000);
}
