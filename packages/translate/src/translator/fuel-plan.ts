import { backEdges } from './loops.ts';
import type { Region } from './region.ts';

/** Instructions that one test of the fuel covers at most, a longer block aside: so many are interpreted when a slice ends. */
const MOST_AT_ONCE = 200;

/**
 * Where the fuel is tested, and for how many instructions: the most that can be executed from there to the next test. All
 * that is in between goes on without a test. Tests stand where the function is entered, where calls come back, where
 * loops begin, and at the targets of jumps.
 *
 * @returns instructions by the address of a block
 */
export function planFuel(region: Region, entries: readonly number[]): ReadonlyMap<number, number> {
  const tested = new Set<number>([...entries, ...region.jumpTargets, ...backEdges(region, entries).keys()]);
  for (const { instructions, successors } of region.blocks.values())
    if (instructions.at(-1)?.control.type === 'call') for (const site of successors) tested.add(site);
  const costs = new Map<number, number>();
  for (const pc of postorder(region, entries)) {
    const block = region.blocks.get(pc);
    if (!block) continue;
    let rest = 0;
    for (const successor of block.successors) {
      const cost = costs.get(successor) ?? 0;
      if (block.instructions.length + cost > MOST_AT_ONCE) tested.add(successor);
      if (!tested.has(successor)) rest = Math.max(rest, cost);
    }
    costs.set(pc, block.instructions.length + rest);
  }
  return new Map([...tested].flatMap((pc) => (region.blocks.has(pc) ? [[pc, costs.get(pc) ?? 0]] : [])));
}

/** Blocks, each behind all that it leads to, but for what leads back. */
function postorder({ blocks }: Region, entries: readonly number[]): number[] {
  const result: number[] = [];
  const seen = new Set<number>();
  const open = (pc: number) => {
    seen.add(pc);
    return { pc, next: blocks.get(pc)?.successors ?? [], at: 0 };
  };
  for (const entry of entries) {
    if (seen.has(entry)) continue;
    const frames = [open(entry)];
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      const to = frame.next[frame.at++];
      if (to === undefined) {
        result.push(frame.pc);
        frames.pop();
      } else if (!seen.has(to)) frames.push(open(to));
    }
  }
  return result;
}
