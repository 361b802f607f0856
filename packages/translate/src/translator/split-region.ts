import type { RegionToEmit } from './code-module.ts';
import { coreOf } from './core-blocks.ts';
import { type Block, countInstructions, endsInJump, type Region, type RegionOptions } from './region.ts';

/**
 * Instructions of one Wasm function at most: the host's compiler takes more than twice as long for twice as many, and
 * allocates registers worse.
 */
export const FUNCTION_INSTRUCTIONS = 1500;

/** Where control goes on behind a block that does not say so itself: of a call, to where its callee comes back. */
function behind({ pc, instructions }: Block): number {
  const control = instructions.at(-1)?.control;
  return control?.type === 'call' ? control.site : pc + 4 * instructions.length;
}

/** Where control goes besides jumps through registers, which may go anywhere. */
function successorsOf(block: Block): readonly number[] {
  return endsInJump(block) ? [] : block.successors;
}

/** For each place between two blocks, how many edges lead across it. */
function crossings(blocks: readonly Block[]): number[] {
  const places = new Map(blocks.map(({ pc }, i) => [pc, i]));
  const changes = blocks.map(() => 0);
  const add = (at: number, change: number) => {
    if (at < changes.length) changes[at] = (changes[at] ?? 0) + change;
  };
  blocks.forEach((block, from) => {
    for (const successor of successorsOf(block)) {
      const to = places.get(successor);
      if (to === undefined || to === from) continue;
      add(Math.min(from, to) + 1, 1);
      add(Math.max(from, to) + 1, -1);
    }
  });
  let sum = 0;
  return changes.map((change) => (sum += change));
}

/** Cuts blocks in the order of their addresses, where the fewest edges lead across. */
function cut(blocks: readonly Block[], limit: number): Block[][] {
  const crossed = crossings(blocks);
  const parts: Block[][] = [];
  for (let start = 0; start < blocks.length;) {
    let [end, size] = [start, 0];
    let best: { readonly at: number; readonly across: number } | undefined;
    for (; end < blocks.length; end++) {
      size += blocks[end]?.instructions.length ?? 0;
      if (size > limit && end > start) break;
      const across = crossed[end + 1] ?? 0;
      if (size > 0.7 * limit && across <= (best?.across ?? Infinity)) best = { at: end + 1, across };
    }
    const next = end === blocks.length ? end : (best?.at ?? end);
    parts.push(blocks.slice(start, next));
    start = next;
  }
  return parts;
}

/** What of a region lies in one part, when control enters there at `targets`, too. */
function partOf(region: Region, blocks: readonly Block[], entries: readonly number[]): RegionToEmit[] {
  const [entry] = entries;
  if (entry === undefined) return [];
  const inside = new Set(blocks.map(({ pc }) => pc));
  const own = blocks.map((block): Block => ({
    ...block,
    successors: block.successors.filter((pc) => inside.has(pc)),
  }));
  const calls = new Set<number>();
  for (const { instructions } of blocks) {
    const control = instructions.at(-1)?.control;
    if (control?.type === 'call' && control.target !== undefined) calls.add(control.target);
  }
  const part: Region = {
    entry,
    blocks: new Map(own.map((block) => [block.pc, block])),
    jumpTargets: region.jumpTargets.filter((pc) => inside.has(pc)),
    calls: [...calls],
  };
  return [{ region: part, entries }];
}

/**
 * Splits a region that is too large for one Wasm function, or of which little is hot. Control goes from part to part by tail
 * calls, with the registers in the CPU state; loops stay within a part where they can.
 *
 * @returns the part with the region's entry first
 */
export function splitRegion(
  whole: RegionToEmit,
  { functionInstructions: limit = FUNCTION_INSTRUCTIONS, heatOf }: RegionOptions = {},
): RegionToEmit[] {
  const { region, entries } = whole;
  const blocks = [...region.blocks.values()].sort((a, b) => a.pc - b.pc);
  const core = heatOf && coreOf(blocks, heatOf, limit);
  if (!core && countInstructions(blocks) <= limit) return [whole];
  const tiers = core
    ? [blocks.filter(({ pc }) => core.has(pc)), blocks.filter(({ pc }) => !core.has(pc))]
    : [blocks];
  const parts = tiers.flatMap((tier) => cut(tier, limit));
  const partAt = new Map(parts.flatMap((part, i) => part.map(({ pc }) => [pc, i] as const)));
  const targets = new Set<number>(region.jumpTargets);
  for (const block of blocks) {
    // What comes behind a call is a successor of it, wherever the call comes back to.
    for (const to of [...successorsOf(block), behind(block)])
      if (partAt.has(to) && partAt.get(to) !== partAt.get(block.pc)) targets.add(to);
  }
  const found = parts.flatMap((part) => {
    const wanted = new Set([...entries, ...targets]);
    const own = part.filter(({ pc }) => wanted.has(pc)).map(({ pc }) => pc);
    const first = own.includes(region.entry) ? [region.entry] : [];
    return partOf(region, part, [...new Set([...first, ...own])]);
  });
  return [
    ...found.filter((each) => each.region.entry === region.entry),
    ...found.filter((each) => each.region.entry !== region.entry),
  ];
}
