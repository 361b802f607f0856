import { PAGE_SHIFT } from '@boxer/abi';
import type { PackInfo } from './code-pack.ts';

/**
 * What installing a pack needs to know, as numbers in few arrays: a pack may have ten thousand functions, and the thread that
 * runs the box must neither decode nor receive objects for them. Offsets count from the pack's base.
 */
export interface PackPlan {
  /** The guest code that must be there, of all functions. */
  readonly code: Uint8Array;
  /** By function, and one more: where its rows in `ranges` and `entries` begin. */
  readonly firstRange: Uint32Array;
  readonly firstEntry: Uint32Array;
  /** By function: bytes of its guest code. */
  readonly sizes: Uint32Array;
  /** Rows of three: offset, length, where in `code`. */
  readonly ranges: Uint32Array;
  /** Offset of each entry; its number is what the module's `install` takes. */
  readonly entries: Uint32Array;
  /** Pages, in ascending order, and, by page and one more, where its functions begin in `functionsOfPage`. */
  readonly pages: Uint32Array;
  readonly firstFunction: Uint32Array;
  readonly functionsOfPage: Uint32Array;
  /** Pairs of a page and the hash by which it is found. */
  readonly hashes: Uint32Array;
}

/** Fields of a range's row. */
export const rangeRow = { offset: 0, length: 1, code: 2, size: 3 } as const;

/** Where rows begin when `counts` says how many each has; the last one is how many there are. */
function starts(counts: readonly number[]): Uint32Array {
  const first = new Uint32Array(counts.length + 1);
  counts.forEach((count, i) => (first[i + 1] = (first[i] ?? 0) + count));
  return first;
}

/** Copies the code of all functions, once where they overlap in the file they were read from. */
function gatherCode(info: PackInfo): { code: Uint8Array; at: (bytes: Uint8Array) => number } {
  const ranges = info.functions.flatMap((each) => each.ranges.map(({ bytes }) => bytes));
  const first = ranges[0];
  if (first && ranges.every(({ buffer }) => buffer === first.buffer)) {
    const start = ranges.reduce((least, { byteOffset }) => Math.min(least, byteOffset), Infinity);
    const end = ranges.reduce((most, each) => Math.max(most, each.byteOffset + each.length), 0);
    const code = new Uint8Array(first.buffer.slice(start, end));
    return { code, at: (bytes) => bytes.byteOffset - start };
  }
  const code = new Uint8Array(ranges.reduce((sum, { length }) => sum + length, 0));
  const places = new Map<Uint8Array, number>();
  let next = 0;
  for (const bytes of ranges) {
    code.set(bytes, next);
    places.set(bytes, next);
    next += bytes.length;
  }
  return { code, at: (bytes) => places.get(bytes) ?? 0 };
}

/** @returns the plan of what a pack says of itself; its arrays share no memory with it */
export function planOf(info: PackInfo): PackPlan {
  const { functions } = info;
  const { code, at } = gatherCode(info);
  const byPage = new Map<number, Set<number>>();
  functions.forEach(({ ranges }, index) => {
    for (const { offset, bytes } of ranges) {
      const last = (offset + bytes.length - 1) >>> PAGE_SHIFT;
      for (let page = offset >>> PAGE_SHIFT; page <= last; page++) {
        const known = byPage.get(page);
        if (known) known.add(index);
        else byPage.set(page, new Set([index]));
      }
    }
  });
  const pages = [...byPage.keys()].sort((a, b) => a - b);
  const ofPage = pages.map((page) => [...(byPage.get(page) ?? [])]);
  return {
    code,
    firstRange: starts(functions.map(({ ranges }) => ranges.length)),
    firstEntry: starts(functions.map(({ entries }) => entries.length)),
    sizes: Uint32Array.from(functions, ({ ranges }) =>
      ranges.reduce((sum, { bytes }) => sum + bytes.length, 0),
    ),
    ranges: Uint32Array.from(
      functions.flatMap(({ ranges }) =>
        ranges.flatMap(({ offset, bytes }) => [offset, bytes.length, at(bytes)]),
      ),
    ),
    entries: Uint32Array.from(functions.flatMap(({ entries }) => entries.map(({ offset }) => offset))),
    pages: Uint32Array.from(pages),
    firstFunction: starts(ofPage.map(({ length }) => length)),
    functionsOfPage: Uint32Array.from(ofPage.flat()),
    hashes: Uint32Array.from(info.pages.flatMap(({ page, hash }) => [page, hash])),
  };
}
