import type { Extreme } from '../float/arithmetic.ts';
import { type Lanes, vectorArithmetic, vectorExtreme } from '../float/vector.ts';
import { type Instruction, instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Vector } from '../value.ts';

interface Operation {
  readonly mnemonic: string;
  /** Bit 23 and the opcode. */
  readonly encoding: readonly [a: 0 | 1, opcode: string];
  readonly combine: (m: Machine, lanes: Lanes, a: Vector, b: Vector) => Vector;
}

const extreme = (mnemonic: string, a: 0 | 1, opcode: string, operation: Extreme): Operation => ({
  mnemonic,
  encoding: [a, opcode],
  combine: (m, lanes, x, y) => vectorExtreme(m, lanes, operation, x, y),
});

/** Across all lanes of singles; halves have the same, see vector-half.table.ts. */
export const floatAcrossOperations: readonly Operation[] = [
  extreme('fmaxnm', 0, '01100', 'maxNumber'),
  extreme('fminnm', 1, '01100', 'minNumber'),
  extreme('fmax', 0, '01111', 'max'),
  extreme('fmin', 1, '01111', 'min'),
];

/** Of the two lowest lanes. */
export const floatPairOperations: readonly Operation[] = [
  ...floatAcrossOperations,
  {
    mnemonic: 'fadd',
    encoding: [0, '01101'],
    combine: (m, lanes, a, b) => vectorArithmetic(m, lanes, 'add', a, b),
  },
];

/** Moves the element at `from` to lane 0 and so on, by whole elements. */
function moved(m: Machine, a: Vector, bytes: number): Vector {
  return m.shuffle(
    a,
    a,
    Array.from({ length: 16 }, (_, i) => (i + bytes) % 16),
  );
}

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD across lanes" and "Advanced SIMD scalar pairwise", floating point */
export const vectorFloatAcross: readonly Instruction[] = [
  ...floatAcrossOperations.map(({ mnemonic, encoding: [a, opcode], combine }) =>
    instruction({
      name: `${mnemonic.toUpperCase()}V`,
      pattern: `01 1 01110 ${a} 0 11000 ${opcode} 10 Vn:5 Vd:5` as '01 1 01110 0 0 11000 00000 10 Vn:5 Vd:5',
      assembly: `${mnemonic}v {Vd:s}, {Vn:4s}`,
      semantics(m, { Vn, Vd }) {
        // The halves are reduced first, then combined: which NaN wins depends on the order.
        const neighbours = m.readV(Vn);
        const ofHalves = combine(m, { size: 32, count: 4 }, neighbours, moved(m, neighbours, 4));
        const result = combine(m, { size: 32, count: 1 }, ofHalves, moved(m, ofHalves, 8));
        m.writeScalar(Vd, 32, m.extract('i32x4', result, 0));
      },
    }),
  ),
  ...floatPairOperations.map(({ mnemonic, encoding: [a, opcode], combine }) =>
    instruction({
      name: `${mnemonic.toUpperCase()}P (scalar)`,
      pattern:
        `01 1 11110 ${a} sz 11000 ${opcode} 10 Vn:5 Vd:5` as '01 1 11110 0 sz 11000 00000 10 Vn:5 Vd:5',
      assembly: (f) => `${mnemonic}p {Vd:${f.sz ? 'd' : 's'}}, {Vn:${f.sz ? '2d' : '2s'}}`,
      semantics(m, { sz, Vn, Vd }) {
        const size = sz ? 64 : 32;
        const both = m.readV(Vn);
        const result = combine(m, { size, count: 1 }, both, moved(m, both, size / 8));
        m.writeScalar(Vd, size, m.extract(sz ? 'i64x2' : 'i32x4', result, 0));
      },
    }),
  ),
];
