import { encode } from './encode.ts';
import type { ProgramWriter } from './program-writer.ts';
import { fieldIn, type FuzzRow, withField } from './rows.ts';

/** Registers that functions leave alone: loop counters survive calls. */
export const SAVED_REGISTERS = [19, 20, 21, 22, 23, 24, 25, 26, 27, 28] as const;
const LINK = 30;
const DEEPEST = 3;
const MOST_ROUNDS = 7;
const NOT_EQUAL = 1;
const MOST_FUNCTIONS = 3;

function inner(writer: ProgramWriter, count: number): void {
  writer.depth += 1;
  writer.fill(writer, count);
  writer.depth -= 1;
  writer.forget();
}

/** A branch over some instructions, on the condition of a random word of the row; sometimes with an alternative. */
export function writeConditional(writer: ProgramWriter, row: FuzzRow): void {
  const { random } = writer;
  const word = writer.word(row);
  const name = fieldIn(row, word, 'imm14') === undefined ? 'imm19' : 'imm14';
  const skip = writer.later((distance) => withField(row, word, name, distance >> 2));
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

/** Room for a call of a function that is written later. */
function requestFunction(writer: ProgramWriter, patch: (target: number) => void): void {
  const { pendingCalls, random } = writer;
  if (pendingCalls.length < MOST_FUNCTIONS && (pendingCalls.length === 0 || random.below(2) === 0)) {
    pendingCalls.push([patch]);
  } else {
    random.oneOf(pendingCalls).push(patch);
  }
}

const mayCall = (writer: ProgramWriter) => !writer.protectedRegisters.has(LINK) && isCallDepth(writer);
/** Registers that a function may change must not be in use. */
const isCallDepth = (writer: ProgramWriter) =>
  [...writer.protectedRegisters].every((register) =>
    (SAVED_REGISTERS as readonly number[]).includes(register),
  );

export function writeCall(writer: ProgramWriter): void {
  if (!mayCall(writer)) return;
  if (writer.random.below(2) === 0) {
    requestFunction(writer, writer.later(encode.branchLink));
  } else {
    const register = writer.random.below(6) === 0 ? LINK : writer.register();
    requestFunction(
      writer,
      writer.later((distance) => encode.adr(register, distance)),
    );
    writer.emit(encode.blr(register));
  }
  writer.forget();
}

/** B or BL. */
export function writeBranch(writer: ProgramWriter, row: FuzzRow): void {
  const word = writer.word(row);
  if (fieldIn(row, word, 'op') === 1 && mayCall(writer)) {
    requestFunction(writer, writer.later(encode.branchLink));
    writer.forget();
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
    const register = writer.register();
    requestFunction(
      writer,
      writer.later((distance) => encode.adr(register, distance)),
    );
    writer.emit(encode.blr(register));
    writer.forget();
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

/** Some instructions a few times. */
export function writeLoop(writer: ProgramWriter): void {
  const { random } = writer;
  const free = SAVED_REGISTERS.filter((register) => !writer.protectedRegisters.has(register));
  if (free.length === 0 || writer.depth >= DEEPEST - 1) return;
  const counter = random.oneOf(free);
  writer.protectedRegisters.add(counter);
  const rounds = 1 + random.below(MOST_ROUNDS);
  writer.emit(encode.movz(counter, rounds));
  writer.forget();
  const start = writer.here;
  inner(writer, 1 + random.below(4));
  const back = () => 4 * (start - writer.here);
  switch (random.below(3)) {
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
  writer.protectedRegisters.delete(counter);
}

/** The functions that were called. */
export function writeFunctions(writer: ProgramWriter): void {
  for (const callers of writer.pendingCalls) {
    writer.functions.push(writer.here);
    for (const patch of callers) patch(writer.here);
    writer.forget();
    writer.protectedRegisters.clear();
    for (const register of [...SAVED_REGISTERS, LINK]) writer.protectedRegisters.add(register);
    writer.depth += 1;
    writer.fill(writer, 2 + writer.random.below(3));
    writer.depth -= 1;
    writer.emit(encode.ret(LINK));
  }
}
