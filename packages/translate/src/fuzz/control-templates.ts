import { encode } from './encode.ts';
import { writeFrame } from './stack-templates.ts';
import type { ProgramWriter } from './program-writer.ts';
import { fieldIn, type FuzzRow } from './rows.ts';
import { withField } from '../testing/instruction-fields.ts';

/** Registers that functions leave alone: loop counters survive calls. */
export const SAVED_REGISTERS = [19, 20, 21, 22, 23, 24, 25, 26, 27, 28] as const;
const LINK = 30;
const SP = 31;
/** What functions leave as it is. */
const UNHARMED: ReadonlySet<number> = new Set([...SAVED_REGISTERS, SP]);
const DEEPEST = 3;
const MOST_ROUNDS = 7;
const NOT_EQUAL = 1;
const HIGHER = 8;
const CASES = 4;
const MOST_DISTANCE = 127;
const MOST_FUNCTIONS = 3;

function inner(writer: ProgramWriter, count: number): void {
  writer.depth += 1;
  writer.fill(writer, count);
  writer.depth -= 1;
  writer.forget();
}

/** A comparison of random registers; the interpreter executes it and the branch behind it as one. */
function writeComparison(writer: ProgramWriter): void {
  const { random } = writer;
  const width = random.below(2) << 31;
  const opcode = random.oneOf([0x7100_0000, 0x3100_0000, 0x6b00_0000, 0x2b00_0000, 0x6a00_0000]);
  const isImmediate = (opcode & 0x1f00_0000) === 0x1100_0000;
  const operand = isImmediate ? random.below(40) << 10 : random.below(31) << 16;
  writer.emit((width | opcode | operand | (random.below(31) << 5) | 31) >>> 0);
}

/** A branch over some instructions, on the condition of a random word of the row; sometimes with an alternative. */
export function writeConditional(writer: ProgramWriter, row: FuzzRow): void {
  const { random } = writer;
  if (row.name === 'B.cond' && random.below(2) === 0) writeComparison(writer);
  const word = writer.word(row);
  const name = fieldIn(row, word, 'imm14') === undefined ? 'imm19' : 'imm14';
  const skip = writer.later((distance) => withField(row.instruction, word, name, distance >> 2));
  const count = writer.depth < DEEPEST ? 1 + random.below(3) : 0;
  if (count > 0) inner(writer, count);
  else writer.emit(encode.nop);
  if (count === 0 || random.below(3) > 0) {
    skip();
    return;
  }
  const join = writer.later(encode.branch);
  skip();
  inner(writer, 1);
  join();
}

/** A jump over words that are never executed. */
function writeJump(writer: ProgramWriter, jump: (land: () => number) => void): void {
  const { random } = writer;
  const rubbish = random.below(3);
  jump(() => writer.here + rubbish);
  for (let i = 0; i < rubbish; i++) {
    writer.data.add(writer.here);
    writer.emit(random.word());
  }
}

/** Calls of a function that is written later: one that was called before, or a new one. */
function callersOfSome({ pendingCalls, random, firstCallable }: ProgramWriter): ((target: number) => void)[] {
  const callable = pendingCalls.slice(firstCallable);
  const mayBeNew = pendingCalls.length < MOST_FUNCTIONS;
  if (callable.length > 0 && (!mayBeNew || random.below(2) === 0)) return random.oneOf(callable);
  const callers: ((target: number) => void)[] = [];
  pendingCalls.push(callers);
  return callers;
}

/** Registers that a function may change must not be in use, and there must be one to call. */
const mayCall = ({ protectedRegisters, pendingCalls, firstCallable }: ProgramWriter) =>
  [...protectedRegisters].every((register) => UNHARMED.has(register)) &&
  (pendingCalls.length < MOST_FUNCTIONS || pendingCalls.length > firstCallable);

function writeDirectCall(writer: ProgramWriter): void {
  callersOfSome(writer).push(writer.later(encode.branchLink));
  writer.forget();
}

function writeIndirectCall(writer: ProgramWriter): void {
  const register = writer.random.below(6) === 0 ? LINK : writer.register();
  callersOfSome(writer).push(writer.later((distance) => encode.adr(register, distance)));
  writer.emit(encode.blr(register));
  writer.forget();
}

export function writeCall(writer: ProgramWriter): void {
  if (!mayCall(writer)) return;
  if (writer.random.below(2) === 0) writeDirectCall(writer);
  else writeIndirectCall(writer);
}

/** B or BL. */
export function writeBranch(writer: ProgramWriter, row: FuzzRow): void {
  const word = writer.word(row);
  if (fieldIn(row, word, 'op') === 1 && mayCall(writer)) {
    writeDirectCall(writer);
    return;
  }
  writeJump(writer, (land) => {
    const jump = writer.later(encode.branch);
    jump(land());
  });
}

