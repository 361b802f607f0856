import {
  type Comparison,
  type Lanes,
  lanesOf,
  vectorAbsolute,
  vectorArithmetic,
  vectorBinary,
  vectorCompare,
  vectorExtreme,
  vectorMultiplyAdd,
  vectorNegate,
} from '../float/vector.ts';
import { type Instruction, instruction } from '../instruction.ts';
import { pairs } from '../lanes.ts';
import type { Machine } from '../machine.ts';
import type { Vector } from '../value.ts';

interface Operands {
  readonly a: Vector;
  readonly b: Vector;
  readonly d: Vector;
}

interface Operation {
  readonly mnemonic: string;
  /** Field U, bit 23, and the opcode. */
  readonly encoding: readonly [U: 0 | 1, a: 0 | 1, opcode: string];
  /** Whether pairs of neighbours are combined instead of lanes of two registers. */
  readonly pairwise?: boolean;
  readonly scalar?: boolean;
  readonly compute: (m: Machine, lanes: Lanes, operands: Operands) => Vector;
}

const arithmetic =
  (operation: 'add' | 'sub' | 'mul' | 'div') =>
  (m: Machine, lanes: Lanes, { a, b }: Operands) =>
    vectorArithmetic(m, lanes, operation, a, b);

const extreme =
  (operation: 'max' | 'min' | 'maxNumber' | 'minNumber') =>
  (m: Machine, lanes: Lanes, { a, b }: Operands) =>
    vectorExtreme(m, lanes, operation, a, b);

const compare =
  (comparison: Comparison) =>
  (m: Machine, lanes: Lanes, { a, b }: Operands) =>
    vectorCompare(m, lanes, comparison, a, b);

const compareAbsolute =
  (comparison: Comparison) =>
  (m: Machine, lanes: Lanes, { a, b }: Operands) =>
    vectorCompare(m, lanes, comparison, vectorAbsolute(m, lanes.size, a), vectorAbsolute(m, lanes.size, b));

const support =
  (name: Parameters<typeof vectorBinary>[2]) =>
  (m: Machine, lanes: Lanes, { a, b }: Operands) =>
    vectorBinary(m, lanes, name, a, b);

