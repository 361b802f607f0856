import type { Node, RegisterOperand, Statement } from '@boxer/a64';
import { PAGE_SIZE_BYTES, pagePermissions } from '@boxer/abi';
import type { GuestInstruction } from './decode-instruction.ts';
import type { InstructionForm } from './instruction-form.ts';
import type { Block, Region } from './region.ts';
import { addressOf } from './translation-builder.ts';

/** Memory from `low` up to `high`, as distances from a register's value, with permission bits. */
interface Range {
  readonly low: number;
  readonly high: number;
  readonly bits: number;
}

/** An access at an address that is known but for where the code lies. */
interface FixedAccess {
  readonly type: 'fixed';
  readonly address: number;
  /** What its page is checked for; 0: a check before covers it. */
  readonly bits: number;
}

/** An access at a known distance from a register's value before the instruction. */
interface NearAccess {
  readonly register: number;
  readonly offset: number;
}

/** What the check of an access has to do. */
export type AccessPlan =
  | FixedAccess
  /** Nothing: a check before covers it. */
  | (NearAccess & { readonly type: 'covered' })
  /** Check a range around it, for the accesses that follow, too. */
  | (NearAccess & {
      readonly type: 'range';
      readonly low: number;
      readonly bytes: number;
      readonly bits: number;
    });

/** By instruction and address, as its graph has it. Accesses that are not here are checked by themselves. */
export type AccessPlans = ReadonlyMap<GuestInstruction, ReadonlyMap<Node, AccessPlan>>;

/** Ranges longer than this are not checked at once: two pages at most. */
const LONGEST_RANGE = 4096;
const SP = 31;
/** Stands for a register that is always 0: known addresses are sums with it. */
const ZERO = 32;
const FIRST_SYMBOL = 33;
/** What was checked of a page at a known address is noted as if a register with such a number, and the page's, pointed to it. */
const PAGE_REGISTERS = 2 ** 32;

/** A register plus a constant. */
interface Sum {
  readonly register: number;
  readonly offset: number;
}

interface Access extends Sum {
  readonly instruction: GuestInstruction;
  readonly node: Node;
  readonly bytes: number;
  readonly bits: number;
}

/** The same in an instruction's form: its words say which register. */
interface OpenSum {
  readonly register: RegisterOperand;
  readonly offset: number;
}

/** What an instruction leaves in a register: a sum, or an address that pc and word say. */
type Written = OpenSum | { readonly address: Node };

interface OpenAccess extends OpenSum {
  readonly node: Node;
  readonly bytes: number;
  readonly bits: number;
}

interface FormAccesses {
  readonly accesses: readonly OpenAccess[];
  readonly sums: readonly { readonly register: RegisterOperand; readonly sum: Written | undefined }[];
}

function sumOf(node: Node): OpenSum | undefined {
  if (node.kind !== 64) return undefined;
  if (node.op === 'readX') {
    const { register } = node.detail;
    return register === undefined ? undefined : { register, offset: 0 };
  }
  const [base, constant] = node.args;
  if ((node.op !== 'add' && node.op !== 'sub') || base?.op !== 'readX' || !constant?.isConstant)
    return undefined;
  const { register } = base.detail;
  const offset = Number(BigInt.asIntN(64, constant.value)) * (node.op === 'add' ? 1 : -1);
  return register === undefined || Math.abs(offset) > 0x1_0000 ? undefined : { register, offset };
}

const writtenBy = (value: Node): Written | undefined =>
  value.op === 'address' ? { address: value } : sumOf(value);

function accessOf(statement: Statement): OpenAccess | undefined {
  const make = (node: Node | undefined, bytes: number, bits: number): OpenAccess | undefined => {
    const sum = node && sumOf(node);
    return node && sum ? { ...sum, node, bytes, bits } : undefined;
  };
  const { read, write } = pagePermissions;
  if (statement.type === 'let') {
    const { op, args, detail } = statement.node;
    if (op !== 'load' || detail.uncheckedOffset !== undefined) return undefined;
    return make(args[0], (detail.bits ?? 0) / 8, read);
  }
  if (statement.type === 'probe')
    return make(statement.address, statement.bytes, statement.access === 'read' ? read : write);
  if (statement.type !== 'store' || statement.uncheckedOffset !== undefined) return undefined;
  return make(statement.address, statement.bits / 8, write);
}

