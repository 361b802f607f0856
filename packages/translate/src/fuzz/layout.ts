/**
 * Where programs, their data and their registers lie, in qemu's process as in ours. Everything that a program can see of
 * addresses is equal in both, so that results can be compared byte by byte.
 */

/** Programs lie one behind the other. Not a power of two: some reach across a page. */
export const CODE_AT = 0x40_0000;
export const SLOT_BYTES = 1008;
export const SLOT_WORDS = SLOT_BYTES / 4;
/** Programs in one batch at most. */
export const BATCH_PROGRAMS = 512;
export const CODE_BYTES = 0x8_0000;

export const slotAddress = (slot: number) => CODE_AT + slot * SLOT_BYTES;

/** Within reach of ADR and of literal loads from every program. */
export const DATA_AT = 0x49_0000;
const PAGE = 0x1000;

/** Mapped pages of data: two writable ones, one that is read only, a hole, and a writable one; holes all around. */
export const dataPages = [
  { address: DATA_AT, writable: true },
  { address: DATA_AT + PAGE, writable: true },
  { address: DATA_AT + 2 * PAGE, writable: false },
  { address: DATA_AT + 4 * PAGE, writable: true },
] as const;
export const IMAGE_BYTES = dataPages.length * PAGE;
/** Places where an access may cross from one kind of page to another. */
export const edges = {
  /** Both sides writable. */
  inside: DATA_AT + PAGE,
  intoReadOnly: DATA_AT + 2 * PAGE,
  outOfReadOnly: DATA_AT + 3 * PAGE,
  intoWritable: DATA_AT + 4 * PAGE,
  outOfWritable: DATA_AT + 5 * PAGE,
  beforeFirst: DATA_AT,
} as const;

/** Frames of functions; other instructions keep away from it, or returns would go astray. */
export const stackArea = { low: DATA_AT + PAGE + 0x600, high: DATA_AT + PAGE + 0xa00 } as const;

/** Guest memory that our processes need. */
export const GUEST_BYTES = DATA_AT + 6 * PAGE;

/** A thread's registers and how a program ended, as they go to qemu and come back: see struct state in harness.c. */
export const stateOffsets = {
  /** X0…X30, then SP. */
  x: 0,
  pc: 256,
  /** N, Z, C, V as bits 3 to 0. */
  nzcv: 264,
  fpcr: 272,
  fpsr: 276,
  tpidr: 280,
  signal: 288,
  code: 292,
  faultAddress: 296,
  changes: 304,
  v: 320,
} as const;
export const STATE_BYTES = 832;
/** A changed word of the data: u64 index in the image, u64 value. */
export const CHANGE_BYTES = 16;

/** @source Linux include/uapi/asm-generic/signal.h */
export const signals = { undefined: 4, trap: 5, bus: 7, fault: 11 } as const;
