import type { CodeReader } from '../translator/code-reader.ts';
import { decodeInstruction, goesOn, type GuestInstruction } from '../translator/decode-instruction.ts';
import { jumpTargets } from '../translator/jump-targets.ts';

/** Words that say what may come to them. @source Arm ARM DDI 0487, "BTI", "PACIASP" */
const BTI_C = 0xd503_245f;
const BTI_J = 0xd503_249f;
const PACIASP = 0xd503_233f;
const PACIBSP = 0xd503_237f;

/** Instructions before a jump in which its table is looked for. */
const WINDOW = 256;
const REACH_BYTES = 0x1_0000;

/** An executed instruction, and where executed code goes on from it without a register saying where. */
export interface ReachedInstruction {
  readonly instruction: GuestInstruction;
  readonly next: number | undefined;
  readonly branch: number | undefined;
  /** Entries of the table that a jump takes its target from. */
  readonly table: readonly number[];
}

/** Whether functions begin with such a word, and nothing else does. */
export function isFunctionMark(word: number): boolean {
  return word === BTI_C || word === PACIASP || word === PACIBSP;
}

export const isJumpMark = (word: number): boolean => word === BTI_J;

/** `stp x29, x30, [sp, #-n]!` or `sub sp, sp, #n`. */
export function isPrologue(word: number): boolean {
  return (word & 0xffc0_7fff) >>> 0 === 0xa980_7bfd || (word & 0xff00_03ff) >>> 0 === 0xd100_03ff;
}

/** Executed code as a graph. */
export class ReachedFlow {
  readonly instructions = new Map<number, ReachedInstruction>();
  readonly #executed: ReadonlySet<number>;
  /** Where executed calls lead. */
  readonly called = new Set<number>();
  /** Where executed code goes on by itself: what is not here was come to in another way. */
  readonly successors = new Set<number>();
  /** Entries of tables that executed jumps take their targets from. */
  readonly tableTargets = new Set<number>();

  /** @param addresses - of executed instructions, ascending */
  constructor(
    readonly reader: CodeReader,
    addresses: readonly number[],
  ) {
    const executed = new Set(addresses);
    this.#executed = executed;
    const within = (pc: number) => (executed.has(pc) ? pc : undefined);
    const jumps: number[] = [];
    for (const pc of addresses) {
      const word = reader.word(pc);
      if (word === undefined) continue;
      const instruction = decodeInstruction(pc, word);
      const { control } = instruction;
      if (control.type === 'call' && control.target !== undefined && executed.has(control.target))
        this.called.add(control.target);
      const next = goesOn(control) ? within(pc + 4) : undefined;
      const branch = control.type === 'branch' ? within(control.target) : undefined;
      if (control.type === 'jump') jumps.push(pc);
      if (next !== undefined) this.successors.add(next);
      if (branch !== undefined) this.successors.add(branch);
      this.instructions.set(pc, { instruction, next, branch, table: [] });
    }
    for (const pc of jumps) this.#findTable(pc);
  }

  /** Whether functions, and nothing else, begin like that. */
  #isFunction(pc: number): boolean {
    const word = this.reader.word(pc) ?? 0;
    return this.called.has(pc) || isFunctionMark(word) || isPrologue(word);
  }

  #findTable(jump: number): void {
    const reached = this.instructions.get(jump);
    const table = this.#tableOf(jump);
    // A table of functions: a call in place of a return.
    if (!reached || table.some((target) => this.#isFunction(target))) return;
    const targets = table.filter((target) => this.#executed.has(target));
    for (const target of targets) this.tableTargets.add(target);
    this.instructions.set(jump, { ...reached, table: targets });
  }

  /** Targets of a jump, as far as the code right before it tells. */
  #tableOf(jump: number): number[] {
    const before: GuestInstruction[] = [];
    for (let pc = jump; pc > jump - 4 * WINDOW; pc -= 4) {
      const word = this.reader.word(pc);
      if (word === undefined || isFunctionMark(word)) break;
      before.push(decodeInstruction(pc, word));
    }
    const isNear = (pc: number) => Math.abs(pc - jump) < REACH_BYTES;
    return jumpTargets(this.reader, before, isNear, (pc) => pc === jump);
  }
}
