import type { CodeReader } from '../translator/code-reader.ts';
import { type Control, decodeInstruction, goesOn } from '../translator/decode-instruction.ts';
import { heatOf } from './heat.ts';
import type { ReachedPage } from './reached-code.ts';

/** What was executed of a page of code, and where it was seen to be. */
export interface ExecutedPage extends ReachedPage {
  /** How often each word was seen to be next. */
  readonly samples: Uint32Array;
}

const PAGE_BYTES = 4096;
const WORDS = PAGE_BYTES / 4;

const bitOf = (bits: Uint8Array, index: number) => ((bits[index >> 3] ?? 0) >> (index & 7)) & 1;

/** Code in which the time is spent. */
export interface HotCode {
  /** In ascending order, with a bit for each instruction. */
  readonly pages: readonly ReachedPage[];
  /** @returns about how many samples were taken where an instruction is executed */
  readonly heatOf: (pc: number) => number;
}

/**
 * Finds the code in which the time is spent. Samples are taken where branches lead, so what follows a sampled instruction
 * counts as well, as far as it was executed.
 *
 * @param leastSamples - of an instruction, for what follows it to be worth translating
 */
export function hotCode(pages: readonly ExecutedPage[], reader: CodeReader, leastSamples: number): HotCode {
  const byPage = new Map(pages.map((each) => [each.page, each]));
  const isReached = (pc: number) => {
    const bits = byPage.get(Math.floor(pc / PAGE_BYTES))?.bits;
    return bits !== undefined && bitOf(bits, (pc % PAGE_BYTES) / 4) === 1;
  };
  const hot = new Map<number, Control>();
  const follow = (start: number) => {
    for (let pc = start; isReached(pc) && !hot.has(pc); pc += 4) {
      const { control } = decodeInstruction(pc, reader.word(pc) ?? 0);
      hot.set(pc, control);
      if (!goesOn(control)) return;
    }
  };
  const sampled = new Map<number, number>();
  for (const { page, samples } of pages)
    samples.forEach((count, i) => {
      const pc = page * PAGE_BYTES + 4 * i;
      if (count > 0) sampled.set(pc, count);
      if (count >= leastSamples) follow(pc);
    });
  const executed = new Map([...hot].sort(([x], [y]) => x - y));
  const heat = heatOf(executed, sampled);
  return { pages: pagesOf(executed.keys()), heatOf: (pc) => heat.get(pc) ?? 0 };
}

function pagesOf(hot: Iterable<number>): ReachedPage[] {
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