/** BR, BLR or RET. */
export function writeRegisterBranch(writer: ProgramWriter, row: FuzzRow): void {
  const word = writer.word(row);
  const opcode = fieldIn(row, word, 'opc');
  if (opcode === 1 && mayCall(writer)) {
    writeIndirectCall(writer);
    return;
  }
  const register = writer.register();
  writeJump(writer, (land) => {
    const point = writer.later((distance) => encode.adr(register, distance));
    writer.emit(opcode === 2 ? encode.ret(register) : encode.br(register));
    point(land());
  });
  writer.touched([register]);
}

/** Begins to count down in a register that calls leave alone; the caller gives it free again. */
function startCounter(writer: ProgramWriter): number | undefined {
  const { random, protectedRegisters } = writer;
  const free = SAVED_REGISTERS.filter((register) => !protectedRegisters.has(register));
  if (free.length === 0) return undefined;
  const counter = random.oneOf(free);
  protectedRegisters.add(counter);
  writer.emit(encode.movz(counter, 1 + random.below(MOST_ROUNDS)));
  writer.forget();
  return counter;
}

/** Goes back to a word until the counter has ended. */
function writeBack(writer: ProgramWriter, counter: number, start: number): void {
  const back = () => 4 * (start - writer.here);
  switch (writer.random.below(3)) {
    case 0:
      writer.emit(encode.subsImmediate(counter, counter, 1));
      writer.emit(encode.branchIf(NOT_EQUAL, back()));
      break;
    case 1:
      writer.emit(encode.subImmediate(counter, counter, 1));
      writer.emit(encode.cbnz(counter, back()));
      break;
    default:
      writer.emit(encode.subImmediate(counter, counter, 1));
      writer.emit(encode.tbzSign(counter, back()));
  }
}

/** Some instructions a few times. */
export function writeLoop(writer: ProgramWriter): void {
  if (writer.depth >= DEEPEST - 1) return;
  const counter = startCounter(writer);
  if (counter === undefined) return;
  const start = writer.here;
  inner(writer, 1 + writer.random.below(4));
  writeBack(writer, counter, start);
  writer.protectedRegisters.delete(counter);
}

/**
 * A jump through a table, as compilers write `switch`: some cases and a default. Cases may be loops, with calls most likely:
 * the jump then leads to where the loop begins.
 */
export function writeSwitch(writer: ProgramWriter): void {
  const { random } = writer;
  if (writer.depth >= DEEPEST) return;
  const counter = random.below(2) === 0 ? startCounter(writer) : undefined;
  const index = writer.register();
  const table = writer.register(index);
  const entry = writer.register(index, table);
  const base = writer.register(index, table, entry);
  const target = writer.register(index, table, entry, base);
  writer.emit(encode.andSeven(index, random.below(31)), encode.compareImmediate(index, CASES - 1));
  const toDefault = writer.later((distance) => encode.branchIf(HIGHER, distance));
  const toTable = writer.later((distance) => encode.adr(table, distance));
  writer.emit(encode.loadByteIndexed(entry, table, index));
  const toBase = writer.later((distance) => encode.adr(base, distance));
  writer.emit(encode.addSignedByte(target, base, entry), encode.br(target));
  const tableAt = writer.here;
  toTable();
  writer.data.add(tableAt);
  writer.emit(0);
  writer.forget();
  const first = writer.here;
  toBase();
  const starts: number[] = [];
  const ends: ((target?: number) => void)[] = [];
  for (let i = 0; i < CASES; i++) {
    const start = writer.here;
    // What a signed byte does not reach is a second way into the first case.
    starts.push(start - first <= MOST_DISTANCE ? start - first : 0);
    if (counter !== undefined) writeCall(writer);
    inner(writer, 1);
    if (counter !== undefined) writeBack(writer, counter, start);
    ends.push(writer.later(encode.branch));
  }
  toDefault();
  inner(writer, 1);
  for (const end of ends) end();
  if (counter !== undefined) writer.protectedRegisters.delete(counter);
  writer.words[tableAt] = starts.reduce((word, start, i) => (word | ((start & 0xff) << (8 * i))) >>> 0, 0);
}

/** The functions that were called. With a stack they save their return address and may call later ones. */
export function writeFunctions(writer: ProgramWriter): void {
  const { pendingCalls, protectedRegisters } = writer;
  for (let i = 0; i < pendingCalls.length; i++) {
    writer.firstCallable = i + 1;
    writer.functions.push(writer.here);
    for (const patch of pendingCalls[i] ?? []) patch(writer.here);
    writer.forget();
    protectedRegisters.clear();
    for (const register of SAVED_REGISTERS) protectedRegisters.add(register);
    protectedRegisters.add(writer.hasStack ? SP : LINK);
    const body = () => {
      writer.depth += 1;
      writer.fill(writer, 2 + writer.random.below(3));
      if (writer.hasStack && writer.random.below(2) === 0) writeCall(writer);
      writer.depth -= 1;
    };
    if (writer.hasStack) writeFrame(writer, body);
    else body();
    writer.emit(encode.ret(LINK));
  }
}
