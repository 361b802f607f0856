import type { CodeReader } from '../translator/code-reader.ts';
import { type ExecutedPage, hotCode } from './hot-code.ts';

/** As GNU as encodes them. */
const NOP = 0xd503_201f;
const RET = 0xd65f_03c0;
/** `b .+16`; `cbz x0, .+8`; `br x16` */
const B_16 = 0x1400_0004;
const CBZ_8 = 0xb400_0040;
const BR = 0xd61f_0200;

/** `cbz x0, .+12` */
const CBZ_12 = 0xb400_0060;
const BL = 0x9400_0400;
/** `b .-8`; `b .-20` */
const B_MINUS_8 = 0x17ff_fffe;
const B_MINUS_20 = 0x17ff_fffb;

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
  return hotOf(page, reader);
}

/** The same where a hot branch leads to a way that was not executed. */
function hotBeside(way: readonly number[]): number[] {
  const { page } = pageOf([CBZ_12, RET], { 0: 10 });
  const { reader } = pageOf([CBZ_12, RET, NOP, ...way], {});
  return hotOf(page, reader);
}

function hotOf(page: ExecutedPage, reader: CodeReader): number[] {
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

  // Word 0 branches to word 3, which was not executed; word 1 is a return that was.
  it.each([
    ['return', [NOP, RET], [0, 1, 3, 4]],
    ['come back', [NOP, NOP, B_MINUS_20], [0, 1, 3, 4, 5]],
    ['may branch further away', [CBZ_12, RET], [0, 1, 3, 4]],
  ])('finds ways that were never taken, where they are short and %s', (_, way, expected) => {
    expect(hotBeside(way)).toEqual(expected);
  });

  it.each([
    ['call something', [NOP, BL, RET]],
    ['are long', Array.from({ length: 20 }, () => NOP)],
    ['do not end', [NOP, NOP, B_MINUS_8]],
  ])('finds no ways that were never taken, where they %s', (_, way) => {
    expect(hotBeside(way)).toEqual([0, 1]);
  });

  it('says of ways that were never taken that they are cold', () => {
    // `cbz x0, .+12; nop; ret; ret`: always taken, as word 3 was seen as often as word 0.
    const words = [CBZ_12, NOP, RET, RET];
    const { page } = pageOf([CBZ_12, undefined, undefined, RET], { 0: 10, 3: 10 });
    const { heatOf } = hotCode([page], pageOf(words, {}).reader, 10);
    expect([0, 1, 2].map((i) => heatOf(0x1000 + 4 * i))).toEqual([10, 0, 0]);
  });
});
