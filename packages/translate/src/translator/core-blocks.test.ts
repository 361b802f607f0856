import { coreOf } from './core-blocks.ts';
import { decodeInstruction } from './decode-instruction.ts';
import type { Block } from './region.ts';

const NOP = 0xd503_201f;
/** `br x1` */
const BR_X1 = 0xd61f_0020;
const LIMIT = 1500;
const SIZE = 100;
const CASES = 20;
const pcOf = (i: number) => 0x1_0000 + 4 * SIZE * i;

/** An interpreter's loop: each case ends in a jump to any of them, but for those with a `next`, which go on there. */
function interpreter(next: Readonly<Record<number, number>> = {}): Block[] {
  const all = Array.from({ length: CASES }, (_, i) => pcOf(i));
  return all.map((pc, i) => {
    const successor = next[i];
    const words = Array.from({ length: SIZE }, (_, at) =>
      successor === undefined && at === SIZE - 1 ? BR_X1 : NOP,
    );
    return {
      pc,
      instructions: words.map((word, at) => decodeInstruction(pc + 4 * at, word)),
      successors: successor === undefined ? all : [pcOf(successor)],
    };
  });
}

/** Numbers of the cases in the core. */
function core(blocks: readonly Block[], heat: (i: number) => number): number[] | undefined {
  const found = coreOf(blocks, (pc) => heat((pc - 0x1_0000) / 4 / SIZE), LIMIT);
  return found && [...found].map((pc) => (pc - 0x1_0000) / 4 / SIZE).sort((a, b) => a - b);
}

describe('the core of a region', () => {
  it('has the cases in which nearly all of the time is spent', () => {
    expect(core(interpreter(), (i) => (i % 4 === 1 ? 1000 : 1))).toEqual(
      expect.arrayContaining([1, 5, 9, 13, 17]),
    );
    expect(core(interpreter(), (i) => (i % 4 === 1 ? 1000 : 1))?.length).toBeLessThan(7);
  });

  it('is larger where the time is spent in more of it', () => {
    expect(core(interpreter(), (i) => (i < 11 ? 1000 : 1))?.length).toBeGreaterThanOrEqual(11);
  });

  it('is not taken out when all of it is about as hot', () => {
    expect(core(interpreter(), () => 1000)).toBeUndefined();
  });

  it('does not part what goes on in each other', () => {
    // Case 19 is as hot as what leads to it, though nobody has seen it so often.
    expect(core(interpreter({ 0: 19 }), (i) => (i < 6 ? 1000 : i === 19 ? 900 : 1))).toContain(19);
  });

  it('is not there when nothing is known', () => {
    expect(core(interpreter(), () => 0)).toBeUndefined();
  });
});
