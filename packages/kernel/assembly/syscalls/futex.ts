import { enqueueFutexWaiter, requeueFutex, wakeFutex } from '../futex/futex';
import { EAGAIN, EFAULT, EINVAL, ENOSYS, EPERM, ERESTART_RESTARTBLOCK, ERESTARTSYS, ESRCH, ETIMEDOUT } from '../linux/errno';
import {
  FUTEX_BITSET_MATCH_ANY,
  FUTEX_CLOCK_REALTIME,
  FUTEX_CMP_REQUEUE,
  FUTEX_COMMAND_MASK,
  FUTEX_REQUEUE,
  FUTEX_WAIT,
  FUTEX_WAIT_BITSET,
  FUTEX_WAKE,
  FUTEX_WAKE_BITSET,
  FUTEX_WAKE_OP,
} from '../linux/futex';
import { GUEST_END } from '../abi.gen';
import { readU32, userFault, writeU32, writeU64 } from '../process/user-memory';
import { findTask } from '../task/registry';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { monotonicNow } from '../time/clock';
import { readTimespec, timespecError } from '../time/timespec';
import { monotonicOfRealtime } from '../time/timer';

/**
 * futex(2).
 *
 * @source Linux kernel/futex/syscalls.c, do_futex
 */
export function sys_futex(
  task: Task,
  address: u64,
  operation: i32,
  value: u32,
  timeout: u64,
  address2: u64,
  value3: u32,
): i64 {
  const command = operation & FUTEX_COMMAND_MASK;
  const isRealtime = (operation & FUTEX_CLOCK_REALTIME) != 0;
  if (isRealtime && command != FUTEX_WAIT_BITSET && command != FUTEX_WAIT) return -ENOSYS;
  if ((address & 3) != 0) return -EINVAL;
  if (address >= GUEST_END) return -EFAULT;
  switch (command) {
    case FUTEX_WAIT:
      return wait(task, address, value, timeout, false, isRealtime, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAIT_BITSET:
      if (value3 == 0) return -EINVAL;
      return wait(task, address, value, timeout, true, isRealtime, value3);
    case FUTEX_WAKE:
      return wakeFutex(task, address, max<i32>(<i32>value, 1));
    case FUTEX_WAKE_BITSET:
      if (value3 == 0) return -EINVAL;
      return wakeFutex(task, address, max<i32>(<i32>value, 1), value3);
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
      return requeue(task, address, value, timeout, address2, value3, command == FUTEX_CMP_REQUEUE);
    case FUTEX_WAKE_OP:
      return wakeOperation(task, address, value, timeout, address2, value3);
    default:
      return -ENOSYS;
  }
}

function wait(
  task: Task,
  address: u64,
  value: u32,
  timeout: u64,
  isAbsolute: bool,
  isRealtime: bool,
  bitset: u32,
): i64 {
  const waiter = task.futexWaiter;
  if (waiter != null) {
    if (waiter.woken) return 0;
    if (task.timedOut) return -ETIMEDOUT;
    return BLOCK;
  }
  let deadline: u64 = 0;
  if (timeout != 0) {
    const time = readTimespec(task, timeout);
    if (timespecError() != 0) return timespecError();
    if (!isAbsolute) deadline = monotonicNow() + time;
    else deadline = isRealtime ? monotonicOfRealtime(time) : time;
  }
  const seen = readU32(task, address);
  if (userFault()) return -EFAULT;
  if (seen != value) return -EAGAIN;
  if (timeout != 0) {
    task.setDeadlineOnce(deadline);
    task.interruptResult = -ERESTART_RESTARTBLOCK;
  } else {
    task.interruptResult = -ERESTARTSYS;
  }
  enqueueFutexWaiter(task, address, bitset);
  return BLOCK;
}

function requeue(
  task: Task,
  address: u64,
  value: u32,
  value2: u64,
  address2: u64,
  value3: u32,
  compare: bool,
): i64 {
  if ((address2 & 3) != 0) return -EINVAL;
  if (address2 >= GUEST_END) return -EFAULT;
  if (<i32>value < 0 || <i32>value2 < 0) return -EINVAL;
  if (compare) {
    const seen = readU32(task, address);
    if (userFault()) return -EFAULT;
    if (seen != value3) return -EAGAIN;
  }
  const woken = value == 0 ? 0 : wakeFutex(task, address, <i32>value);
  return woken + requeueFutex(task, address, address2, <i32>value2);
}

/** FUTEX_WAKE_OP: changes the second word, wakes at the first, and at the second if its old value compares. */
function wakeOperation(task: Task, address: u64, value: u32, value2: u64, address2: u64, encoded: u32): i64 {
  if ((address2 & 3) != 0) return -EINVAL;
  const old = readU32(task, address2);
  if (userFault()) return -EFAULT;
  let operand: u32 = ((<i32>(encoded << 8)) >> 20);
  const comparand = (<i32>(encoded << 20)) >> 20;
  if ((encoded & 0x8000_0000) != 0) operand = 1 << (operand & 31);
  let changed: u32;
  switch ((encoded >> 28) & 7) {
    case 0:
      changed = operand;
      break;
    case 1:
      changed = old + operand;
      break;
    case 2:
      changed = old | operand;
      break;
    case 3:
      changed = old & ~operand;
      break;
    case 4:
      changed = old ^ operand;
      break;
    default:
      return -ENOSYS;
  }
  if (writeU32(task, address2, changed) != 0) return -EFAULT;
  let woken = wakeFutex(task, address, <i32>value);
  if (compares((encoded >> 24) & 15, <i32>old, comparand)) woken += wakeFutex(task, address2, <i32>value2);
  return woken;
}

function compares(comparison: u32, old: i32, comparand: i32): bool {
  switch (comparison) {
    case 0:
      return old == comparand;
    case 1:
      return old != comparand;
    case 2:
      return old < comparand;
    case 3:
      return old <= comparand;
    case 4:
      return old > comparand;
    case 5:
      return old >= comparand;
    default:
      return false;
  }
}

const ROBUST_LIST_HEAD_BYTES: u64 = 24;

/** set_robust_list(2). */
export function sys_set_robust_list(task: Task, head: u64, length: u64): i64 {
  if (length != ROBUST_LIST_HEAD_BYTES) return -EINVAL;
  task.robustListAt = head;
  return 0;
}

/** get_robust_list(2). */
export function sys_get_robust_list(task: Task, pid: i32, head: u64, length: u64): i64 {
  const target = pid == 0 ? task : findTask(pid);
  if (target == null) return -ESRCH;
  if (target.group !== task.group && task.credentials.euid != 0) return -EPERM;
  if (writeU64(task, head, target.robustListAt) != 0) return -EFAULT;
  return writeU64(task, length, ROBUST_LIST_HEAD_BYTES);
}
