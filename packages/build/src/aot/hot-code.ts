import type { CodeReader, FunctionRequest, ReachedPage } from '@boxer/translate';
import { functionsOf } from '@boxer/translate';

/** What was executed of a page of code, by the address it was linked for. */
export interface ExecutedPage {
  readonly page: number;
  /** A bit for each of its words that was executed at all. */
  readonly bits: Uint8Array;
  /** How often each word was seen to be next. */
  readonly samples: Uint32Array;
}

/** Code that is worth translating. */
export interface HotCode {
  readonly isHot: (pc: number) => boolean;
  readonly functions: readonly FunctionRequest[];
  readonly lowestPage: number;
}

const PAGE_BYTES = 4096;
const WORDS = PAGE_BYTES / 4;
/** Entries of one function beside its own: each makes it larger. */
const MAX_ENTRIES = 48;

const bitOf = (bits: Uint8Array, index: number) => ((bits[index >> 3] ?? 0) >> (index & 7)) & 1;

/**
 * Finds the code in which the time is spent. Samples are taken where branches lead, so what follows a sampled instruction
 * counts as well, as far as it was executed.
 *
 * @param leastSamples - of an instruction, for what follows it to be worth translating
 */
export function hotCode(
  pages: readonly ExecutedPage[],
  reader: CodeReader,
  leastSamples: number,
): HotCode | undefined {
  const byPage = new Map(pages.map((each) => [each.page, each]));
  const isReached = (pc: number) => {
    const bits = byPage.get(Math.floor(pc / PAGE_BYTES))?.bits;
    return bits !== undefined && bitOf(bits, (pc % PAGE_BYTES) / 4) === 1;
  };
  const hot = new Set<number>();
  const follow = (start: number) => {
    for (let pc = start; isReached(pc) && !hot.has(pc); pc += 4) {
      hot.add(pc);
      if (neverGoesOn(reader.word(pc) ?? 0)) return;
    }
  };
  for (const { page, samples } of pages)
    samples.forEach((count, i) => {
      if (count >= leastSamples) follow(page * PAGE_BYTES + 4 * i);
    });
  if (hot.size === 0) return undefined;
  const hotPages = pagesOf(hot);
  const isHot = (pc: number) => hot.has(pc);
  const functions = functionsOf(hotPages, reader);
  return { isHot, functions: withEntries(functions, hot, reader), lowestPage: hotPages[0]?.page ?? 0 };
}

/** B, BR, RET: what lies behind is reached from elsewhere, if at all. */
function neverGoesOn(word: number): boolean {
  return (
    word >>> 26 === 0x05 ||
    (word & 0xffdf_fc1f) >>> 0 === 0xd61f_0000 ||
    (word & 0xffff_fc1f) >>> 0 === 0xd65f_0000
  );
}

function pagesOf(hot: ReadonlySet<number>): ReachedPage[] {
  const pages = new Map<number, Uint8Array>();
  for (const pc of hot) {
    const page = Math.floor(pc / PAGE_BYTES);
    const bits = pages.get(page) ?? new Uint8Array(WORDS / 8);
    pages.set(page, bits);
    const index = (pc % PAGE_BYTES) / 4;
    bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return [...pages].map(([page, bits]) => ({ page, bits })).sort((a, b) => a.page - b.page);
}

/** Adds where a function is entered in the middle: behind calls that may come back by way of the interpreter, and in loops. */
function withEntries(
  functions: readonly FunctionRequest[],
  hot: ReadonlySet<number>,
  reader: CodeReader,
): FunctionRequest[] {
  const addresses = [...hot].sort((a, b) => a - b);
  let next = 0;
  return functions.map(({ entry }, i) => {
    const end = functions[i + 1]?.entry ?? Infinity;
    const entries = new Set<number>();
    while ((addresses[next] ?? Infinity) < entry) next++;
    for (; (addresses[next] ?? Infinity) < end; next++) {
      const pc = addresses[next] ?? 0;
      const word = reader.word(pc) ?? 0;
      if (isCall(word) && hot.has(pc + 4)) entries.add(pc + 4);
      const target = branchTarget(pc, word);
      if (target !== undefined && target <= pc && target > entry && hot.has(target)) entries.add(target);
    }
    return { entry, entries: [...entries].slice(0, MAX_ENTRIES) };
  });
}

/** BL or BLR. */
function isCall(word: number): boolean {
  return word >>> 26 === 0x25 || (word & 0xffff_fc1f) >>> 0 === 0xd63f_0000;
}

/** @returns where B, B.cond, CBZ, CBNZ, TBZ or TBNZ lead */
function branchTarget(pc: number, word: number): number | undefined {
  if (word >>> 26 === 0x05) return pc + ((word << 6) >> 4);
  if ((word & 0xff00_0010) >>> 0 === 0x5400_0000 || (word & 0x7e00_0000) >>> 0 === 0x3400_0000)
    return pc + (((word << 8) >> 13) << 2);
  if ((word & 0x7e00_0000) >>> 0 === 0x3600_0000) return pc + (((word << 13) >> 18) << 2);
  return undefined;
}
