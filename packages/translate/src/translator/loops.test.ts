import { decodeInstruction } from './decode-instruction.ts';
import { loopHeadersOf } from './loops.ts';
import type { Region } from './region.ts';

const NOP = 0xd503_201f;

/** @param edges - for each block, where control goes */
function regionOf(edges: Readonly<Record<number, readonly number[]>>): Region {
  const blocks = Object.entries(edges).map(([pc, successors]) => ({
    pc: Number(pc),
    instructions: [decodeInstruction(Number(pc), NOP)],
    successors,
  }));
  return { entry: 0, blocks: new Map(blocks.map((block) => [block.pc, block])), jumpTargets: [], calls: [] };
}

// Oracle: natural loops, as drawn.
describe('where to enter loops', () => {
  it('is where control from the function’s beginning comes to them', () => {
    // As compilers write `while`: the condition (8) lies behind the body (4), which the branch back names.
    expect(loopHeadersOf(regionOf({ 0: [8], 4: [8], 8: [4, 12], 12: [] }), [4])).toEqual([8]);
  });

  it('is the innermost loop around a place', () => {
    const nested = regionOf({ 0: [4], 4: [8, 20], 8: [12], 12: [8, 16], 16: [4], 20: [] });
    expect(loopHeadersOf(nested, [12, 16, 8])).toEqual([8, 4, 8]);
  });

  it('is the place itself outside of loops, and where nothing from the beginning leads', () => {
    expect(loopHeadersOf(regionOf({ 0: [4], 4: [] }), [4])).toEqual([4]);
    expect(loopHeadersOf(regionOf({ 0: [], 4: [8], 8: [4] }), [8])).toEqual([8]);
  });
});
