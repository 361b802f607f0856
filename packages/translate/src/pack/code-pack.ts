import type { PackedPage } from './page-hash.ts';

/** A stretch of guest code. Offsets count from the pack's base. */
export interface CodeRange {
  readonly offset: number;
  /** The guest code itself: what lies there must be equal to it before any of it is executed. */
  readonly bytes: Uint8Array;
}

/** Where the interpreter may hand over to a function. */
export interface PackEntry {
  readonly offset: number;
  /** Index in the table that the module exports as `packExports.entries`. */
  readonly index: number;
}

/** A translated guest function. */
export interface PackFunction {
  /** What the module's `packExports.validate` takes. */
  readonly index: number;
  readonly entries: readonly PackEntry[];
  /** All code that it was made from, in ascending order. */
  readonly ranges: readonly CodeRange[];
  readonly instructions: number;
}

/** What a pack says of itself, in its custom section. */
export interface PackInfo {
  /** Pages of guest code that functions were made from, in ascending order; those that could not be read whole are absent. */
  readonly pages: readonly PackedPage[];
  readonly functions: readonly PackFunction[];
  readonly instructions: number;
}

/**
 * Translated functions of a stretch of guest code, valid wherever the same bytes lie: one WebAssembly module.
 *
 * It imports "process" (memory, code, settleFlags, resume), "support" and the immutable i32 global "pack" "base": the guest
 * address of its offset 0, a multiple of a page.
 */
export interface CodePack {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly info: PackInfo;
  /** Addresses of functions that were called but are not in the pack. */
  readonly missing: readonly number[];
}

/** What a pack's module exports. */
export const packExports = {
  /** Table of functions (fuel, stack) → pc with marks, fuel; see {@link PackEntry.index}. */
  entries: 'entries',
  /**
   * (function index, 1 or 0): whether the function's code was compared with what lies there now. Functions of the pack call
   * each other directly only when the callee is valid. All are invalid at first.
   */
  validate: 'validate',
  /** (): no function is valid any more. */
  invalidate: 'invalidate',
} as const;

/** The immutable global that a pack's module imports. */
export const packBase = { module: 'pack', name: 'base' } as const;

/** Name of the custom section that {@link PackInfo} lies in. */
export const PACK_SECTION = 'boxer.code';
/** Changes whenever the section, or what the module imports and exports, does. */
export const PACK_VERSION = 2;
