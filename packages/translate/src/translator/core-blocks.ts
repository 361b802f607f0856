import { type Block, countInstructions, endsInJump } from './region.ts';

/** What it costs to go from one Wasm function to another, in guest instructions: registers are stored and loaded. */
const CROSSING_COST = 80;
/** Of what is executed, going from part to part may cost as much as this. */
const MOST_CROSSING = 1 / 10;
/** Of the instructions that one function may have, so much have the smallest core, and the next ones more. */
const LEAST_CORE = 0.4;
const CORE_STEP = 1 / 15;
/** Of a function that is small enough as it is, a core is not worth it when it is nearly all. */
const MOST_OF_WHOLE = 0.8;

interface HotBlock {
  readonly block: Block;
  /** How often it is executed. */
  readonly heat: number;
}

/** How often control would go to another part, if one had the blocks in `core`: at most, for what leads to a block is not known. */
function crossings(hottest: readonly HotBlock[], core: ReadonlySet<number>): number {
  const heats = new Map(hottest.map(({ block, heat }) => [block.pc, heat]));
  const arriving = new Map<number, number>();
  const targets = new Set<number>();
  for (const { block, heat } of hottest) {
    const isJump = endsInJump(block);
    for (const to of block.successors) {
      if (isJump) targets.add(to);
      else if (core.has(to) !== core.has(block.pc)) arriving.set(to, (arriving.get(to) ?? 0) + heat);
    }
  }
  let sum = 0;
  for (const [to, heat] of arriving) sum += Math.min(heat, heats.get(to) ?? 0);
  // Jumps lead there from the core and, most likely, come back by another.
  for (const to of targets) if (!core.has(to)) sum += 2 * (heats.get(to) ?? 0);
  return sum;
}

/**
 * Finds the blocks of a region in which nearly all of its time is spent. The host's compiler keeps few values of a large
 * function in registers, however little of it is executed: an interpreter's loop is twice as fast without its rare cases.
 *
 * @param limit - instructions of one Wasm function at most
 * @returns undefined when the region is better left whole, or when too much of it is hot
 */
export function coreOf(
  blocks: readonly Block[],
  heatOf: (pc: number) => number,
  limit: number,
): ReadonlySet<number> | undefined {
  const hottest = blocks
    .map((block): HotBlock => ({ block, heat: heatOf(block.pc) }))
    .sort((a, b) => b.heat - a.heat || a.block.pc - b.block.pc);
  const total = hottest.reduce((sum, { block, heat }) => sum + heat * block.instructions.length, 0);
  if (total === 0) return undefined;
  const whole = countInstructions(blocks);
  const most = whole <= limit ? MOST_OF_WHOLE * whole : limit;
  const core = new Set<number>();
  let [size, at] = [0, 0];
  for (let wanted = LEAST_CORE * limit; wanted <= most; wanted += CORE_STEP * limit) {
    for (let next = hottest[at]; next && next.heat > 0; next = hottest[++at]) {
      const { pc, instructions } = next.block;
      if (size + instructions.length > wanted) break;
      size += instructions.length;
      core.add(pc);
    }
    if (CROSSING_COST * crossings(hottest, core) <= MOST_CROSSING * total) return core;
  }
  return undefined;
}
