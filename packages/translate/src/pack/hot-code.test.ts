import { type ExecutedPage, hotCode } from './hot-code.ts';

/** As GNU as encodes them. */
const NOP = 0xd503_201f;
const RET = 0xd65f_03c0;
/** `b .+16`; `cbz x0, .+8`; `br x16` */
const B_16 = 0x1400_0004;
const CBZ_8 = 0xb400_0040;
const BR = 0xd61f_0200;

/** A page of code at 0x1000: all words were executed but those that are absent. */
function pageOf(words: readonly (number | undefined)[], samples: Readonly<Record<number, number>>) {
  const page: ExecutedPage = { page: 1, bits: new Uint8Array(128), samples: new Uint32Array(1024) };
  words.forEach((word, i) => {
    if (word !== undefined) page.bits[i >> 3] = (page.bits[i >> 3] ?? 0) | (1 << (i & 7));
  });
  for (const [i, count] of Object.entries(samples)) page.samples[Number(i)] = count;
  const reader = { word: (pc: number) => words[(pc - 0x1000) / 4] ?? NOP, data: () => undefined };
  return { page, reader };
}

/** Indices of the words that are hot, with ten samples as the least. */
function hotWords(...of: Parameters<typeof pageOf>): number[] {
  const { page, reader } = pageOf(of[0], of[1]);
  return hotCode([page], reader, 10).pages.flatMap(({ bits }) =>
    Array.from({ length: 1024 }, (_, i) => i).filter((i) => ((bits[i >> 3] ?? 0) >> (i & 7)) & 1),
  );
}

describe('hotCode', () => {
  it.each([
    ['what was sampled often, up to where it never goes on', [NOP, NOP, RET, NOP], { 0: 10 }, [0, 1, 2]],
    ['nothing that was sampled seldom', [NOP, NOP, RET], { 0: 9 }, []],
    ['what lies behind branches that may not be taken', [CBZ_8, NOP, BR, NOP], { 0: 10 }, [0, 1, 2]],
    ['nothing behind a branch that is always taken', [B_16, NOP, NOP], { 0: 10 }, [0]],
    ['nothing that was not executed', [NOP, undefined, NOP], { 0: 10 }, [0]],
    ['both when control falls from one into the other', [NOP, NOP, NOP, RET], { 0: 10, 2: 50 }, [0, 1, 2, 3]],
  ])('finds %s', (_, words, samples, expected) => {
    expect(hotWords(words, samples)).toEqual(expected);
  });
});
