import type { CodeReader } from './code-reader.ts';
import { decodeInstruction, type GuestInstruction } from './decode-instruction.ts';
import { inPlaceOf } from './in-place.ts';
import { jumpTargets } from './jump-targets.ts';

/** Instructions that are executed one after the other, entered at the first one only. */
export interface Block {
  readonly pc: number;
  /** Of the function; at the end those of a function that is executed in place of a call, perhaps. */
  readonly instructions: readonly GuestInstruction[];
  /** How often `instructions` repeats the body of a loop; undefined: once. */
  readonly copies?: number;
  /** Where control goes inside the region; a call's successor is its return site. */
  readonly successors: readonly number[];
}

/** Whether control goes on where a register says. */
export const endsInJump = ({ instructions }: Block): boolean => instructions.at(-1)?.control.type === 'jump';

/** How many instructions blocks have. */
export function countInstructions(blocks: Iterable<Block>): number {
  let count = 0;
  for (const { instructions } of blocks) count += instructions.length;
  return count;
}

/** A guest function, or what could be found of it from its entry. */
export interface Region {
  readonly entry: number;
  readonly blocks: ReadonlyMap<number, Block>;
  /** Known targets of its indirect jumps. */
  readonly jumpTargets: readonly number[];
  /** Targets of its calls, for finding more functions. */
  readonly calls: readonly number[];
}

/** A guest function to translate. */
export interface FunctionRequest {
  readonly entry: number;
  /** Further addresses where the interpreter may hand over, such as heads of loops. */
  readonly entries?: readonly number[];
  /** Places in loops: the interpreter may hand over where the loops around them begin, or there when there are none. */
  readonly loopEntries?: readonly number[];
  /** First instructions of parts that lie elsewhere: cold ones, most likely. */
  readonly parts?: readonly number[];
  /** Targets of its indirect jumps that were seen: tables are not always found. */
  readonly jumpTargets?: readonly number[];
}

export interface RegionOptions {
  /** Addresses where other functions begin: a branch there leaves the region. */
  readonly isFunction?: (pc: number) => boolean;
  /** What is worth translating: a branch to anything else leaves the region. By default everything is. */
  readonly isReached?: (pc: number) => boolean;
  /** Instructions at most; what lies behind is left to the interpreter. */
  readonly maximumInstructions?: number;
  /** Instructions of one Wasm function at most: larger regions are split. */
  readonly functionInstructions?: number;
  /** How often an instruction was seen to be executed: what is hot of a region that is split stays together. */
  readonly heatOf?: (pc: number) => number;
}

/** Branches further than this lead to other functions; entries of tables may lead further. */
const REACH_BYTES = 0x1_0000;
const TABLE_REACH_BYTES = 0x4_0000;

class Discovery {
  readonly instructions = new Map<number, GuestInstruction>();
  readonly leaders = new Set<number>();
  readonly calls = new Set<number>();
  readonly jumps: number[] = [];
  readonly #pending: number[] = [];
  #reach = REACH_BYTES;

  constructor(
    readonly reader: CodeReader,
    readonly request: FunctionRequest,
    readonly options: RegionOptions,
  ) {}

  lead(pc: number): void {
    if (this.leaders.has(pc)) return;
    this.leaders.add(pc);
    this.#pending.push(pc);
  }

  explore(): void {
    for (let pc = this.#pending.pop(); pc !== undefined; pc = this.#pending.pop()) this.#run(pc);
  }

  /** Whether a branch stays in the region. */
  inside(target: number, reach = this.#reach): boolean {
    const { entry, parts = [] } = this.request;
    if (target === entry) return true;
    const isNear = (start: number, distance: number) => target >= start && target - start < distance;
    if (!isNear(entry, reach) && !parts.some((start) => isNear(start, REACH_BYTES))) return false;
    return !(this.options.isFunction?.(target) ?? false) && this.#isReached(target);
  }

  #isReached(pc: number): boolean {
    return this.options.isReached?.(pc) ?? true;
  }

  /** Leads to what a table has; branches may go as far. */
  leadByTable(target: number): void {
    this.#reach = Math.max(this.#reach, target - this.request.entry + 1);
    this.lead(target);
  }

  #run(start: number): void {
    const limit = this.options.maximumInstructions ?? 20_000;
    for (let pc = start; !this.instructions.has(pc); pc += 4) {
      const word = this.instructions.size < limit && this.#isReached(pc) ? this.reader.word(pc) : undefined;
      if (word === undefined) return;
      const instruction = decodeInstruction(pc, word);
      this.instructions.set(pc, instruction);
      const { control } = instruction;
      switch (control.type) {
        case 'next':
          break;
        case 'branch':
          if (this.inside(control.target)) this.lead(control.target);
          if (control.conditional) this.lead(pc + 4);
          return;
        case 'call':
          if (control.target !== undefined) this.calls.add(control.target);
          this.lead(pc + 4);
          return;
        case 'jump':
          this.jumps.push(pc);
          return;
        default:
          return;
      }
    }
  }
}

function successorsOf(found: Discovery, last: GuestInstruction, targets: readonly number[]): number[] {
  const { control, pc } = last;
  const here = (target: number) =>
    found.instructions.has(target) && found.leaders.has(target) ? [target] : [];
  switch (control.type) {
    case 'next':
    case 'call':
      return here(pc + 4);
    case 'branch': {
      const taken = found.inside(control.target) ? here(control.target) : [];
      return control.conditional ? [...new Set([...taken, ...here(pc + 4)])] : taken;
    }
    case 'jump':
      return targets.filter((target) => found.instructions.has(target));
    default:
      return [];
  }
}

/** Finds the basic blocks that can be reached from an entry without leaving the function. */
export function discoverRegion(
  reader: CodeReader,
  request: FunctionRequest,
  options: RegionOptions = {},
): Region {
  const { entry, entries = [], loopEntries = [], jumpTargets: seen = [] } = request;
  const found = new Discovery(reader, request, options);
  // The function's entry first: the limit may cut off what comes last.
  for (const pc of [entry, ...entries, ...loopEntries]) {
    found.lead(pc);
    found.explore();
  }
  let targets: readonly number[] = [];
  for (let known = -1; found.jumps.length > 0 && targets.length > known;) {
    known = targets.length;
    const inTables = jumpTargets(reader, found.instructions.values(), (pc) =>
      found.inside(pc, TABLE_REACH_BYTES),
    );
    targets = [...new Set([...inTables, ...seen])].sort((a, b) => a - b);
    for (const target of targets) found.leadByTable(target);
    found.explore();
  }
  const blocks = new Map<number, Block>();
  for (const pc of [...found.leaders].sort((a, b) => a - b)) {
    const instructions: GuestInstruction[] = [];
    for (let at = pc; at === pc || !found.leaders.has(at); at += 4) {
      const instruction = found.instructions.get(at);
      if (!instruction) break;
      instructions.push(instruction);
      if (instruction.control.type !== 'next') break;
    }
    const last = instructions.at(-1);
    if (!last) continue;
    const successors = successorsOf(found, last, targets);
    const inPlace = inPlaceOf(reader, last, options);
    if (inPlace) {
      instructions.splice(-1, 1, ...inPlace);
      const end = inPlace.at(-1)?.control;
      if (end?.type === 'call' && end.target !== undefined) found.calls.add(end.target);
    }
    blocks.set(pc, { pc, instructions, successors });
  }
  return { entry, blocks, jumpTargets: targets, calls: [...found.calls] };
}
