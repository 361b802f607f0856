import { usedFrames } from '../memory/frames';

/** How much memory the box may use, and uses: guest pages that are loaded, and the kernel's page frames. In pages. */
let capPages: i64 = 1 << 20;
let guestPages: i64 = 0;
let exhausted: bool = false;

export function setMemoryCap(bytes: u64): void {
  capPages = <i64>(bytes >> 12);
}

/** The cap in bytes: the machine's memory, as far as the guest can tell. */
export function memoryCap(): u64 {
  return <u64>capPages << 12;
}

/** Bytes in use. */
export function memoryUsed(): u64 {
  return <u64>(guestPages + usedFrames()) << 12;
}

/** Counts pages that become loaded. @returns false when that exceeds the cap: the box must end */
export function chargePages(count: i32): bool {
  guestPages += count;
  if (guestPages + usedFrames() <= capPages) return true;
  exhausted = true;
  return false;
}

export function unchargePages(count: i32): void {
  guestPages -= count;
}

/** The host would not give more memory. */
export function noteExhausted(): void {
  exhausted = true;
}

/** Whether the box ran over its cap. */
export function isMemoryExhausted(): bool {
  return exhausted;
}
