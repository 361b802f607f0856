import { fieldsOf, type Instruction, instructions } from '@boxer/a64';
import type { RandomSource } from './random-source.ts';

/** What programs are made of, beside branches: rows by part of their names, and how often. */
const PALETTE: readonly (readonly [pattern: RegExp, weight: number])[] = [
  [/^ADD\/SUB/, 6],
  [/^(AND|ORR|EOR|BIC|Logical)/i, 3],
  [/^(CSEL|CCM|ADC)/, 5],
  [/^(MOVN|SBFM|BFM|EXTR|ADR)/, 3],
  [/^(MADD|SMADDL|UDIV|LSLV|CLZ|RBIT|REV|CRC)/, 2],
  [/^(FADD|FMUL|FCMP|FCSEL|FCCMP|FMOV|SCVTF|FCVT)/, 3],
  [/vector/i, 3],
  [/^(LDR\/STR|LDP\/STP|LDR \(|LDUR|LDXR|STXR|LDADD|CAS)/, 8],
];

const UNWANTED = /literal|PRFM|exclusive pair|^(SVC|BRK|IC|DC|MRS|MSR|B\/|B\.|CBZ|TBZ|BR\/)/;

/** Registers of a program: x28 points to data, x27 counts loops down; 0…11 are for everything. */
const DATA = 28;
const PLAIN_REGISTERS = 12;

export interface RandomProgram {
  readonly words: readonly number[];
  /** Indices where functions begin. */
  readonly functions: readonly number[];
}

function weighted(): Instruction[] {
  const result: Instruction[] = [];
  for (const [pattern, weight] of PALETTE) {
    const rows = instructions.filter(({ name }) => pattern.test(name) && !UNWANTED.test(name));
    const share = Math.max(1, Math.round((weight * 8) / Math.max(1, rows.length)));
    for (const row of rows) for (let i = 0; i < share; i++) result.push(row);
  }
  return result;
}

const palette = weighted();
const isAccess = (row: Instruction) => /^(LD|ST|CAS|SWP)/.test(row.name);

/** A word of the palette on few registers, so that instructions depend on each other. */
function plainWord(random: RandomSource): number {
  for (;;) {
    const row = random.oneOf(palette);
    const { mask, value, fields } = row.pattern;
    let word = value | (random.word() & ~mask);
    for (const field of fields) {
      if (field.kind !== 'general' && field.kind !== 'vector') continue;
      const isBase = field.name === 'Rn' && isAccess(row);
      const register = isBase ? random.oneOf([DATA, DATA, DATA, 26]) : random.below(PLAIN_REGISTERS);
      word = (word & ~(31 << field.low)) | (register << field.low);
    }
    word >>>= 0;
    const values = fieldsOf(row, word);
    // Pages are crossed by large offsets, and faults end programs early: keep most of them small.
    if (isAccess(row) && (values['imm12'] ?? 0) > 64 && random.below(20) > 0) continue;
    if (row.when(values)) return word;
  }
}

function branchWord(random: RandomSource, at: number, length: number, functions: readonly number[]): number {
  const distance = (target: number, bits: number) => (target - at) & (2 ** bits - 1);
  const anywhere = random.below(length);
  switch (random.below(8)) {
    case 0:
      return (0x1400_0000 | distance(anywhere, 26)) >>> 0;
    case 1:
      return (0x9400_0000 | distance(random.oneOf(functions), 26)) >>> 0;
    case 2:
      return 0xd65f_03c0; // ret
    case 3:
      return (
        (0xb400_0000 |
          (random.below(2) << 24) |
          (distance(anywhere, 19) << 5) |
          random.below(PLAIN_REGISTERS)) >>>
        0
      );
    case 4:
      return (
        (0x3600_0000 |
          (random.below(2) << 24) |
          (random.below(32) << 19) |
          (distance(anywhere, 14) << 5) |
          random.below(PLAIN_REGISTERS)) >>>
        0
      );
    default:
      return (0x5400_0000 | (distance(anywhere, 19) << 5) | random.below(14)) >>> 0;
  }
}

/** A program that wanders about: it ends by fuel, a fault, or running into what lies behind it. */
export function randomProgram(random: RandomSource, length: number): RandomProgram {
  const functions = [0, ...Array.from({ length: 3 }, () => random.below(length))];
  const words = Array.from({ length }, (_, at) =>
    random.below(5) === 0 ? branchWord(random, at, length, functions) : plainWord(random),
  );
  return { words, functions };
}
