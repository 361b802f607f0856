import type { ExecutedPage } from './hot-code.ts';
import { translateHotCode } from './translate-hot-code.ts';

/** As GNU as encodes them. */
const NOP = 0xd503_201f;
const RET = 0xd65f_03c0;
/** `cbz x0, .+8` */
const CBZ_8 = 0xb400_0040;
/** `stp x29, x30, [sp, #-16]!`: functions begin like that. */
const PROLOGUE = 0xa9bf_7bfd;

const PAGE = 0x10;
const WORDS: Readonly<Record<number, number>> = {
  // A function with a branch around one instruction, and another one behind it.
  0: PROLOGUE,
  1: CBZ_8,
  2: NOP,
  3: RET,
  16: PROLOGUE,
  17: RET,
};
const reader = {
  word: (pc: number) => (pc >>> 12 === PAGE ? (WORDS[(pc % 4096) / 4] ?? NOP) : undefined),
  data: () => undefined,
};

function bitsOf(words: readonly number[]): Uint8Array {
  const bits = new Uint8Array(128);
  for (const word of words) bits[word >> 3] = (bits[word >> 3] ?? 0) | (1 << (word & 7));
  return bits;
}

function executed(samples: Readonly<Record<number, number>>, words = [0, 1, 2, 3, 16, 17]): ExecutedPage {
  const counts = new Uint32Array(1024);
  for (const [word, count] of Object.entries(samples)) counts[Number(word)] = count;
  return { page: PAGE, bits: bitsOf(words), samples: counts };
}

/** Words of the functions that were translated. */
function translated(pages: readonly ExecutedPage[], already?: readonly number[]): number[][] | undefined {
  const placed = translateHotCode(reader, {
    pages,
    leastSamples: 3,
    ...(already ? { translated: [{ page: PAGE, bits: bitsOf(already) }] } : {}),
  });
  expect(placed?.base ?? PAGE * 4096).toBe(PAGE * 4096);
  return placed?.pack.info.functions.map(({ ranges }) =>
    ranges.flatMap(({ offset, bytes }) => Array.from({ length: bytes.length / 4 }, (_, i) => offset / 4 + i)),
  );
}

describe('the translation of hot code', () => {
  it('has functions that were sampled often, as far as they were executed', () => {
    expect(translated([executed({ 0: 3, 16: 2 }, [0, 1, 3, 16, 17])])).toEqual([[0, 1]]);
    expect(translated([executed({ 0: 3, 3: 3, 16: 3 }, [0, 1, 3, 16, 17])])).toEqual([
      [0, 1, 3],
      [16, 17],
    ]);
  });

  it('is nothing when nothing is hot', () => {
    expect(translated([executed({ 0: 2, 16: 2 })])).toBeUndefined();
  });

  it('leaves out what is translated already', () => {
    expect(translated([executed({ 0: 3, 16: 3 })], [0, 1, 2, 3])).toEqual([[16, 17]]);
    expect(translated([executed({ 0: 3, 16: 3 })], [0, 1, 2, 3, 16, 17])).toBeUndefined();
  });

  it('translates a function anew, with what it had, when more of it is hot', () => {
    expect(translated([executed({ 3: 3 })], [0, 1])).toEqual([[0, 1, 3]]);
  });
});