/** Those of singles and doubles; halves have the same under encodings of their own, see vector-half.table.ts. */
export const floatThreeSameOperations: readonly Operation[] = [
  { mnemonic: 'fmaxnm', encoding: [0, 0, '11000'], compute: extreme('maxNumber') },
  { mnemonic: 'fminnm', encoding: [0, 1, '11000'], compute: extreme('minNumber') },
  { mnemonic: 'fmaxnmp', encoding: [1, 0, '11000'], pairwise: true, compute: extreme('maxNumber') },
  { mnemonic: 'fminnmp', encoding: [1, 1, '11000'], pairwise: true, compute: extreme('minNumber') },
  {
    mnemonic: 'fmla',
    encoding: [0, 0, '11001'],
    compute: (m, lanes, { a, b, d }) => vectorMultiplyAdd(m, lanes, d, a, b),
  },
  {
    mnemonic: 'fmls',
    encoding: [0, 1, '11001'],
    compute: (m, lanes, { a, b, d }) => vectorMultiplyAdd(m, lanes, d, vectorNegate(m, lanes.size, a), b),
  },
  { mnemonic: 'fadd', encoding: [0, 0, '11010'], compute: arithmetic('add') },
  { mnemonic: 'fsub', encoding: [0, 1, '11010'], compute: arithmetic('sub') },
  { mnemonic: 'faddp', encoding: [1, 0, '11010'], pairwise: true, compute: arithmetic('add') },
  {
    mnemonic: 'fabd',
    encoding: [1, 1, '11010'],
    scalar: true,
    compute: (m, lanes, { a, b }) => vectorAbsolute(m, lanes.size, vectorArithmetic(m, lanes, 'sub', a, b)),
  },
  { mnemonic: 'fmulx', encoding: [0, 0, '11011'], scalar: true, compute: support('fpMultiplyExtended') },
  { mnemonic: 'fmul', encoding: [1, 0, '11011'], compute: arithmetic('mul') },
  { mnemonic: 'fcmeq', encoding: [0, 0, '11100'], scalar: true, compute: compare('eq') },
  { mnemonic: 'fcmge', encoding: [1, 0, '11100'], scalar: true, compute: compare('ge') },
  { mnemonic: 'fcmgt', encoding: [1, 1, '11100'], scalar: true, compute: compare('gt') },
  { mnemonic: 'facge', encoding: [1, 0, '11101'], scalar: true, compute: compareAbsolute('ge') },
  { mnemonic: 'facgt', encoding: [1, 1, '11101'], scalar: true, compute: compareAbsolute('gt') },
  { mnemonic: 'fmax', encoding: [0, 0, '11110'], compute: extreme('max') },
  { mnemonic: 'fmin', encoding: [0, 1, '11110'], compute: extreme('min') },
  { mnemonic: 'fmaxp', encoding: [1, 0, '11110'], pairwise: true, compute: extreme('max') },
  { mnemonic: 'fminp', encoding: [1, 1, '11110'], pairwise: true, compute: extreme('min') },
  { mnemonic: 'frecps', encoding: [0, 0, '11111'], scalar: true, compute: support('fpReciprocalStep') },
  {
    mnemonic: 'frsqrts',
    encoding: [0, 1, '11111'],
    scalar: true,
    compute: support('fpReciprocalSquareRootStep'),
  },
  { mnemonic: 'fdiv', encoding: [1, 0, '11111'], compute: arithmetic('div') },
];

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD three same" and "Advanced SIMD scalar three same", floating point */
export const vectorFloatThreeSame: readonly Instruction[] = [
  ...floatThreeSameOperations.map(vectorRow),
  ...floatThreeSameOperations.filter(({ scalar }) => scalar).map(scalarRow),
];

function vectorRow({ mnemonic, encoding: [U, a, opcode], pairwise, compute }: Operation): Instruction {
  return instruction({
    name: `${mnemonic.toUpperCase()} (vector)`,
    pattern:
      `0 Q ${U} 01110 ${a} sz 1 Vm:5 ${opcode} 1 Vn:5 Vd:5` as '0 Q 0 01110 0 sz 1 Vm:5 00000 1 Vn:5 Vd:5',
    when: (f) => !f.sz || f.Q === 1,
    assembly: `${mnemonic} {Vd.F}, {Vn.F}, {Vm.F}`,
    semantics(m, { Q, sz, Vm, Vn, Vd }) {
      const lanes = lanesOf(sz ? 64 : 32, Q);
      const [n, second] = [m.readV(Vn), m.readV(Vm)];
      const [left, right] = pairwise ? pairs(m, lanes.size, Q, n, second) : [n, second];
      m.writeV(Vd, compute(m, lanes, { a: left, b: right, d: m.readV(Vd) }), Q ? 128 : 64);
    },
  });
}

function scalarRow({ mnemonic, encoding: [U, a, opcode], compute }: Operation): Instruction {
  return instruction({
    name: `${mnemonic.toUpperCase()} (scalar, Advanced SIMD)`,
    pattern:
      `01 ${U} 11110 ${a} sz 1 Vm:5 ${opcode} 1 Vn:5 Vd:5` as '01 0 11110 0 sz 1 Vm:5 00000 1 Vn:5 Vd:5',
    assembly: (f) =>
      `${mnemonic} {Vd:${f.sz ? 'd' : 's'}}, {Vn:${f.sz ? 'd' : 's'}}, {Vm:${f.sz ? 'd' : 's'}}`,
    semantics(m, { sz, Vm, Vn, Vd }) {
      const size = sz ? 64 : 32;
      const operands = { a: m.readV(Vn), b: m.readV(Vm), d: m.readV(Vd) };
      const result = compute(m, { size, count: 1 }, operands);
      m.writeScalar(Vd, size, m.extract(size === 64 ? 'i64x2' : 'i32x4', result, 0));
    },
  });
}
