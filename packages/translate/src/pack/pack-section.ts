import { PAGE_SIZE_BYTES } from '@boxer/abi';
import { type ByteReader, ByteWriter } from '@boxer/wasm';
import {
  type CodeRange,
  PACK_VERSION,
  type PackEntry,
  type PackFunction,
  type PackInfo,
} from './code-pack.ts';
import type { PackedPage } from './page-hash.ts';

/** Guest addresses have 32 bits. */
const OFFSET_END = 2 ** 32;

interface Stretch {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** The code of all functions, each byte once: ranges of functions may overlap. */
function stretchesOf(functions: readonly PackFunction[]): Stretch[] {
  const ranges = functions.flatMap((each) => each.ranges).toSorted((a, b) => a.offset - b.offset);
  const stretches: { start: number; end: number; parts: CodeRange[] }[] = [];
  for (const range of ranges) {
    const end = range.offset + range.bytes.length;
    const last = stretches.at(-1);
    if (last && range.offset <= last.end) {
      last.parts.push(range);
      last.end = Math.max(last.end, end);
    } else stretches.push({ start: range.offset, end, parts: [range] });
  }
  return stretches.map(({ start, end, parts }) => {
    const bytes = new Uint8Array(end - start);
    for (const part of parts) bytes.set(part.bytes, part.offset - start);
    return { start, bytes };
  });
}

/**
 * Numbers are LEB128; those that ascend are written as distances: from the end of the last one where things cannot overlap.
 *
 * ```
 * version
 * pages:      count, (distance, hash)…
 * stretches:  count, (distance in words, length in words, bytes)…
 * functions:  count, (instructions,
 *                     entries: count, offset in words…            the first one is the function's own
 *                     ranges:  count, (distance in words, length in words)…)…
 * ```
 */
export function encodePackInfo({ pages, functions }: PackInfo): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(4096).unsigned(PACK_VERSION);
  let next = 0;
  out.unsigned(pages.length);
  for (const { page, hash } of pages) {
    out.unsigned(page - next).unsigned(hash);
    next = page + 1;
  }
  const stretches = stretchesOf(functions);
  out.unsigned(stretches.length);
  next = 0;
  for (const { start, bytes } of stretches) {
    out
      .unsigned((start - next) / 4)
      .unsigned(bytes.length / 4)
      .bytes(bytes);
    next = start + bytes.length;
  }
  out.unsigned(functions.length);
  for (const { instructions, entries, ranges } of functions) {
    out.unsigned(instructions).unsigned(entries.length);
    for (const { offset } of entries) out.unsigned(offset / 4);
    out.unsigned(ranges.length);
    next = 0;
    for (const { offset, bytes } of ranges) {
      out.unsigned((offset - next) / 4).unsigned(bytes.length / 4);
      next = offset + bytes.length;
    }
  }
  return out.finish();
}

/** Decodes the section, trusting nothing in it. All failures are the reader's. */
class SectionDecoder {
  #entries = 0;
  #stretches: readonly Stretch[] = [];

  constructor(readonly reader: ByteReader) {}

  decode(): PackInfo {
    const { reader } = this;
    const version = reader.unsigned();
    if (version !== PACK_VERSION) reader.fail(`its version is ${version}, not ${PACK_VERSION}`);
    const pages = this.#pages();
    this.#stretches = this.#readStretches();
    const functions = this.#list(4, (index) => this.#function(index));
    if (!reader.done) reader.fail('something follows the functions');
    return {
      pages,
      functions,
      instructions: functions.reduce((sum, { instructions }) => sum + instructions, 0),
    };
  }

  /** @param least - bytes that an item has at least: a count that cannot be true is refused before any work */
  #list<T>(least: number, item: (index: number) => T): T[] {
    const { reader } = this;
    const count = reader.unsigned();
    if (count * least > reader.end - reader.at) reader.fail(`a count of ${count} is too high`);
    return Array.from({ length: count }, (_, index) => item(index));
  }

  #pages(): PackedPage[] {
    let next = 0;
    return this.#list(2, () => {
      const page = next + this.reader.unsigned();
      next = page + 1;
      if (page >= OFFSET_END / PAGE_SIZE_BYTES) this.reader.fail('a page is out of range');
      return { page, hash: this.reader.unsigned() };
    });
  }

  /** A stretch of words behind the last one. */
  #extent(next: number): { readonly start: number; readonly length: number } {
    const start = next + 4 * this.reader.unsigned();
    const length = 4 * this.reader.unsigned();
    if (length === 0 || start + length > OFFSET_END) this.reader.fail('a stretch of code is out of range');
    return { start, length };
  }

  #readStretches(): Stretch[] {
    let next = 0;
    return this.#list(6, () => {
      const { start, length } = this.#extent(next);
      next = start + length;
      return { start, bytes: this.reader.take(length) };
    });
  }

  #function(index: number): PackFunction {
    const instructions = this.reader.unsigned();
    const offsets = this.#list(1, () => 4 * this.reader.unsigned());
    let next = 0;
    const ranges = this.#list(2, () => {
      const { start, length } = this.#extent(next);
      next = start + length;
      return { offset: start, bytes: this.#codeAt(start, length) };
    });
    const entries = offsets.map((offset): PackEntry => {
      if (!ranges.some((range) => offset >= range.offset && offset < range.offset + range.bytes.length))
        this.reader.fail('an entry lies outside its function');
      return { offset, index: this.#entries++ };
    });
    if (entries.length === 0) this.reader.fail('a function has no entry');
    return { index, instructions, entries, ranges };
  }

  #codeAt(start: number, length: number): Uint8Array {
    let [low, high] = [0, this.#stretches.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#stretches[middle]?.start ?? 0) <= start) low = middle + 1;
      else high = middle;
    }
    const stretch = this.#stretches[low - 1];
    const at = stretch ? start - stretch.start : 0;
    if (!stretch || at + length > stretch.bytes.length)
      return this.reader.fail('a function’s code is not in the pack');
    return stretch.bytes.subarray(at, at + length);
  }
}

/** @throws {@link MalformedWasmError} when anything about it is wrong */
export function decodePackInfo(reader: ByteReader): PackInfo {
  return new SectionDecoder(reader).decode();
}
