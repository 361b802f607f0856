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

export function predecessorsOf({ blocks }: Region): Map<number, number[]> {
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

/** A loop of the guest. */
export interface Loop {
  /** Its first block. */
  readonly header: number;
  /** Where its edges back come from. */
  readonly latches: ReadonlySet<number>;
  readonly blocks: ReadonlySet<number>;
  /** Whether a call comes back in it. */
  readonly hasCall: boolean;
}

/**
 * Where to enter a region so as to come to these places soon: loops that are entered in their middle, too, would have to ask in
 * each round where they were entered.
 *
 * @returns for each place the first block of the innermost loop around it, or itself where there is none
 */
export function loopHeadersOf(region: Region, places: readonly number[]): number[] {
  if (places.length === 0) return [];
  const loops = [...loopsOf(region, [region.entry, ...places]).values()].sort(
    (a, b) => a.blocks.size - b.blocks.size,
  );
  return places.map((pc) => loops.find(({ blocks }) => blocks.has(pc))?.header ?? pc);
}

/** The loops of a region, by their first blocks. */
export function loopsOf(region: Region, entries: readonly number[]): ReadonlyMap<number, Loop> {
  const predecessors = predecessorsOf(region);
  const result = new Map<number, Loop>();
  for (const [header, latches] of backEdges(region, entries)) {
    const blocks = new Set([header, ...latches]);
    for (const pc of blocks) {
      if (pc === header) continue;
      for (const from of predecessors.get(pc) ?? []) blocks.add(from);
    }
    const calls = [...blocks].some((pc) => hasCall(region.blocks.get(pc)));
    result.set(header, { header, latches, blocks, hasCall: calls });
  }
  return result;
}