interface Step {
  readonly accesses: readonly Access[];
  /** Registers that become the sum of one and a constant; undefined: anything. */
  readonly writes: readonly { readonly register: number; readonly sum: Sum | undefined }[];
}

/** One access for each address: what is read and written needs both permissions. */
function joined(accesses: readonly OpenAccess[]): OpenAccess[] {
  const byNode = new Map<Node, OpenAccess>();
  for (const access of accesses) {
    const known = byNode.get(access.node);
    const bytes = Math.max(access.bytes, known?.bytes ?? 0);
    byNode.set(access.node, { ...access, bytes, bits: access.bits | (known?.bits ?? 0) });
  }
  return [...byNode.values()];
}

const ofForms = new WeakMap<InstructionForm, FormAccesses>();

function accessesOf(form: InstructionForm): FormAccesses {
  const known = ofForms.get(form);
  if (known) return known;
  const { body } = form.builder;
  const found: FormAccesses = {
    accesses: joined(body.flatMap((statement) => accessOf(statement) ?? [])),
    sums: body.flatMap((statement) =>
      statement.type === 'writeX' ? [{ register: statement.register, sum: writtenBy(statement.value) }] : [],
    ),
  };
  ofForms.set(form, found);
  return found;
}

const NO_STEP: Step = { accesses: [], writes: [] };

function stepOf(instruction: GuestInstruction): Step {
  const { pc, word, writes, control, form } = instruction;
  if (control.type === 'interpret') return NO_STEP;
  const { accesses, sums } = accessesOf(form);
  if (accesses.length === 0 && writes.general === 0) return NO_STEP;
  const inWord = (sum: OpenSum): Sum => ({ register: sum.register.numberIn(word), offset: sum.offset });
  const written = (sum: Written): Sum =>
    'register' in sum ? inWord(sum) : { register: ZERO, offset: addressOf(sum.address, pc, word) ?? 0 };
  return {
    accesses: accesses.map((access) => ({ ...access, ...inWord(access), instruction })),
    writes: writes.generals.map((register) => {
      const sum = sums.findLast((each) => each.register.numberIn(word) === register)?.sum;
      return { register, sum: sum && written(sum) };
    }),
  };
}

const union = (a: Range | undefined, b: Range): Range =>
  a ? { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high), bits: a.bits | b.bits } : b;
const covers = (a: Range | undefined, b: Range) =>
  a !== undefined && a.low <= b.low && a.high >= b.high && (a.bits & b.bits) === b.bits;
/** Both ends of a range are checked: there must be no page between theirs. */
const unlessLong = (range: Range, otherwise: Range) =>
  range.high - range.low <= LONGEST_RANGE ? range : otherwise;
const shift = (range: Range, by: number): Range => ({ ...range, low: range.low + by, high: range.high + by });

/** What was checked, by register, as distances from its present value. */
type Checked = ReadonlyMap<number, Range>;

/** Both lists hold only what holds on either way. */
function intersect(a: Checked, b: Checked): Checked {
  const result = new Map<number, Range>();
  for (const [register, left] of a) {
    const right = b.get(register);
    if (!right) continue;
    const low = Math.max(left.low, right.low);
    const high = Math.min(left.high, right.high);
    if (high > low && left.bits & right.bits)
      result.set(register, { low, high, bits: left.bits & right.bits });
  }
  return result;
}

function sameRanges(a: Checked, b: Checked): boolean {
  if (a.size !== b.size) return false;
  for (const [register, range] of a) {
    const other = b.get(register);
    if (!other || other.low !== range.low || other.high !== range.high || other.bits !== range.bits)
      return false;
  }
  return true;
}

interface Frame {
  readonly range: Range | undefined;
  readonly distance: ReadonlyMap<number, number>;
}

class Planner {
  readonly plans = new Map<GuestInstruction, Map<Node, AccessPlan>>();
  readonly #steps = new Map<Block, readonly Step[]>();
  /** For each access, the range that one check may cover from there on in its block. */
  readonly #wanted = new Map<GuestInstruction, Map<Node, Range>>();
  /** The addresses of accesses that are known but for where the code lies. */
  readonly #fixed = new Map<GuestInstruction, Map<Node, number>>();
  readonly #checkedIn = new Map<number, Checked>();

