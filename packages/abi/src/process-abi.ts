/**
 * The seam between kernel and process module: memory layout, functions, exit reasons.
 *
 * A guest process is one instance of the process module with its own linear memory. Guest address `a` lies at memory
 * offset `a + GUEST_BIAS`: what lies below the bias is the engine's (CPU state, page permissions, record index), out of
 * the guest's reach. The bias is a static offset of every access, so it costs nothing on 64-bit hosts.
 *
 * The kernel sees a process through its function table: entry `slotTableIndex(slot) + processFunctions[name].index`.
 * "Offset" below is a raw offset in the process's memory; the kernel adds the bias itself and has checked the range.
 */

/** Guest page: 4 KiB, the granule of permissions and of the record index. */
export const PAGE_SIZE_BYTES = 4096;
export const PAGE_SHIFT = 12;

/** Memory offset of guest address 0. */
export const GUEST_BIAS = 0x0080_0000;
/** Guest addresses end here (exclusive): above, nothing is backed and every access faults. */
export const GUEST_END = 0xff00_0000;
/** Nothing is ever mapped below this guest address, so that null pointers fault. */
export const GUEST_START = 0x0001_0000;

/** The state of the running thread: 1 KiB at a fixed offset; the kernel swaps it on a switch between threads. */
export const cpuState = {
  at: 0x1000,
  size: 0x400,
  x: 0x1000, // u64 x0…x30
  sp: 0x10f8, // u64; index 31 of the register file
  zero: 0x1100, // u64, always 0: what register 31 reads as XZR
  sink: 0x1108, // u64: where writes to XZR go
  pc: 0x1110, // u64: next instruction to execute
  n: 0x1118, // u32 0 or 1
  z: 0x111c,
  c: 0x1120,
  v: 0x1124,
  exclusiveAddress: 0x1128, // u64; all ones: monitor open
  exclusiveValue: 0x1130, // 2 × u64: what the exclusive load saw
  tpidr: 0x1140, // u64 TPIDR_EL0
  fpcr: 0x1148, // u32
  fpsr: 0x114c, // u32
  vectors: 0x1200, // 32 × 16 bytes
} as const;

/** Cells through which run() and the kernel talk; not part of a thread's state. */
export const engineCells = {
  /**
   * i64: instructions that may still execute in this slice. run() subtracts the exact number of executed instructions
   * (flushed at every exit and before every system call) and leaves with `exitReasons.fuel` at the first taken branch
   * after it went negative.
   */
  fuel: 0x1400,
  faultAddress: 0x1408, // u64 guest address, for exitReasons.fault
  faultAccess: 0x1410, // u32: one of pagePermissions read, write, execute; 0: misaligned
  word: 0x1414, // u32: instruction word, for undefined and breakpoint
  /** u32: 1 while run() is executing. */
  running: 0x1418,
  /**
   * u32: which flags are still to be computed from flagsLeft and flagsRight, 0: none, those in the CPU state hold. Only
   * translated code leaves them pending; run() settles them before anybody else looks. See `pendingNumbers` in the
   * translator.
   */
  pendingFlags: 0x141c,
  flagsLeft: 0x1420, // u64 or u32
  flagsRight: 0x1428, // u64 or u32
  /** u32: counts how often translated code was forgotten; then no entry is left. */
  codeEpoch: 0x1430,
  /** u32: 1 when run() ended for want of fuel where translated code had left because of that; for profiling. */
  endedTranslated: 0x1434,
  /** u32: how many of the {@link addressWindows} are in use. */
  windowCount: 0x1440,
} as const;

/**
 * Windows: stretches of addresses from 4 GiB on that stand for guest memory below, since memory offsets have 32 bits.
 * Accesses above 4 GiB look here, and only there. The kernel writes them; all three numbers are multiples of a page.
 */
export const addressWindows = {
  at: 0x1480,
  most: 32,
  size: 24,
  /** u64: first address. */
  start: 0,
  /** u64 */
  bytes: 8,
  /** u32: the guest address below 4 GiB that `start` stands for. */
  low: 16,
} as const;

/**
 * One byte a guest page. Access is allowed when the bit is set; 0: not mapped, or not yet loaded. What may be written may be read,
 * too, as on every processor of the kind: translated code relies on it.
 */
