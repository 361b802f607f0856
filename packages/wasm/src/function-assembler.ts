import { ByteWriter } from './byte-writer.ts';
import {
  laneMemoryOpcodes,
  type LaneMemoryOperation,
  laneOpcodes,
  type LaneOperation,
  memoryOpcodes,
  type MemoryOperation,
  plainOpcodes,
  type PlainOperation,
} from './opcodes.ts';
import { type ValueType, valueTypes } from './types.ts';

/** A block, loop or if that is still open: what branches name. */
export interface Label {
  /** Number of enclosing labels. */
  readonly level: number;
}

/** Index of a parameter or local variable. */
export type Local = number;

const EMPTY = 0x40;
/** `if` and `br_if`. */
const HINTED = new Set([0x04, 0x0d]);

/** What is known of a branch before it is ever executed. */
export interface BranchHint {
  /** Where its opcode stands, in bytes from the beginning of the body. */
  readonly offset: number;
  readonly isLikely: boolean;
}

/** A function's body as a code section has it, and what is beside it. */
export interface FunctionBody {
  readonly bytes: Uint8Array;
  /** In ascending order. */
  readonly hints: readonly BranchHint[];
}

/** Appends the instructions of one function body. Names follow the text format; labels replace branch depths. */
export class FunctionAssembler {
  readonly code = new ByteWriter(128);
  readonly #locals: ValueType[] = [];
  readonly #hints: BranchHint[] = [];
  #level = 0;
  #values = 0;

  constructor(readonly parameterCount: number) {}

  /** Declares a local variable. */
  local(type: ValueType): Local {
    this.#locals.push(type);
    return this.parameterCount + this.#locals.length - 1;
  }

  /** Instructions so far that compute something: a measure of the work for a compiler. */
  get instructions(): number {
    return this.#values;
  }

