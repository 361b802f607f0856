import type { Block, Region } from './region.ts';

/** Edges that lead back to a block on the way to their source, by target: depth first from the entries. */
export function backEdges({ blocks }: Region, entries: readonly number[]): Map<number, Set<number>> {
  const result = new Map<number, Set<number>>();
  const onPath = new Set<number>();
  const seen = new Set<number>();
  const open = (pc: number) => {
    seen.add(pc);
    onPath.add(pc);
    return { pc, next: blocks.get(pc)?.successors ?? [], at: 0 };
  };
  for (const entry of entries) {
    if (seen.has(entry)) continue;
    const frames = [open(entry)];
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      const to = frame.next[frame.at++];
      if (to === undefined) {
        onPath.delete(frame.pc);
        frames.pop();
      } else if (!seen.has(to)) frames.push(open(to));
      else if (onPath.has(to)) result.set(to, (result.get(to) ?? new Set()).add(frame.pc));
    }
  }
  return result;
}

function predecessorsOf({ blocks }: Region): Map<number, number[]> {
  const result = new Map<number, number[]>();
  for (const { pc, successors } of blocks.values()) {
    for (const to of successors) {
      const known = result.get(to);
      if (known) known.push(pc);
      else result.set(to, [pc]);
    }
  }
  return result;
}

const hasCall = (block: Block | undefined) => block?.instructions.at(-1)?.control.type === 'call';

/** Loops in which a call comes back: by first block, where their edges back come from. */
export function loopsWithCalls(
  region: Region,
  entries: readonly number[],
): ReadonlyMap<number, ReadonlySet<number>> {
  const predecessors = predecessorsOf(region);
  const result = new Map<number, ReadonlySet<number>>();
  for (const [header, latches] of backEdges(region, entries)) {
    const inside = new Set([header, ...latches]);
    for (const pc of inside) {
      if (pc === header) continue;
      for (const from of predecessors.get(pc) ?? []) inside.add(from);
    }
    if ([...inside].some((pc) => hasCall(region.blocks.get(pc)))) result.set(header, latches);
  }
  return result;
}
