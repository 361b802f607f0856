import type { GuestInstruction } from './decode-instruction.ts';
import { type FlagState, isInLocals } from './flag-state.ts';
import { carriedRegisters } from './carried-registers.ts';
import { jumpsToTargets } from './jump-to-entries.ts';
import type { Block, Region } from './region.ts';
import { type Loop, loopsOf, predecessorsOf } from './loops.ts';
import { RegisterSet } from './register-set.ts';

/** What holds before an instruction. */
export interface Point {
  /** Registers whose locals may differ from the CPU state: leaving here stores them. */
  readonly dirty: RegisterSet;
  readonly flags: FlagState;
}

export interface BlockFlow {
  /** Registers whose locals must be valid at the block's start. */
  readonly live: RegisterSet;
  readonly flagsIn: FlagState;
  /** Registers that may differ from the CPU state at the block's start: whoever comes here with more stores them. */
  readonly dirtyIn: RegisterSet;
  /** Before each instruction. */
  readonly points: readonly Point[];
  /** Behind the last one; where it jumps to one of the region's targets, when that is found. */
  readonly out: Point;
  /** Registers that are stored before such a jump. */
  readonly storedBefore: RegisterSet;
  /** Registers that are loaded when such a jump leads to the block. */
  readonly loadedBehind: RegisterSet;
  /** Where the flags are when a jump through a register finds its target: the same for all of them. */
  readonly jumpFlags: FlagState;
}

interface Mutable {
  live: RegisterSet;
  dirtyIn: RegisterSet;
  flagsIn: FlagState | undefined;
  flagsLive: FlagsLive;
  /** Registers that the block writes. */
  readonly writes: RegisterSet;
  /** Registers that it reads before it writes them. */
  readonly reads: RegisterSet;
  /** Registers that are read from its start on, before they are written. */
  read: RegisterSet;
  /** Registers that are dirty on all ways to its start. */
  mustDirtyIn: RegisterSet;
  /** Registers that must be valid at the block's start whatever lies behind it; known once dirty ones are. */
  needs: RegisterSet;
  /** Whether its instructions need the flags from before; undefined: they leave that to what lies behind. */
  readonly flagsNeeded: FlagsLive | undefined;
}

/** Whether flags are read: by nobody, by someone outside of the region perhaps, by an instruction of the region. */
type FlagsLive = 0 | 1 | 2;

const isCall = (block: Block) => block.instructions.at(-1)?.control.type === 'call';

/** Whether control may leave behind the last instruction. */
function mayLeaveAtEnd({ instructions, successors }: Block): boolean {
  const control = instructions.at(-1)?.control;
  if (control?.type === 'branch') return successors.length < (control.conditional ? 2 : 1);
  return control?.type !== 'next' || successors.length === 0;
}

/** The flags behind an instruction. */
function flagsAfter(before: FlagState, instruction: GuestInstruction): FlagState {
  if (instruction.writesFlags === 'no') return before;
  const { lastFlags, builder } = instruction.form;
  const operands = lastFlags && builder.flagOperands.get(lastFlags);
  return operands && instruction.writesFlags === 'always' ? operands.state : 'nzcv';
}

const writesOf = ({ instructions }: Block): RegisterSet =>
  instructions.reduce((all, { writes }) => all.union(writes), RegisterSet.empty);

const readsOf = ({ instructions }: Block): RegisterSet =>
  instructions.reduceRight(
    (later, { reads, writes }) => later.without(writes).union(reads),
    RegisterSet.empty,
  );

function flagsNeededBy({ instructions }: Block): FlagsLive | undefined {
  for (const { readsFlags, writesFlags, control } of instructions) {
    if (readsFlags) return 2;
    if (control.type === 'interpret') return 1;
    if (writesFlags === 'always') return 0;
  }
  return undefined;
}

/** Registers that an instruction's leaving stores: those must be valid before it. */
const neededToLeave = (instruction: GuestInstruction, dirty: RegisterSet) =>
  instruction.mayLeave ? dirty : RegisterSet.empty;

