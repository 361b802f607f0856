import {
  type Lanes,
  lanesOf,
  vectorArithmetic,
  vectorBinary,
  vectorMultiplyAdd,
  vectorNegate,
} from '../float/vector.ts';
import { type Instruction, instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Vector } from '../value.ts';

/** Singles: H:L is the index. Doubles: H is, and L is 0. */
const sizes = [
  { bits: 32, letter: 's', size: '10 #L:1', arrangements: ['2s', '4s'] },
  { bits: 64, letter: 'd', size: '11 0', arrangements: ['', '2d'] },
] as const;

type Size = (typeof sizes)[number];

interface Operands {
  readonly a: Vector;
  readonly b: Vector;
  readonly d: Vector;
}

interface Operation {
  readonly mnemonic: string;
  readonly encoding: readonly [U: 0 | 1, opcode: string];
  readonly compute: (m: Machine, lanes: Lanes, operands: Operands) => Vector;
}

/** Those of singles and doubles; halves have the same, see vector-half.table.ts. */
export const floatIndexedOperations: readonly Operation[] = [
  {
    mnemonic: 'fmla',
    encoding: [0, '0001'],
    compute: (m, lanes, { a, b, d }) => vectorMultiplyAdd(m, lanes, d, a, b),
  },
  {
    mnemonic: 'fmls',
    encoding: [0, '0101'],
    compute: (m, lanes, { a, b, d }) => vectorMultiplyAdd(m, lanes, d, vectorNegate(m, lanes.size, a), b),
  },
  {
    mnemonic: 'fmul',
    encoding: [0, '1001'],
    compute: (m, lanes, { a, b }) => vectorArithmetic(m, lanes, 'mul', a, b),
  },
  {
    mnemonic: 'fmulx',
    encoding: [1, '1001'],
    compute: (m, lanes, { a, b }) => vectorBinary(m, lanes, 'fpMultiplyExtended', a, b),
  },
];

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD vector x indexed element" and the scalar form, floating point */
export const vectorFloatIndexed: readonly Instruction[] = sizes.flatMap((size) =>
  floatIndexedOperations.flatMap((operation) => [vectorRow(operation, size), scalarRow(operation, size)]),
);

const indexText = (bits: number, f: { H: number; L?: number }) => ({
  index: bits === 64 ? f.H : (f.H << 1) | (f.L ?? 0),
});

function vectorRow(
  { mnemonic, encoding: [U, opcode], compute }: Operation,
  { bits, letter, size, arrangements }: Size,
): Instruction {
  return instruction({
    name: `${mnemonic.toUpperCase()} (by element, ${bits} bits)`,
    pattern:
      `0 Q ${U} 01111 ${size} Vm:5 ${opcode} #H:1 0 Vn:5 Vd:5` as '0 Q 0 01111 10 #L:1 Vm:5 0001 #H:1 0 Vn:5 Vd:5',
    when: (f) => bits === 32 || f.Q === 1,
    assembly: (f) =>
      `${mnemonic} {Vd:${arrangements[f.Q]}}, {Vn:${arrangements[f.Q]}}, {Vm}.${letter}[{index}]`,
    operands: (f) => indexText(bits, f),
    semantics(m, { Q, L, Vm, H, Vn, Vd }) {
      const index = bits === 64 ? H : m.or(m.shl(H, m.constant(32, 1)), L);
      const operands = { a: m.readV(Vn), b: m.splatElement(Vm, bits, index), d: m.readV(Vd) };
      m.writeV(Vd, compute(m, lanesOf(bits, Q), operands), Q ? 128 : 64);
    },
  });
}

function scalarRow(
  { mnemonic, encoding: [U, opcode], compute }: Operation,
  { bits, letter, size }: Size,
): Instruction {
  return instruction({
    name: `${mnemonic.toUpperCase()} (scalar, by element, ${bits} bits)`,
    pattern:
      `01 ${U} 11111 ${size} Vm:5 ${opcode} #H:1 0 Vn:5 Vd:5` as '01 0 11111 10 #L:1 Vm:5 0001 #H:1 0 Vn:5 Vd:5',
    assembly: `${mnemonic} {Vd:${letter}}, {Vn:${letter}}, {Vm}.${letter}[{index}]`,
    operands: (f) => indexText(bits, f),
    semantics(m, { L, Vm, H, Vn, Vd }) {
      const index = bits === 64 ? H : m.or(m.shl(H, m.constant(32, 1)), L);
      const operands = { a: m.readV(Vn), b: m.splatElement(Vm, bits, index), d: m.readV(Vd) };
      const result = compute(m, { size: bits, count: 1 }, operands);
      m.writeScalar(Vd, bits, m.extract(bits === 64 ? 'i64x2' : 'i32x4', result, 0));
    },
  });
}
