import { decodeInstruction } from '../translator/decode-instruction.ts';
import { heatOf } from './heat.ts';

/** As GNU as encodes them. */
const NOP = 0xd503_201f;
const RET = 0xd65f_03c0;
/** `bl .+4096` */
const BL = 0x9400_0400;
/** `cbz x0, .+4 * words`; `b .+4 * words` */
const cbz = (words: number) => 0xb400_0000 | (words << 5);
const b = (words: number) => 0x1400_0000 | words;

/** @param samples - by word @returns how hot each word is */
function heats(words: readonly number[], samples: Readonly<Record<number, number>>): number[] {
  const at = (i: number) => 0x1000 + 4 * i;
  const seen = new Map(Object.entries(samples).map(([i, count]) => [at(Number(i)), count]));
  const executed = new Map(words.map((word, i) => [at(i), decodeInstruction(at(i), word).control]));
  const heat = heatOf(executed, seen);
  return words.map((_, i) => Math.round(heat.get(at(i)) ?? -1));
}

// What is executed: a loop whose counts follow from how often each of its branches is said to be taken.
describe('heatOf', () => {
  it('says of what lies behind branches that are hardly ever taken that it is as hot as they', () => {
    const words = [cbz(6), NOP, cbz(5), NOP, cbz(4), RET, NOP, NOP, NOP];
    const samples = { 0: 1000, 6: 3, 7: 2, 8: 3 };
    expect(heats(words, samples)).toEqual([1000, 997, 997, 995, 995, 992, 3, 5, 8]);
  });

  it('says of what lies behind a branch that is nearly always taken that it is cold', () => {
    const [, behind, target] = heats([cbz(2), NOP, RET], { 0: 1000, 2: 1000 });
    expect(behind).toBeLessThan(130);
    expect(target).toBeGreaterThanOrEqual(1000);
  });

  it('divides what arrives at a place among the branches that lead there', () => {
    expect(heats([cbz(5), NOP, b(4), cbz(2), NOP, RET], { 0: 3000, 3: 1000, 5: 400 })).toEqual([
      3000, 2700, 2700, 1000, 900, 1300,
    ]);
  });

  it('counts what a call comes back to once', () => {
    expect(heats([BL, NOP, RET], { 0: 500, 1: 480 })).toEqual([500, 500, 500]);
  });

  it('lets nothing fall out of where control never goes on', () => {
    expect(heats([RET, NOP, b(1), NOP], { 0: 70, 2: 30 })).toEqual([70, 0, 30, 0]);
  });
});
