import type { Instruction } from '@boxer/a64';
import { fieldsOf } from '@boxer/a64';
import { fieldNamed, withField } from './instruction-fields.ts';
import type { InterpreterRunner } from './interpreter-runner.ts';
import {
  BRANCH_DISTANCE,
  type MachineState,
  type TestCase,
  WINDOW_BYTES,
  windowAddress,
  wordAddress,
} from './machine-state.ts';
import type { RandomSource } from './random-source.ts';
import { randomInteger, randomVector } from './random-values.ts';

const FPCR_MODES = [
  0, 0, 0, 0x0040_0000, 0x0080_0000, 0x00c0_0000, 0x0100_0000, 0x0200_0000, 0x03c0_0000, 0x0008_0000,
];
const INEXACT = 0x10;

function randomState(random: RandomSource): MachineState {
  return {
    x: Array.from({ length: 32 }, () => randomInteger(random, 64)),
    v: Array.from({ length: 32 }, () => randomVector(random)),
    nzcv: random.below(16),
    fpcr: random.oneOf(FPCR_MODES),
    fpsr: random.oneOf([0, INEXACT, INEXACT]),
  };
}

/** A word of the row: random fields that `when` accepts, registers sometimes equal. */
function randomWord(random: RandomSource, row: Instruction): number | undefined {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { mask, value, fields } = row.pattern;
    let word = value | (random.word() & ~mask);
    const shared = random.below(32);
    for (const field of fields) {
      const register = field.kind === 'general' || field.kind === 'vector';
      if (!register || random.below(8) !== 0) continue;
      word = (word & ~(31 << field.low)) | (random.oneOf([shared, 31]) << field.low);
    }
    word >>>= 0;
    if (row.when(fieldsOf(row, word))) return word;
  }
  return undefined;
}

/** Rows whose effect lies outside of registers and window, or differs between machines by design. */
const UNTESTED = /^(SVC|BRK|IC IVAU|DC |MRS (?!nzcv|fpcr|fpsr)|MSR (?!nzcv))/;

/** qemu before 9.0 extends the sign of the half's integer into the bits above. */
const WRONG_IN_QEMU = 'FCVTZS/FCVTZU (scalar, Advanced SIMD, fixed-point, 16 bits)';

/** A comparison that the interpreter may fuse with the conditional branch behind it. */
function comparison(random: RandomSource): number {
  const [register, other, result] = [random.below(31), random.below(32), random.below(32)];
  const registers = (register << 5) | result;
  const width = random.below(2) << 31;
  const opcode = random.oneOf([0x7100_0000, 0x6b00_0000, 0x6a00_0000, 0x7200_0000, 0x3100_0000, 0x2b00_0000]);
  const immediate = random.below(31) << 10;
  const operand = { 0x1100_0000: immediate, 0x1200_0000: immediate }[opcode & 0x1f00_0000] ?? other << 16;
  return (width | opcode | operand | registers) >>> 0;
}

/** Puts the branch's target to the place that the harness expects. */
function aimBranch(
  row: Instruction,
  word: number,
  index: number,
  state: MachineState,
): [number, MachineState] | undefined {
  const words = BRANCH_DISTANCE / 4;
  if (row.name.startsWith('BR/BLR')) {
    const { Rn = 0 } = fieldsOf(row, word);
    if (Rn === 31) return undefined;
    return [word, { ...state, x: state.x.with(Rn, BigInt(wordAddress(index, [word]) + BRANCH_DISTANCE)) }];
  }
  const name = ['imm26', 'imm19', 'imm14'].find((field) => fieldNamed(row, field));
  return [name ? withField(row, word, name, words) : word, state];
}

const isBranch = (row: Instruction) => /^(B\/BL|B\.cond|CBZ|TBZ|BR\/BLR)/.test(row.name);
const isLiteral = (row: Instruction) => /literal/.test(row.name);

/** The LDXR or LDXP that lets a store exclusive of the same size succeed. */
function monitorWord(row: Instruction, word: number): number | undefined {
  if (!/^STL?X[RP]/.test(row.name)) return undefined;
  const { Rn = 0 } = fieldsOf(row, word);
  const pair = row.name.startsWith('STXP');
  return ((word & 0xc000_0000) | 0x085f_7c1f | (pair ? 0x0020_0000 : 0) | (Rn << 5)) >>> 0;
}

/**
 * Makes a random case of a row. For instructions that access memory, the base register is set so that the access falls
 * into the case's window; where it goes first is found out by executing without permissions.
 *
 * @returns undefined when the random word cannot be tested
 */
export function randomCase(
  random: RandomSource,
  row: Instruction,
  index: number,
  runner: InterpreterRunner,
): TestCase | undefined {
  if (UNTESTED.test(row.name)) return undefined;
  let word = randomWord(random, row);
  if (word === undefined) return undefined;
  if (row.name === WRONG_IN_QEMU && fieldsOf(row, word)['U'] === 0) return undefined;
  let before = randomState(random);
  const window = Uint8Array.from({ length: WINDOW_BYTES }, () => random.below(256));
  if (isBranch(row)) {
    const aimed = aimBranch(row, word, index, before);
    if (!aimed) return undefined;
    [word, before] = aimed;
    const words = row.name === 'B.cond' && random.below(4) > 0 ? [comparison(random), word] : [word];
    return { name: row.name, words, before, window };
  }
  const { Rt, Rt2 } = fieldsOf(row, word);
  // Loading one register twice is constrained unpredictable.
  if (/^LD.?.?P/.test(row.name) && Rt === Rt2) return undefined;
  const exclusive = /X[RP]|LDAR|STLR|STLL|CAS|LDLAR|SWP|LDADD|LDAPR/.test(row.name);
  const alignment = exclusive ? 16 : random.oneOf([1, 4, 8, 16]);
  const target = windowAddress(index) + 128 + random.below(8) * 16 + (random.below(16) & -alignment);
  const monitor = random.below(4) === 0 ? undefined : monitorWord(row, word);
  if (isLiteral(row)) {
    const distance = (target - wordAddress(index, [word])) >> 2;
    return { name: row.name, words: [withField(row, word, 'imm19', distance)], before, window };
  }
  const single = { name: row.name, words: [word], before, window };
  const base = fieldNamed(row, 'Rn') ?? fieldNamed(row, 'Rt');
  const accessed = runner.firstAccess(index, single);
  if (accessed === undefined) return single;
  if (!base) return undefined;
  const register = fieldsOf(row, word)[base.name] ?? 0;
  const value = BigInt.asUintN(64, (before.x[register] ?? 0n) + BigInt(target) - accessed);
  const aimed = { ...single, before: { ...before, x: before.x.with(register, value) } };
  const again = runner.firstAccess(index, aimed);
  if (again === undefined || again < BigInt(windowAddress(index)) + 64n) return undefined;
  if (again >= BigInt(windowAddress(index)) + 320n) return undefined;
  return monitor === undefined ? aimed : { ...aimed, words: [monitor, word] };
}
