import { type Block, endsInJump, type Region } from './region.ts';

/** Whether a block ends in a jump that stays in the region, perhaps. */
export const jumpsToTargets = (block: Block): boolean => endsInJump(block) && block.successors.length > 0;

/**
 * Lets jumps through registers lead to the entries, too, but for the first. Where jumps go is where control enters then: loops
 * around them have no further entry, which every round would have to be told apart from.
 */
export function jumpToEntries(region: Region, entries: readonly number[]): Region {
  if (region.jumpTargets.length === 0) return region;
  const jumpTargets = [...new Set([...region.jumpTargets, ...entries.slice(1)])].sort((a, b) => a - b);
  const blocks = new Map<number, Block>();
  for (const [pc, block] of region.blocks)
    blocks.set(pc, jumpsToTargets(block) ? { ...block, successors: jumpTargets } : block);
  return { ...region, jumpTargets, blocks };
}