export const PERMISSIONS_AT = 0x0010_0000;
export const pagePermissions = { read: 1, write: 2, execute: 4 } as const;

/** u32 a guest page: memory offset of the page's predecoded records, or 0. Owned by the process module. */
export const RECORD_INDEX_AT = 0x0020_0000;

/** Why run() returned. The pc in the CPU state is that of the instruction to execute next, or of the faulting one. */
export const exitReasons = {
  /** The slice is used up. */
  fuel: 0,
  /** The kernel's `syscall` returned {@link SYSCALL_LEAVE}; pc is behind the SVC. */
  leave: 1,
  /** A guest access or instruction fetch was not permitted; see faultAddress, faultAccess. No state has changed. */
  fault: 2,
  /** The word is not an instruction of this CPU; see word. */
  undefined: 3,
  /** BRK; see word. */
  breakpoint: 4,
  /** YIELD, WFE, WFI: let another task run. pc is behind the instruction. */
  yield: 5,
} as const;

/** What the kernel's `syscall` returns when run() must return at once without touching x0. */
export const SYSCALL_LEAVE = -(2n ** 63n);

/** Table index of the first process function of slot 0. */
export const PROCESS_TABLE_BASE = 4096;
export const PROCESS_TABLE_STRIDE = 32;

/**
 * Functions of a process instance, exported under these names and called by the kernel through its table.
 * Types are core Wasm types. None of them checks permissions except `checkPages`.
 */
export const processFunctions = {
  run: {
    index: 0,
    params: [],
    result: 'i32',
    what: 'executes the guest from cpuState.pc until an exit reason',
  },
  load64: { index: 1, params: ['i32'], result: 'i64', what: 'reads 8 bytes at an offset' },
  store64: { index: 2, params: ['i32', 'i64'], result: null, what: 'writes 8 bytes at an offset' },
  load32: { index: 3, params: ['i32'], result: 'i32', what: 'reads 4 bytes at an offset' },
  store32: { index: 4, params: ['i32', 'i32'], result: null, what: 'writes 4 bytes at an offset' },
  load8: { index: 5, params: ['i32'], result: 'i32', what: 'reads a byte, zero-extended' },
  store8: { index: 6, params: ['i32', 'i32'], result: null, what: 'writes a byte' },
  store64x8: {
    index: 7,
    params: ['i32', 'v128', 'v128', 'v128', 'v128'],
    result: null,
    what: 'writes 64 bytes at an offset: the kernel pushes bytes in with this',
  },
  copyOut: {
    index: 8,
    params: ['i32', 'i32', 'i32'],
    result: null,
    what: 'copies n bytes from an offset here to an address in kernel memory (offset, kernelAddress, n), by calling the kernel’s pushBytes functions',
  },
  fill: { index: 9, params: ['i32', 'i32', 'i32'], result: null, what: 'memory.fill (offset, byte, n)' },
  move: {
    index: 10,
    params: ['i32', 'i32', 'i32'],
    result: null,
    what: 'memory.copy (to, from, n) inside this memory',
  },
  checkPages: {
    index: 11,
    params: ['i32', 'i32', 'i32'],
    result: 'i32',
    what: '(first page, page count, permission bits) → number of leading pages that have all bits',
  },
  setPages: {
    index: 12,
    params: ['i32', 'i32', 'i32'],
    result: null,
    what: '(first page, page count, permission byte): writes the permissions of guest pages',
  },
  invalidate: {
    index: 13,
    params: ['i32', 'i32'],
    result: null,
    what: '(first page, page count): forgets predecoded and translated code of guest pages',
  },
  grow: { index: 14, params: ['i32'], result: 'i32', what: 'memory.grow by 64 KiB pages → old size or -1' },
  size: { index: 15, params: [], result: 'i32', what: 'memory.size in 64 KiB pages' },
  findZero: {
    index: 16,
    params: ['i32', 'i32'],
    result: 'i32',
    what: '(offset, n) → distance to the first zero byte, or n when there is none',
  },
  reset: {
    index: 17,
    params: [],
    result: null,
    what: 'forgets all code and clears CPU state, permissions and record index: a slot about to be reused',
  },
} as const;

