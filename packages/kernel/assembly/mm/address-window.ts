import {
  CELL_WINDOW_COUNT,
  PAGE_SHIFT,
  WINDOW_AT,
  WINDOW_BYTES,
  WINDOW_LOW,
  WINDOW_SIZE,
  WINDOW_START,
} from '../abi.gen';
import { ProcessSlot } from '../process/slot';

/**
 * A stretch of addresses from 4 GiB on that stands for guest pages below. Runtimes insist on such addresses with MAP_FIXED
 * (the class space of a JVM); what they merely hint at is mapped below. The kernel translates addresses where they enter:
 * mappings and pages are always those below.
 */
export class AddressWindow {
  constructor(
    readonly start: u64,
    public pages: i32,
    /** First page of what it stands for. */
    readonly low: i32,
  ) {}

  get end(): u64 {
    return this.start + (<u64>this.pages << PAGE_SHIFT);
  }
}

/** Tells the engine. */
export function storeWindows(slot: ProcessSlot, windows: AddressWindow[]): void {
  for (let i = 0; i < windows.length; i++) {
    const at = WINDOW_AT + i * WINDOW_SIZE;
    slot.store64(at + WINDOW_START, windows[i].start);
    slot.store64(at + WINDOW_BYTES, <u64>windows[i].pages << PAGE_SHIFT);
    slot.store32(at + WINDOW_LOW, windows[i].low << PAGE_SHIFT);
  }
  slot.store32(CELL_WINDOW_COUNT, windows.length);
}
