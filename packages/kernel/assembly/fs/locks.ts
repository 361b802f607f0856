import { EAGAIN } from '../linux/errno';
import { F_UNLCK, F_WRLCK, LOCK_EX } from '../linux/fcntl';
import { Task, TaskState } from '../task/task';
import { WaitQueue } from '../task/wait';
import { Inode } from './inode';

/** One locked stretch: bytes `start` … `end` - 1. */
class RangeLock {
  constructor(
    readonly owner: Object,
    readonly pid: i32,
    public start: i64,
    public end: i64,
    public type: i32,
  ) {}
}

/** Holds a flock(2) lock for a file description. */
export class FlockOwner {
  constructor(public exclusive: bool) {}
}

/** Who waits for a POSIX record lock, and whose it is. @source Linux fs/locks.c, posix_locks_deadlock */
class LockWait {
  constructor(
    readonly task: Task,
    readonly owner: Object,
    readonly holder: Object,
  ) {}
}

let waits: LockWait[] = [];

/** Forgets the waits of a task, and of those that no longer wait. */
function dropOldWaits(task: Task): void {
  const kept: LockWait[] = [];
  for (let i = 0; i < waits.length; i++) {
    const other = waits[i].task;
    if (other !== task && other.state == TaskState.blocked && other.syscallNumber == task.syscallNumber) kept.push(waits[i]);
  }
  waits = kept;
}

/** For whom an owner waits, or null. */
function holderFor(owner: Object): Object | null {
  for (let i = 0; i < waits.length; i++) if (waits[i].owner === owner) return waits[i].holder;
  return null;
}

/** To the end of the file, however far it grows. */
export const LOCK_TO_END: i64 = i64.MAX_VALUE;

/** All locks of one file. Record locks are owned by an FdTable (POSIX) or an OpenFile (OFD). */
export class FileLocks {
  private ranges: RangeLock[] = [];
  private flocks: FlockOwner[] = [];
  /** Who waits for a lock of either kind. */
  readonly waiters: WaitQueue = new WaitQueue();

  /** The first lock of somebody else that stands in the way, or null. */
  private conflict(owner: Object, start: i64, end: i64, type: i32): RangeLock | null {
    for (let i = 0; i < this.ranges.length; i++) {
      const lock = unchecked(this.ranges[i]);
      if (lock.owner === owner || lock.end <= start || lock.start >= end) continue;
      if (type == F_WRLCK || lock.type == F_WRLCK) return lock;
    }
    return null;
  }

  /**
   * A task is about to wait for a POSIX record lock.
   *
   * @returns false when that would be for ever: the holder waits, directly or not, for the task
   */
  mayWait(task: Task, owner: Object, start: i64, end: i64, type: i32): bool {
    const lock = this.conflict(owner, start, end, type);
    if (lock == null) return true;
    dropOldWaits(task);
    let holder: Object | null = lock.owner;
    for (let i = 0; holder != null && i <= waits.length; i++) {
      if (holder === owner) return false;
      holder = holderFor(holder);
    }
    waits.push(new LockWait(task, owner, lock.owner));
    return true;
  }

  /** F_GETLK: what stands in the way is told through `found…`. @returns whether something does */
  test(owner: Object, start: i64, end: i64, type: i32): bool {
    const lock = this.conflict(owner, start, end, type);
    if (lock == null) return false;
    foundType = lock.type;
    foundStart = lock.start;
    foundEnd = lock.end;
    foundPid = lock.pid;
    return true;
  }

  /** Sets or removes a record lock. @returns 0 or -EAGAIN */
  set(owner: Object, pid: i32, start: i64, end: i64, type: i32): i32 {
    if (type != F_UNLCK && this.conflict(owner, start, end, type) != null) return -EAGAIN;
    const kept: RangeLock[] = [];
    for (let i = 0; i < this.ranges.length; i++) {
      const lock = unchecked(this.ranges[i]);
      if (lock.owner !== owner || lock.end < start || lock.start > end) {
        kept.push(lock);
        continue;
      }
      // Same owner, overlapping or touching: the new lock replaces the overlap, and swallows touching ones of its type.
      if (lock.type == type) {
        start = min(start, lock.start);
        end = max(end, lock.end);
        continue;
      }
      if (lock.start < start) kept.push(new RangeLock(owner, lock.pid, lock.start, min(start, lock.end), lock.type));
      if (lock.end > end) kept.push(new RangeLock(owner, lock.pid, max(end, lock.start), lock.end, lock.type));
    }
    if (type != F_UNLCK) kept.push(new RangeLock(owner, pid, start, end, type));
    // F_GETLK tells the first lock in the way.
    kept.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
    this.ranges = kept;
    this.waiters.wakeAll();
    return 0;
  }

  removeOwner(owner: Object): void {
    let removed = false;
    for (let i = this.ranges.length - 1; i >= 0; i--) {
      if (unchecked(this.ranges[i]).owner !== owner) continue;
      this.ranges.splice(i, 1);
      removed = true;
    }
    if (removed) this.waiters.wakeAll();
  }

  /** flock(2). @returns the lock held now, or null: somebody else has it */
  flock(held: FlockOwner | null, operation: i32): FlockOwner | null {
    const exclusive = operation == LOCK_EX;
    for (let i = 0; i < this.flocks.length; i++) {
      const other = unchecked(this.flocks[i]);
      if (other !== held && (exclusive || other.exclusive)) {
        // A failed conversion has given the old lock up, as on Linux.
        if (held && held.exclusive != exclusive) this.unflock(held);
        return null;
      }
    }
    if (held && this.flocks.includes(held)) {
      held.exclusive = exclusive;
      this.waiters.wakeAll();
      return held;
    }
    const lock = new FlockOwner(exclusive);
    this.flocks.push(lock);
    return lock;
  }

  unflock(held: FlockOwner): void {
    const at = this.flocks.indexOf(held);
    if (at >= 0) this.flocks.splice(at, 1);
    this.waiters.wakeAll();
  }
}

export let foundType: i32 = 0;
export let foundStart: i64 = 0;
export let foundEnd: i64 = 0;
export let foundPid: i32 = 0;

/** The locks of a file, made when first needed. */
export function locksOf(inode: Inode): FileLocks {
  const locks = inode.locks;
  if (locks) return locks;
  const made = new FileLocks();
  inode.locks = made;
  return made;
}

/** Closing any descriptor of a file gives up all its POSIX locks of that process. */
export function releasePosixLocks(inode: Inode, owner: Object): void {
  const locks = inode.locks;
  if (locks) locks.removeOwner(owner);
}