  #opcode(opcode: number): void {
    this.#values += 1;
    if (opcode <= 0xff) this.code.byte(opcode);
    else this.code.byte(opcode >>> 8).unsigned(opcode & 0xff);
  }

  op(name: PlainOperation): this {
    this.#opcode(plainOpcodes[name]);
    return this;
  }

  i32(value: number): this {
    this.code.byte(0x41).signed32(value);
    return this;
  }

  i64(value: bigint): this {
    this.code.byte(0x42).signed64(value);
    return this;
  }

  v128(bytes: ArrayLike<number>): this {
    if (bytes.length !== 16) throw new RangeError(`A v128 constant has 16 bytes, not ${bytes.length}`);
    this.code.byte(0xfd).byte(12).bytes(bytes);
    return this;
  }

  get(local: Local): this {
    this.code.byte(0x20).unsigned(local);
    return this;
  }

  set(local: Local): this {
    this.code.byte(0x21).unsigned(local);
    return this;
  }

  tee(local: Local): this {
    this.code.byte(0x22).unsigned(local);
    return this;
  }

  globalGet(index: number): this {
    this.code.byte(0x23).unsigned(index);
    return this;
  }

  globalSet(index: number): this {
    this.code.byte(0x24).unsigned(index);
    return this;
  }

  tableSet(table: number): this {
    this.code.byte(0x26).unsigned(table);
    return this;
  }

  tableSize(table: number): this {
    this.code.byte(0xfc).byte(16).unsigned(table);
    return this;
  }

  tableGrow(table: number): this {
    this.code.byte(0xfc).byte(15).unsigned(table);
    return this;
  }

  tableInit(table: number, segment: number): this {
    this.code.byte(0xfc).byte(12).unsigned(segment).unsigned(table);
    return this;
  }

  refNullFunction(): this {
    this.code.byte(0xd0).byte(valueTypes.funcref);
    return this;
  }

  refFunction(index: number): this {
    this.code.byte(0xd2).unsigned(index);
    return this;
  }

  /** A load or store. Alignment hints are always 1: guest addresses may have any. */
  memory(name: MemoryOperation, offset = 0): this {
    this.#opcode(memoryOpcodes[name]);
    this.code.byte(0).unsigned(offset);
    return this;
  }

  laneMemory(name: LaneMemoryOperation, offset: number, lane: number): this {
    this.#opcode(laneMemoryOpcodes[name]);
    this.code.byte(0).unsigned(offset).byte(lane);
    return this;
  }

  lane(name: LaneOperation, lane: number): this {
    this.#opcode(laneOpcodes[name]);
    this.code.byte(lane);
    return this;
  }

  shuffle(lanes: ArrayLike<number>): this {
    if (lanes.length !== 16) throw new RangeError(`A shuffle has 16 lanes, not ${lanes.length}`);
    this.code.byte(0xfd).byte(13).bytes(lanes);
    return this;
  }

  memorySize(): this {
    this.code.byte(0x3f).byte(0);
    return this;
  }

  memoryGrow(): this {
    this.code.byte(0x40).byte(0);
    return this;
  }

  memoryCopy(): this {
    this.code.byte(0xfc).byte(10).byte(0).byte(0);
    return this;
  }

  memoryFill(): this {
    this.code.byte(0xfc).byte(11).byte(0);
    return this;
  }

  memoryInit(segment: number): this {
    this.code.byte(0xfc).byte(8).unsigned(segment).byte(0);
    return this;
  }

  call(index: number): this {
    this.code.byte(0x10).unsigned(index);
    return this;
  }

  callIndirect(typeIndex: number, table = 0): this {
    this.code.byte(0x11).unsigned(typeIndex).unsigned(table);
    return this;
  }

  /** Calls in place of this function: tail calls need a runtime that has them. */
  returnCall(index: number): this {
    this.code.byte(0x12).unsigned(index);
    return this;
  }

  returnCallIndirect(typeIndex: number, table = 0): this {
    this.code.byte(0x13).unsigned(typeIndex).unsigned(table);
    return this;
  }

  /** @param results - of one type, or of a function type without parameters: its index */
  #open(opcode: number, results: ValueType | number | undefined): Label {
    this.code.byte(opcode);
    if (typeof results === 'number') this.code.signed32(results);
    else this.code.byte(results === undefined ? EMPTY : valueTypes[results]);
    this.#level += 1;
    return { level: this.#level };
  }

  block(result?: ValueType): Label {
    return this.#open(0x02, result);
  }

  /** The same with the results of a function type without parameters. */
  blockResults(typeIndex: number): Label {
    return this.#open(0x02, typeIndex);
  }

  /** Branches to a loop's label continue it. */
  loop(result?: ValueType): Label {
    return this.#open(0x03, result);
  }

  /** Opens the side that executes when the value on top of the stack is not 0. */
  if(result?: ValueType): this {
    this.#open(0x04, result);
    return this;
  }

  /** The same with the results of a function type without parameters. */
  ifResults(typeIndex: number): this {
    this.#open(0x04, typeIndex);
    return this;
  }

  else(): this {
    this.code.byte(0x05);
    return this;
  }

  /** Closes the innermost block, loop or if. */
  end(): this {
    if (this.#level === 0) throw new RangeError('No block is open');
    this.#level -= 1;
    this.code.byte(0x0b);
    return this;
  }

  #depth(label: Label): number {
    if (label.level > this.#level) throw new RangeError('The label is closed');
    return this.#level - label.level;
  }

  /** Says of the `br_if` or `if` that comes next that its condition is hardly ever true: compilers may put aside what it leads to. */
  unlikely(): this {
    return this.#hint(false);
  }

  /** The opposite of {@link unlikely}. */
  likely(): this {
    return this.#hint(true);
  }

  #hint(isLikely: boolean): this {
    this.#hints.push({ offset: this.code.length, isLikely });
    return this;
  }

  br(label: Label): this {
    this.code.byte(0x0c).unsigned(this.#depth(label));
    return this;
  }

  brIf(label: Label): this {
    this.code.byte(0x0d).unsigned(this.#depth(label));
    return this;
  }

  brTable(labels: readonly Label[], otherwise: Label): this {
    this.code.byte(0x0e).unsigned(labels.length);
    for (const label of labels) this.code.unsigned(this.#depth(label));
    this.code.unsigned(this.#depth(otherwise));
    return this;
  }

  /** Locals, instructions, end. Call once, when all blocks are closed. */
  finish(): FunctionBody {
    if (this.#level !== 0) throw new RangeError(`${this.#level} blocks are still open`);
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count += 1;
      else runs.push({ type, count: 1 });
    }
    const body = new ByteWriter(this.code.length + 32).unsigned(runs.length);
    for (const { type, count } of runs) body.unsigned(count).byte(valueTypes[type]);
    const start = body.length;
    const code = this.code.view();
    if (this.#hints.some(({ offset }) => !HINTED.has(code[offset] ?? 0)))
      throw new RangeError('What is said to be likely is no branch');
    const hints = this.#hints.map((hint) => ({ ...hint, offset: start + hint.offset }));
    return { bytes: body.append(this.code).byte(0x0b).finish(), hints };
  }
}
