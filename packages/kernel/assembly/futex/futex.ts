import { PAGE_SHIFT } from '../abi.gen';
import { Task } from '../task/task';

/** A task in FUTEX_WAIT. */
export class FutexWaiter {
  /** Somebody woke it: the wait is over, with success. */
  woken: bool = false;

  constructor(
    readonly task: Task,
    public key: u64,
    readonly bitset: u32,
  ) {}
}

/** Waiters by key, in the order of their arrival. */
const waiters = new Map<u64, FutexWaiter[]>();

/** What a futex word is, whatever process names it: its place in shared memory, or address and address space. */
function keyOf(task: Task, address: u64): u64 {
  const mm = task.mm!;
  address = mm.lowAddress(address);
  const mapping = mm.find(<i32>(address >> PAGE_SHIFT));
  if (mapping != null) {
    const shared = mapping.shared;
    if (shared != null) {
      const offset = (mapping.offset << PAGE_SHIFT) + <i64>(address - (<u64>mapping.start << PAGE_SHIFT));
      return (<u64>1 << 63) | (<u64>(shared.id & 0x7f_ffff) << 40) | (<u64>offset & 0xff_ffff_ffff);
    }
  }
  return (<u64>(mm.id & 0x7fff_ffff) << 32) | (address & 0xffff_ffff);
}

/** Queues a task; it blocks until woken. */
export function enqueueFutexWaiter(task: Task, address: u64, bitset: u32): void {
  const waiter = new FutexWaiter(task, keyOf(task, address), bitset);
  task.futexWaiter = waiter;
  append(waiter);
}

function append(waiter: FutexWaiter): void {
  if (waiters.has(waiter.key)) waiters.get(waiter.key).push(waiter);
  else waiters.set(waiter.key, [waiter]);
}

/** The task's wait is over, for whatever reason. */
export function cancelFutexWait(task: Task): void {
  const waiter = task.futexWaiter;
  if (waiter == null) return;
  task.futexWaiter = null;
  if (waiter.woken || !waiters.has(waiter.key)) return;
  const list = waiters.get(waiter.key);
  const at = list.indexOf(waiter);
  if (at >= 0) list.splice(at, 1);
  if (list.length == 0) waiters.delete(waiter.key);
}

/** Wakes up to `count` waiters whose bits match. @returns how many */
export function wakeFutex(task: Task, address: u64, count: i32, bitset: u32 = 0xffff_ffff): i32 {
  const key = keyOf(task, address);
  if (!waiters.has(key)) return 0;
  const list = waiters.get(key);
  let woken = 0;
  for (let i = 0; i < list.length && woken < count; ) {
    const waiter = list[i];
    if ((waiter.bitset & bitset) == 0) {
      i++;
      continue;
    }
    list.splice(i, 1);
    waiter.woken = true;
    waiter.task.wake();
    woken++;
  }
  if (list.length == 0) waiters.delete(key);
  return woken;
}

/** Moves up to `count` waiters to another futex. @returns how many */
export function requeueFutex(task: Task, from: u64, to: u64, count: i32): i32 {
  const fromKey = keyOf(task, from);
  const toKey = keyOf(task, to);
  if (fromKey == toKey || !waiters.has(fromKey)) return 0;
  const list = waiters.get(fromKey);
  let moved = 0;
  while (list.length > 0 && moved < count) {
    const waiter = list.shift();
    waiter.key = toKey;
    append(waiter);
    moved++;
  }
  if (list.length == 0) waiters.delete(fromKey);
  return moved;
}
