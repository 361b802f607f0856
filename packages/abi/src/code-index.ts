/**
 * The index of the packs of translated code that a component's own links enter: which guest code they were made from, so that
 * the kernel finds them by the hash of a page and compares them. Written by `@boxer/component`, read whole by the kernel.
 *
 *     header │ rows by hash │ plans │ arrays of the plans
 *
 * All numbers are u32, little-endian. "At" is an offset from the start of the index; guest offsets count from the pack's base.
 */
export const codeIndexHeader = {
  size: 16,
  /** Of the whole index. */
  bytes: 0,
  rowCount: 4,
  packCount: 8,
  rowsAt: 12,
} as const;

/** A page of a pack. Rows are in ascending order of their hashes. */
export const codeIndexRow = {
  size: 12,
  hash: 0,
  pack: 4,
  /** Distance from the pack's base, in pages. */
  page: 8,
} as const;

/** A pack; plans begin behind the rows. */
export const codeIndexPlan = {
  size: 48,
  functionCount: 0,
  entryCount: 4,
  pageCount: 8,
  /** Index of the pack's first entry in the process's table of code. */
  firstSlot: 12,
  /** By function, and one more: number of its first range. */
  firstRangeAt: 16,
  /** By function, and one more: number of its first entry. */
  firstEntryAt: 20,
  rangesAt: 24,
  /** By entry: its guest offset. */
  entriesAt: 28,
  /** Pages that functions have code of, as distances, in ascending order. */
  pagesAt: 32,
  /** By page, and one more: where its functions begin in `functionsOfPageAt`. */
  firstFunctionAt: 36,
  functionsOfPageAt: 40,
  /** The guest code itself. */
  codeAt: 44,
} as const;

/** A stretch of guest code. */
export const codeIndexRange = {
  size: 12,
  offset: 0,
  bytes: 4,
  /** Where in the pack's guest code. */
  code: 8,
} as const;

/** Alike in all hashes of pages, see pageHash of @boxer/translate: FNV-1a on words, with its high bits folded in. */
export const pageHashing = { start: 0x811c_9dc5, prime: 0x0100_0193, shift: 15, lastShift: 16 } as const;
