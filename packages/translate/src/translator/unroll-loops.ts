import { decodeInstruction } from './decode-instruction.ts';
import type { Block, Region } from './region.ts';

/** Copies of a loop's body, for bodies of so many instructions at most. */
const COPIES = [
  { instructions: 6, copies: 8 },
  { instructions: 16, copies: 4 },
  { instructions: 32, copies: 2 },
] as const;

function copiesOf({ pc, instructions }: Block): number {
  const last = instructions.at(-1)?.control;
  if (last?.type !== 'branch' || !last.conditional || last.target !== pc) return 1;
  // Flags that are not set in the same way in each copy would have to be moved between the copies.
  if (instructions.some(({ writesFlags }) => writesFlags === 'perhaps')) return 1;
  return COPIES.find((each) => instructions.length <= each.instructions)?.copies ?? 1;
}

/**
 * Repeats the bodies of loops that are one block: fuel, and accesses at steps of a constant, are then checked once for
 * several rounds. Each copy but the last ends with the loop's branch, and leaves the block where it is not taken.
 */
export function unrollLoops(region: Region): Region {
  const blocks = new Map<number, Block>();
  for (const [pc, block] of region.blocks) {
    const copies = copiesOf(block);
    // Each copy has instructions of its own: accesses are planned by them.
    const more = Array.from({ length: copies - 1 }, () =>
      block.instructions.map(({ pc: at, word }) => decodeInstruction(at, word)),
    );
    blocks.set(
      pc,
      copies === 1 ? block : { ...block, instructions: [...block.instructions, ...more.flat()], copies },
    );
  }
  return { ...region, blocks };
}