  constructor(
    readonly region: Region,
    readonly entries: readonly number[],
  ) {
    for (const block of region.blocks.values()) this.#steps.set(block, block.instructions.map(stepOf));
  }

  plan(): AccessPlans {
    const frame = this.#frame();
    for (const block of this.region.blocks.values()) this.#collect(block, frame);
    this.#solve();
    for (const block of this.region.blocks.values()) {
      const checked = this.#checkedIn.get(block.pc);
      if (checked) this.#walk(block, checked, true);
    }
    return this.plans;
  }

  #stepsOf(block: Block): readonly Step[] {
    return this.#steps.get(block) ?? [];
  }

  /**
   * The stack frame: all accesses relative to the function's first SP, and how far SP is from it at each block. Calls are
   * taken to leave SP alone: a wrong guess makes checks too wide, not too narrow.
   */
  #frame(): Frame {
    const distance = new Map([[this.region.entry, 0]]);
    let range: Range | undefined;
    for (const [pc, start] of distance) {
      const block = this.region.blocks.get(pc);
      if (!block) continue;
      let sp: number | undefined = start;
      for (const { accesses, writes } of this.#stepsOf(block)) {
        for (const { register, offset, bytes, bits } of accesses) {
          if (register !== SP || sp === undefined) continue;
          range = union(range, { low: sp + offset, high: sp + offset + bytes, bits });
        }
        const write = writes.find(({ register }) => register === SP);
        if (write) sp = write.sum?.register === SP && sp !== undefined ? sp + write.sum.offset : undefined;
      }
      if (sp === undefined) continue;
      for (const successor of block.successors) if (!distance.has(successor)) distance.set(successor, sp);
    }
    return { range: range && range.high - range.low <= LONGEST_RANGE ? range : undefined, distance };
  }

  /** Joins the accesses of a block that lie at known distances from each other. */
  #collect(block: Block, frame: Frame): void {
    interface Group {
      range: Range;
      readonly members: { readonly access: Access; readonly delta: number }[];
    }
    const groups = new Map<number, Group>();
    let nextSymbol = FIRST_SYMBOL;
    /** Register = symbol + delta. */
    const values = new Map<number, { readonly symbol: number; readonly delta: number }>();
    const valueOf = (register: number) => values.get(register) ?? { symbol: register, delta: 0 };
    for (const { accesses, writes } of this.#stepsOf(block)) {
      for (const access of accesses) {
        const { register, offset, bytes, bits } = access;
        const { symbol, delta } = valueOf(register);
        if (symbol === ZERO) {
          this.#noteFixed(access, delta + offset);
          continue;
        }
        const range = { low: delta + offset, high: delta + offset + bytes, bits };
        const known = groups.get(symbol);
        const joined = union(known?.range, range);
        if (joined.high - joined.low > LONGEST_RANGE) continue;
        const group = known ?? { range, members: [] };
        group.range = joined;
        group.members.push({ access, delta });
        groups.set(symbol, group);
      }
      const after = writes.map(({ register, sum }) => {
        const value = sum ? valueOf(sum.register) : { symbol: nextSymbol++, delta: 0 };
        return [register, { symbol: value.symbol, delta: value.delta + (sum?.offset ?? 0) }] as const;
      });
      for (const [register, value] of after) values.set(register, value);
    }
    for (const [symbol, { range, members }] of groups) {
      const start = frame.distance.get(block.pc);
      const whole =
        symbol === SP && frame.range && start !== undefined
          ? unlessLong(union(range, shift(frame.range, -start)), range)
          : range;
      if (members.length < 2 && whole === range) continue;
      for (const { access, delta } of members) {
        const { instruction, node } = access;
        const ofInstruction = this.#wanted.get(instruction) ?? new Map<Node, Range>();
        this.#wanted.set(instruction, ofInstruction.set(node, shift(whole, -delta)));
      }
    }
  }

  /** Notes an access whose address is known, when it lies in one page. */
  #noteFixed({ instruction, node, bytes }: Access, address: number): void {
    if (address < 0 || (address % PAGE_SIZE_BYTES) + bytes > PAGE_SIZE_BYTES) return;
    const ofInstruction = this.#fixed.get(instruction) ?? new Map<Node, number>();
    this.#fixed.set(instruction, ofInstruction.set(node, address));
  }

  #solve(): void {
    for (const entry of this.entries) this.#checkedIn.set(entry, new Map());
    const blocks = [...this.region.blocks.values()];
    for (let round = 0, changed = true; changed; round++) {
      changed = false;
      for (const block of blocks) {
        const checked = this.#checkedIn.get(block.pc);
        if (!checked) continue;
        const isCall = block.instructions.at(-1)?.control.type === 'call';
        const out: Checked = isCall ? new Map() : this.#behind(block, checked);
        for (const successor of block.successors) {
          const known = this.#checkedIn.get(successor);
          // What moves by a constant in a loop shrinks for ever: give up on it.
          const merged = !known ? out : round > 20 ? new Map<number, Range>() : intersect(known, out);
          if (known && sameRanges(known, merged)) continue;
          this.#checkedIn.set(successor, merged);
          changed = true;
        }
      }
    }
  }

  /** What holds wherever a block is left: one that repeats a loop's body may be left behind each copy. */
  #behind(block: Block, before: Checked): Checked {
    const { copies = 1 } = block;
    const length = block.instructions.length / copies;
    let checked = this.#walk(block, before, false, 0, length);
    let behind = checked;
    for (let copy = 1; copy < copies; copy++) {
      checked = this.#walk(block, checked, false, copy * length, (copy + 1) * length);
      behind = intersect(behind, checked);
    }
    return behind;
  }

  /** Goes through a block's instructions, or some of them. @returns what holds behind the last one */
  #walk(block: Block, before: Checked, record: boolean, from = 0, to?: number): Checked {
    const checked = new Map(before);
    for (const { accesses, writes } of this.#stepsOf(block).slice(from, to)) {
      for (const access of accesses) this.#access(access, checked, record);
      const after = writes.map(({ register, sum }) => {
        const range = sum && checked.get(sum.register);
        return [register, range && shift(range, -sum.offset)] as const;
      });
      for (const [register, range] of after) {
        if (range) checked.set(register, range);
        else checked.delete(register);
      }
    }
    return checked;
  }

  #plan({ instruction, node }: Access, plan: AccessPlan): void {
    const ofInstruction = this.plans.get(instruction) ?? new Map<Node, AccessPlan>();
    this.plans.set(instruction, ofInstruction.set(node, plan));
  }

  #fixedAccess(access: Access, address: number, checked: Map<number, Range>, record: boolean): void {
    const page = PAGE_REGISTERS + Math.floor(address / PAGE_SIZE_BYTES);
    const known = checked.get(page);
    const whole = { low: 0, high: PAGE_SIZE_BYTES, bits: access.bits };
    const bits = covers(known, whole) ? 0 : access.bits;
    checked.set(page, union(known, whole));
    if (record) this.#plan(access, { type: 'fixed', address, bits });
  }

  #access(access: Access, checked: Map<number, Range>, record: boolean): void {
    const { register, offset, bytes, bits, instruction, node } = access;
    const address = this.#fixed.get(instruction)?.get(node);
    if (address !== undefined) {
      this.#fixedAccess(access, address, checked, record);
      return;
    }
    const range = { low: offset, high: offset + bytes, bits };
    if (covers(checked.get(register), range)) {
      if (record) this.#plan(access, { type: 'covered', register, offset });
      return;
    }
    const wanted = this.#wanted.get(instruction)?.get(node);
    checked.set(register, wanted ?? range);
    if (!wanted || !record) return;
    const { low, high } = wanted;
    this.#plan(access, { type: 'range', register, offset, low, bytes: high - low, bits: wanted.bits });
  }
}

/**
 * Decides which accesses need a check of their own. Permissions change only in the kernel, which translated code never
 * calls, so a check holds as long as the register does not change in an unknown way.
 */
export function planAccesses(region: Region, entries: readonly number[]): AccessPlans {
  return new Planner(region, entries).plan();
}
