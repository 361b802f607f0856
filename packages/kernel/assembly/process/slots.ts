import { freeProcess, newProcess } from '../host/slots';
import { ProcessSlot } from './slot';

/** Process slots in all: room in the function table. */
const SLOTS: i32 = 128;

const inUse = new StaticArray<bool>(SLOTS);
/** Slots whose process ended while its `run` may still be on the stack. */
let ending: ProcessSlot[] = [];
/** Slots attached by statically linked process modules. */
let attached: i32 = 0;

/** A fresh, zeroed process instance, or null when there are no more. The lowest slot first: memories are reused last-in-first-out. */
export function acquireSlot(): ProcessSlot | null {
  for (let index = 0; index < SLOTS; index++) {
    if (inUse[index]) continue;
    if (newProcess(index) != 0) return null;
    inUse[index] = true;
    return new ProcessSlot(index);
  }
  return null;
}

/** The process has ended. Its instance is given back later, by `freeEndedSlots`. */
export function releaseSlot(slot: ProcessSlot): void {
  ending.push(slot);
}

/** Called by the scheduler when no process is running. */
export function freeEndedSlots(): void {
  while (ending.length > 0) {
    const slot = ending.pop();
    inUse[slot.index] = false;
    freeProcess(slot.index);
  }
}

/** A statically linked process module announces itself. @returns its slot */
export function attachSlot(): i32 {
  return attached++;
}

export function lastAttachedSlot(): i32 {
  return attached - 1;
}

export function isAttached(slot: i32): bool {
  return slot < attached;
}
