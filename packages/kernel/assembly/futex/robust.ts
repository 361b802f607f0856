import { FUTEX_OWNER_DIED, FUTEX_TID_MASK, FUTEX_WAITERS } from '../linux/futex';
import { readU32, readU64, userFault, writeU32 } from '../process/user-memory';
import { Task } from '../task/task';
import { wakeFutex } from './futex';

/** Linux's bound on the list, against cycles. */
const ROBUST_LIST_LIMIT: i32 = 2048;

/**
 * Marks the mutexes a dying thread holds as abandoned.
 *
 * @source Linux kernel/futex/core.c, exit_robust_list
 */
export function leaveRobustList(task: Task): void {
  const head = task.robustListAt;
  if (head == 0 || task.mm == null) return;
  task.robustListAt = 0;
  userFault();
  let entry = readU64(task, head);
  const offset = readU64(task, head + 8);
  const pending = readU64(task, head + 16);
  if (userFault()) return;
  for (let i = 0; i < ROBUST_LIST_LIMIT && (entry & ~1) != head; i++) {
    const next = readU64(task, entry & ~1);
    const failed = userFault();
    if (entry != pending && !abandon(task, (entry & ~1) + offset)) return;
    if (failed) return;
    entry = next;
  }
  if (pending != 0) abandon(task, (pending & ~1) + offset);
}

function abandon(task: Task, address: u64): bool {
  const word = readU32(task, address);
  if (userFault()) return false;
  if ((word & FUTEX_TID_MASK) != <u32>task.tid) return true;
  writeU32(task, address, (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED);
  if ((word & FUTEX_WAITERS) != 0) wakeFutex(task, address, 1);
  return true;
}