class FlowAnalysis {
  readonly #blocks: readonly Block[];
  readonly #state = new Map<number, Mutable>();
  /** Registers that stay in locals where jumps through registers meet; the others are in the CPU state there. */
  #carried = RegisterSet.empty;
  /** All jumps through registers share one place where they leave. */
  #jumpDirty = RegisterSet.empty;
  #jumpFlags: FlagState | undefined;
  readonly #loops: ReadonlyMap<number, Loop>;
  /** Blocks of loops. */
  readonly #looping: ReadonlySet<number>;

  constructor(
    readonly region: Region,
    readonly entries: readonly number[],
    /** Blocks at whose start control may leave. */
    readonly tests: ReadonlySet<number>,
  ) {
    this.#blocks = [...region.blocks.values()];
    this.#loops = loopsOf(region, entries);
    this.#looping = new Set([...this.#loops.values()].flatMap(({ blocks }) => [...blocks]));
    for (const block of this.#blocks) {
      const state: Mutable = {
        writes: writesOf(block),
        reads: readsOf(block),
        read: RegisterSet.empty,
        mustDirtyIn: RegisterSet.all,
        needs: RegisterSet.empty,
        flagsNeeded: flagsNeededBy(block),
        live: RegisterSet.empty,
        dirtyIn: RegisterSet.empty,
        flagsIn: undefined,
        flagsLive: 0,
      };
      this.#state.set(block.pc, state);
    }
  }