/**
 * Further exports of a process module: for translated code and whoever installs it. Code modules import `settleFlags`,
 * `resume` and the table exported as `code`, in which their functions are.
 */
export const codeFunctions = {
  enterAt: {
    params: ['i32', 'i32'],
    results: ['i32'],
    what: '(pc, index in the table `code`): from now on that function executes what begins at pc → 1; 0 when the page has no records, which are only made outside of run()',
  },
  markTranslated: {
    params: ['i32', 'i32'],
    results: [],
    what: '(start, end): this guest code is translated; when any of it is invalidated, all translated code is forgotten',
  },
  settleFlags: { params: [], results: [], what: 'computes pending flags' },
  resume: {
    params: ['i32', 'i32', 'i32', 'i32'],
    results: ['i32', 'i32'],
    what: '(pc with marks, fuel, stack, site): interprets what a callee left to be interpreted until control comes to the caller’s return site → (site, fuel); something else when it does not',
  },
} as const;

/**
 * What the kernel enters packs with when the component does so itself (see code-index.ts): further functions of a slot, behind
 * the {@link processFunctions}. The first two are the process module's, the others come from the component's links.
 */
export const packFunctions = {
  enterAt: { index: 18, params: ['i32', 'i32'], result: 'i32', what: 'see codeFunctions' },
  markTranslated: { index: 19, params: ['i32', 'i32'], result: null, what: 'see codeFunctions' },
  placePack: {
    index: 20,
    params: ['i32', 'i32'],
    result: null,
    what: '(pack, guest address): that is where the pack’s offsets count from; none of its functions may be valid',
  },
  installPack: {
    index: 21,
    params: ['i32', 'i32', 'i32', 'i32'],
    result: null,
    what: '(pack, index, entry, n): puts the functions of n of its entries into the table of code',
  },
  validateCode: {
    index: 22,
    params: ['i32', 'i32', 'i32'],
    result: null,
    what: '(pack, function, 1 or 0): whether the function may be executed',
  },
  invalidatePack: { index: 23, params: ['i32'], result: null, what: '(pack): none of its functions may be' },
} as const;

/**
 * What a process module imports from the kernel (import module "kernel"; the kernel exports these names).
 * `slot` is told by the module's own immutable knowledge: see `attach`.
 */
export const kernelFunctions = {
  syscall: {
    params: ['i32', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64'],
    result: 'i64',
    what: '(number, six arguments) → x0 or SYSCALL_LEAVE; called by SVC #0 with the CPU state flushed, pc behind the SVC',
  },
  pushBytes64: {
    params: ['i32', 'v128', 'v128', 'v128', 'v128'],
    result: null,
    what: 'stores 64 bytes at a kernel address (the target of copyOut and of the payload)',
  },
  pushBytes8: { params: ['i32', 'i64'], result: null, what: 'stores 8 bytes at a kernel address' },
  pushByte: { params: ['i32', 'i32'], result: null, what: 'stores one byte at a kernel address' },
  counter: { params: [], result: 'i64', what: 'CNTVCT_EL0: nanoseconds of the monotonic clock' },
  engineAlloc: {
    params: ['i32'],
    result: 'i32',
    what: '(bytes, a multiple of 64 KiB) → memory offset of fresh zeroed memory of the calling process for the engine (predecoded records), outside all guest mappings, grown and permission-less; 0: over the cap',
  },
  codePage: {
    params: ['i32'],
    result: null,
    what: '(guest page): an instruction of the page is about to be executed for the first time, or for the first time after its code was forgotten. Whoever has translated code for it may enter it now: `markTranslated` and `enterAt` may be called, nothing else. The kernel itself looks for the packs of the component',
  },
  attach: {
    params: [],
    result: 'i32',
    what: 'called once by the start function of a statically linked slot: → table index at which to store its functions',
  },
} as const;

export type CoreType = 'i32' | 'i64' | 'v128';

/**
 * What the links of packs import from the kernel besides its table: `attachPacks` tells of the slot that was attached last.
 */
export const linkFunctions = {
  attachPacks: { params: [], result: 'i32', what: '→ table index at which to store its packFunctions' },
} as const;
