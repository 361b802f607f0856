import { WaitQueue } from '../task/wait';
import { ThreadGroup } from '../task/thread-group';
import { realtimeSeconds } from '../time/clock';
import { IpcPermission } from './permission';

/** A System V semaphore set. */
export class SemaphoreSet {
  readonly values: StaticArray<i32>;
  /** Who changed each last. */
  readonly pids: StaticArray<i32>;
  readonly changed: WaitQueue = new WaitQueue();
  operationTime: i64 = 0;
  changeTime: i64 = realtimeSeconds();
  isRemoved: bool = false;

  constructor(
    readonly id: i32,
    readonly permission: IpcPermission,
    count: i32,
  ) {
    this.values = new StaticArray<i32>(count);
    this.pids = new StaticArray<i32>(count);
  }
}

const sets = new Map<i32, SemaphoreSet>();
let nextId: i32 = 0;

export function findSet(id: i32): SemaphoreSet | null {
  return sets.has(id) ? sets.get(id) : null;
}

export function findSetByKey(key: i32): SemaphoreSet | null {
  const all = sets.values();
  for (let i = 0; i < all.length; i++) if (all[i].permission.key == key) return all[i];
  return null;
}

export function createSet(permission: IpcPermission, count: i32): SemaphoreSet {
  const set = new SemaphoreSet(nextId++, permission, count);
  sets.set(set.id, set);
  return set;
}

/** Those who wait get EIDRM. */
export function removeSet(set: SemaphoreSet): void {
  set.isRemoved = true;
  sets.delete(set.id);
  set.changed.wakeAll();
}

/** What a process did with SEM_UNDO to one semaphore, to be taken back when it ends. */
export class SemaphoreUndo {
  adjustment: i32 = 0;
  constructor(
    readonly set: SemaphoreSet,
    readonly number: i32,
  ) {}
}

/** Notes an operation with SEM_UNDO. */
export function noteUndo(group: ThreadGroup, set: SemaphoreSet, number: i32, operation: i32): void {
  for (let i = 0; i < group.semaphoreUndos.length; i++) {
    const undo = group.semaphoreUndos[i];
    if (undo.set === set && undo.number == number) {
      undo.adjustment -= operation;
      return;
    }
  }
  const undo = new SemaphoreUndo(set, number);
  undo.adjustment = -operation;
  group.semaphoreUndos.push(undo);
}

/** The process has ended. */
export function undoSemaphores(group: ThreadGroup): void {
  for (let i = 0; i < group.semaphoreUndos.length; i++) {
    const undo = group.semaphoreUndos[i];
    if (undo.set.isRemoved) continue;
    undo.set.values[undo.number] = max(0, undo.set.values[undo.number] + undo.adjustment);
    undo.set.changed.wakeAll();
  }
  group.semaphoreUndos = [];
}
