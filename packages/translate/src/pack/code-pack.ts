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
  /** What the module's `packExports.install` takes. */
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
 * It imports "process" (memory, code, settleFlags, resume) and "support", and does nothing until it is told where it lies.
 */
export interface CodePack {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly info: PackInfo;
  /** Addresses of functions that were called but are not in the pack. */
  readonly missing: readonly number[];
}

/** What a pack's module exports. */
export const packExports = {
  /** (guest address of offset 0, a multiple of a page): comes first, and again only while no function is valid. */
  place: 'place',
  /**
   * (index in the table "process" "code", entry index, n): puts there the functions of n entries, (fuel, stack) → pc with marks,
   * fuel. The table grows when it is too small.
   */
  install: 'install',
  /**
   * (function index, 1 or 0): whether the function's code was compared with what lies there now. Functions of the pack call
   * each other directly only when the callee is valid. All are invalid at first.
   */
  validate: 'validate',
  /** (): no function is valid any more. */
  invalidate: 'invalidate',
} as const;

/** Name of the custom section that {@link PackInfo} lies in. */
export const PACK_SECTION = 'boxer.code';
/** Changes whenever the section, or what the module imports and exports, does. */
export const PACK_VERSION = 3;