  #of(pc: number): Mutable {
    const state = this.#state.get(pc);
    if (!state) throw new RangeError(`There is no block at ${pc}`);
    return state;
  }

  solve(): Map<number, BlockFlow> {
    const backwards = [...this.#blocks].reverse();
    this.#repeat(backwards, (block) => this.#readBackward(block));
    this.#carried = carriedRegisters(this.region.jumpTargets.map((pc) => this.#of(pc).read));
    this.#repeat(backwards, (block) => this.#readBackward(block));
    this.#findMustDirty();
    this.#repeat(this.#blocks, (block) => this.#dirtyForward(block));
    for (const block of this.#blocks)
      if (jumpsToTargets(block))
        this.#jumpDirty = this.#jumpDirty.union(this.#carriedFrom(block, this.#dirtyOut(block)));
    this.#repeat(backwards, (block) => this.#flagsBackward(block));
    for (const entry of this.entries) this.#of(entry).flagsIn = 'memory';
    // Such entries go the same way as jumps.
    if (this.entries.some((entry) => this.region.jumpTargets.includes(entry))) this.#jumpFlags = 'memory';
    this.#repeat(this.#blocks, (block) => this.#flagsForward(block));
    for (const block of this.#blocks) this.#of(block.pc).needs = this.#needsOf(block);
    this.#repeat(backwards, (block) => this.#liveBackward(block));
    return new Map(this.#blocks.map((block) => [block.pc, this.#result(block)]));
  }

  #repeat(blocks: readonly Block[], step: (block: Block) => boolean): void {
    for (let changed = true; changed;) {
      changed = false;
      for (const block of blocks) if (step(block)) changed = true;
    }
  }

  /** What is still in locals behind a block that ends in a jump; behind others, everything. */
  #carriedFrom(block: Block, registers: RegisterSet): RegisterSet {
    return jumpsToTargets(block) ? registers.intersection(this.#carried) : registers;
  }

  // ── Dirty registers, forward ───────────────────────────────────────────────────────────────────────────

  #dirtyOut(block: Block): RegisterSet {
    const { dirtyIn, writes } = this.#of(block.pc);
    return dirtyIn.union(writes);
  }

  /** Registers that are read before they are written; calls read them in the CPU state. */
  #readBackward(block: Block): boolean {
    const state = this.#of(block.pc);
    let after = RegisterSet.empty;
    if (!isCall(block))
      for (const successor of block.successors) after = after.union(this.#of(successor).read);
    const read = this.#carriedFrom(block, after).without(state.writes).union(state.reads);
    if (read.equals(state.read)) return false;
    state.read = read;
    return true;
  }

  #findMustDirty(): void {
    const predecessors = predecessorsOf(this.region);
    for (const entry of this.entries) this.#of(entry).mustDirtyIn = RegisterSet.empty;
    this.#repeat(this.#blocks, (block) => {
      const state = this.#of(block.pc);
      const loop = this.#loops.get(block.pc);
      let must = state.mustDirtyIn;
      for (const pc of predecessors.get(block.pc) ?? []) {
        const from = this.region.blocks.get(pc);
        if (!from || (loop?.hasCall && !loop.latches.has(pc))) continue;
        const { mustDirtyIn, writes } = this.#of(pc);
        const dirty = this.#carriedFrom(from, mustDirtyIn.union(writes));
        must = must.intersection(isCall(from) ? RegisterSet.empty : dirty);
      }
      if (must.equals(state.mustDirtyIn)) return false;
      state.mustDirtyIn = must;
      return true;
    });
  }

  /** What of the dirty registers stays so on the way to a block; the others are stored on the way. */
  #keptDirty(block: Block, dirty: RegisterSet, successor: number): RegisterSet {
    const loop = this.#loops.get(successor);
    if (loop?.latches.has(block.pc)) return dirty;
    // What is dirty only before a loop with calls is stored before it: the calls clean it again and again.
    if (loop?.hasCall) return RegisterSet.empty;
    // In loops, rather a register that is loaded before them than one that is stored in each round.
    if (!loop && this.#looping.has(successor)) return dirty;
    // Where others come with a clean register that nobody will read, they would have to load it merely to store it later.
    const { read, mustDirtyIn } = this.#of(successor);
    return dirty.intersection(read.union(mustDirtyIn));
  }

  #dirtyForward(block: Block): boolean {
    // A call leaves everything in the CPU state.
    const out = isCall(block) ? RegisterSet.empty : this.#carriedFrom(block, this.#dirtyOut(block));
    let changed = false;
    for (const successor of block.successors) {
      const state = this.#of(successor);
      const union = state.dirtyIn.union(this.#keptDirty(block, out, successor));
      if (union !== state.dirtyIn) changed = true;
      state.dirtyIn = union;
    }
    return changed;
  }

  // ── Flags ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Flags are read behind the region: by callers, callees, and whoever executes what was not found. */
  #flagsBackward(block: Block): boolean {
    const state = this.#of(block.pc);
    const last = block.instructions.at(-1);
    const stays = last?.control.type === 'next' || last?.control.type === 'branch';
    const whole = last?.control.type === 'branch' ? (last.control.conditional ? 2 : 1) : 1;
    let live: FlagsLive = !stays || block.successors.length < whole ? 1 : 0;
    for (const successor of block.successors)
      live = Math.max(live, this.#of(successor).flagsLive) as FlagsLive;
    live = state.flagsNeeded ?? live;
    if (live === state.flagsLive) return false;
    state.flagsLive = live;
    return true;
  }

  #flagsOut(block: Block): FlagState | undefined {
    const { flagsIn } = this.#of(block.pc);
    if (isCall(block)) return 'memory';
    let flags = flagsIn;
    for (const instruction of block.instructions) {
      if (flags !== undefined || instruction.writesFlags === 'always')
        flags = flagsAfter(flags ?? 'memory', instruction);
    }
    return flags;
  }

  #flagsForward(block: Block): boolean {
    const out = this.#flagsOut(block);
    if (out === undefined) return false;
    let changed = false;
    const behind = jumpsToTargets(block) ? this.#joinJump(block, out) : out;
    for (const successor of block.successors) {
      const state = this.#of(successor);
      const merged = this.#mergeFlags(state, behind);
      if (merged !== state.flagsIn) changed = true;
      state.flagsIn = merged;
    }
    return changed;
  }

  /** All jumps meet in one place; from there unknown targets leave, where somebody may read the flags. */
  #joinJump({ successors }: Block, out: FlagState): FlagState {
    const flagsLive = Math.max(1, ...successors.map((target) => this.#of(target).flagsLive)) as FlagsLive;
    this.#jumpFlags = this.#mergeFlags({ flagsIn: this.#jumpFlags, flagsLive }, out);
    return this.#jumpFlags;
  }

  #mergeFlags({ flagsIn, flagsLive }: Pick<Mutable, 'flagsIn' | 'flagsLive'>, out: FlagState): FlagState {
    if (flagsIn === undefined || flagsIn === out) return out;
    return (['dead', 'memory', 'nzcv'] as const)[flagsLive];
  }

  // ── Live registers, backward ───────────────────────────────────────────────────────────────────────────

  #liveBackward(block: Block): boolean {
    const state = this.#of(block.pc);
    let live = RegisterSet.empty;
    if (mayLeaveAtEnd(block)) live = this.#dirtyOut(block);
    const jumps = jumpsToTargets(block);
    if (jumps) live = live.union(this.#jumpDirty);
    if (!isCall(block)) {
      const dirty = jumps ? this.#jumpDirty : this.#dirtyOut(block);
      for (const successor of block.successors) {
        const to = this.#of(successor);
        live = live.union(this.#carriedFrom(block, to.live)).union(dirty.without(to.dirtyIn));
      }
    }
    live = live.without(state.writes).union(state.needs);
    if (live.equals(state.live)) return false;
    state.live = live;
    return true;
  }

  #needsOf(block: Block): RegisterSet {
    const points = this.#dirtyPoints(block);
    let needs = RegisterSet.empty;
    for (let i = block.instructions.length - 1; i >= 0; i--) {
      const instruction = block.instructions[i];
      if (!instruction) continue;
      needs = needs.without(instruction.writes).union(instruction.reads);
      needs = needs.union(neededToLeave(instruction, points[i] ?? RegisterSet.empty));
    }
    return this.tests.has(block.pc) ? needs.union(this.#of(block.pc).dirtyIn) : needs;
  }

  #dirtyPoints(block: Block): RegisterSet[] {
    let dirty = this.#of(block.pc).dirtyIn;
    return block.instructions.map(({ writes }) => {
      const before = dirty;
      dirty = dirty.union(writes);
      return before;
    });
  }

  #result(block: Block): BlockFlow {
    const { live, dirtyIn, flagsIn = 'memory' } = this.#of(block.pc);
    let flags = flagsIn;
    const points = this.#dirtyPoints(block).map((dirty, i): Point => {
      const point = { dirty, flags };
      const instruction = block.instructions[i];
      if (instruction) flags = flagsAfter(flags, instruction);
      return point;
    });
    const jumps = jumpsToTargets(block);
    const dirty = jumps ? this.#jumpDirty : this.#dirtyOut(block);
    const storedBefore = jumps ? this.#dirtyOut(block).without(this.#carried) : RegisterSet.empty;
    const loadedBehind = live.without(this.#carried);
    const jumpFlags = this.#jumpFlags ?? 'memory';
    return { live, flagsIn, dirtyIn, points, out: { dirty, flags }, storedBefore, loadedBehind, jumpFlags };
  }
}

/**
 * Finds out, for each block, which registers are live and dirty and where the flags are.
 *
 * @param tests - blocks at whose start control may leave
 */
export function analyseFlow(
  region: Region,
  entries: readonly number[],
  tests: ReadonlySet<number>,
): Map<number, BlockFlow> {
  return new FlowAnalysis(region, entries, tests).solve();
}

/** The flags that leaving at a point stores; empty: none. */
export const storedFlags = ({ flags }: Point): FlagState | '' => (isInLocals(flags) ? flags : '');

/** Names what leaving at a point has to store. */
export function leaveKey(point: Point): string {
  return `${point.dirty.key}:${storedFlags(point)}`;
}
