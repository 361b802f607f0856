import { PAGE_SIZE_BYTES, pageHashing } from '@boxer/abi';
import type { CodeReader } from '../translator/code-reader.ts';

/** A guest page as packs name it. */
export interface PackedPage {
  /** Distance from the pack's base, in pages. */
  readonly page: number;
  /** See {@link pageHash}. */
  readonly hash: number;
}

const WORDS = PAGE_SIZE_BYTES / 4;

/** See pageHashing of @boxer/abi; the kernel does the same. */
function hashWords(wordAt: (index: number) => number): number {
  let hash: number = pageHashing.start;
  for (let i = 0; i < WORDS; i++) {
    hash = Math.imul(hash ^ wordAt(i), pageHashing.prime);
    hash ^= hash >>> pageHashing.shift;
  }
  return (hash ^ (hash >>> pageHashing.lastShift)) >>> 0;
}

/**
 * Finds candidates only: different pages may have the same.
 *
 * @param bytes - a whole guest page
 */
export function pageHash(bytes: Uint8Array): number {
  if (bytes.length !== PAGE_SIZE_BYTES)
    throw new RangeError(`A page has ${PAGE_SIZE_BYTES} bytes, not ${bytes.length}`);
  if (bytes.byteOffset % 4 === 0) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, WORDS);
    return hashWords((i) => words[i] ?? 0);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return hashWords((i) => view.getInt32(4 * i, true));
}

/** @returns the hash of the page at an address, or undefined when it cannot be read whole */
export function hashOfPage(reader: CodeReader, address: number): number | undefined {
  const words = new Int32Array(WORDS);
  for (let i = 0; i < WORDS; i++) {
    const word = reader.word(address + 4 * i);
    if (word === undefined) return undefined;
    words[i] = word;
  }
  return hashWords((i) => words[i] ?? 0);
}
