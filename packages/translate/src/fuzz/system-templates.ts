import { encode } from './encode.ts';
import { DATA_AT } from './layout.ts';
import type { ProgramWriter } from './program-writer.ts';
import { fieldIn, type FuzzRow } from './rows.ts';
import { withField } from '../testing/instruction-fields.ts';

const GETPID = 172;
/** Linux has no system calls from here on. */
const NO_CALLS = 0x4000;
const CARRY_SET = 2;

/** A system call whose result is known, or cleared. */
export function writeSystemCall(writer: ProgramWriter, row: FuzzRow): void {
  const { random } = writer;
  if (writer.protectedRegisters.has(0) || writer.protectedRegisters.has(8)) return;
  const number = random.below(2) === 0 ? GETPID : NO_CALLS + random.below(0x4000);
  writer.emit(encode.movz(8, number), writer.word(row));
  if (number === GETPID) writer.emit(encode.movz(0, 0));
  writer.touched([0, 8]);
}

/** A hint to let others run. Leaving for another task clears the monitor in qemu, here it need not: so it is cleared. */
export function writeYield(writer: ProgramWriter, row: FuzzRow): void {
  writer.emit(writer.word(row), encode.clrex);
}

/** An end before the end, on a condition. */
export function writeBreakpoint(writer: ProgramWriter, row: FuzzRow): void {
  writer.emit(encode.branchIf(writer.random.below(14), 8), writer.word(row));
}

/** A read of a system register. Where processors differ by design, its value is cleared behind it. */
export function writeSystemRead(writer: ProgramWriter, row: FuzzRow): void {
  const word = writer.word(row);
  const register = fieldIn(row, word, 'Rt') ?? 31;
  writer.emit(word);
  writer.touched([register]);
  const name = row.name.slice('MRS '.length);
  if (!writer.traits.comparedRegisters.test(name) && register !== 31) writer.emit(encode.movz(register, 0));
}

/** Two reads of the counter, of which the second must not be less than the first. */
export function writeCounterRead(writer: ProgramWriter, row: FuzzRow): void {
  const first = writer.register();
  const second = writer.register(first);
  const read = writer.word(row);
  writer.emit(withField(row.instruction, read, 'Rt', first), withField(row.instruction, read, 'Rt', second));
  writer.emit(encode.subsRegister(31, second, first), encode.cset(first, CARRY_SET), encode.movz(second, 0));
  writer.emit(encode.subsImmediate(31, first, 0));
  writer.touched([first, second]);
}

/** FPCR or FPSR get a value that exists. */
export function writeFloatRegister(writer: ProgramWriter, row: FuzzRow): void {
  const { random, values } = writer;
  const value = row.name.endsWith('fpcr') ? values.fpcr(random) : values.fpsr(random);
  const register = writer.register();
  writer.set(register, BigInt(value));
  writer.emit(withField(row.instruction, writer.word(row), 'Rt', register));
}

/** Cache maintenance of an address that is mapped. */
export function writeCacheOperation(writer: ProgramWriter, row: FuzzRow): void {
  const { random } = writer;
  const register = writer.register();
  const isCode = row.name.startsWith('IC') && random.below(2) === 0;
  writer.point(register, isCode ? writer.pc + random.below(64) : DATA_AT + random.below(0x1000));
  writer.emit(withField(row.instruction, writer.word(row), 'Rt', register));
}

/** Executes a word of a row twice, having replaced it by another one in between as Arm asks for. */
export function writePatchedCode(writer: ProgramWriter, row: FuzzRow): void {
  const counter = writer.register();
  writer.protectedRegisters.add(counter);
  const [before, after] = [writer.word(row), writer.word(row)];
  const to = writer.register();
  const from = writer.register(to);
  writer.emit(encode.movz(counter, 2), encode.branch(8));
  const literal = writer.here;
  writer.data.add(literal);
  writer.emit(after);
  const patched = writer.here;
  writer.emit(before);
  writer.emit(encode.adr(from, 4 * (literal - writer.here)));
  writer.emit(encode.adr(to, 4 * (patched - writer.here)));
  writer.emit(encode.loadWord(from, from), encode.storeWord(from, to));
  writer.emit(encode.dcCvau(to), encode.dsbIsh, encode.icIvau(to), encode.dsbIsh, encode.isb);
  writer.emit(encode.subImmediate(counter, counter, 1));
  writer.emit(encode.cbnz(counter, 4 * (patched - writer.here)));
  writer.protectedRegisters.delete(counter);
  writer.forget();
}
