/**
 * siginfo_t in memory.
 *
 * @source Linux include/uapi/asm-generic/siginfo.h (64-bit)
 */
import {
  SI_QUEUE,
  SI_TIMER,
  SIGBUS,
  SIGCHLD,
  SIGFPE,
  SIGILL,
  SIGIO,
  SIGSEGV,
  SIGTRAP,
} from '../linux/signal';
import { SignalInfo } from './info';

export const SIGINFO_SIZE: i32 = 128;

/** Writes 128 bytes. */
export function writeSignalInfo(info: SignalInfo, to: usize): void {
  memory.fill(to, 0, SIGINFO_SIZE);
  const raw = info.raw;
  if (raw) {
    memory.copy(to, changetype<usize>(raw), SIGINFO_SIZE);
    return;
  }
  store<i32>(to, info.signal);
  store<i32>(to, info.code, 8);
  if (info.code > 0 && isFault(info.signal)) {
    store<u64>(to, info.address, 16);
    return;
  }
  if (info.signal == SIGIO && info.code > 0) {
    store<i64>(to, info.band, 16);
    store<i32>(to, info.fd, 24);
    return;
  }
  store<i32>(to, info.pid, 16);
  store<u32>(to, info.uid, 20);
  if (info.signal == SIGCHLD && info.code > 0) {
    store<i32>(to, <i32>info.value, 24);
    store<i64>(to, info.userTime, 32);
    store<i64>(to, info.systemTime, 40);
  } else if (info.code == SI_QUEUE || info.code == SI_TIMER) {
    store<u64>(to, info.value, 24);
  }
}

function isFault(signal: i32): bool {
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE || signal == SIGTRAP;
}
