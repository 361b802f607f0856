import {
  bitsToIntegral,
  describeConversion,
  rounding,
  type Rounding,
  type RoundingOrCurrent,
} from '../float/conversion.ts';
import { defaultAndInexact, defaultControl } from '../float/environment.ts';
import { halfLanes } from '../float/halves.ts';
import {
  allLanes,
  type Comparison,
  floatShape,
  laneByLane,
  type Lanes,
  lanesOf,
  orderedLanes,
  vectorAbsolute,
  vectorCompare,
  vectorNegate,
  vectorSquareRoot,
  vectorUnary,
  zeroVector,
} from '../float/vector.ts';
import { vectorFromInteger, vectorToInteger } from '../float/vector-conversion.ts';
import { type Instruction, instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Vector } from '../value.ts';
import { vectorFloatFixedPoint } from './vector-float-fixed-point.table.ts';
import { vectorFloatSize } from './vector-float-size.table.ts';
import { vectorIntegerEstimate } from './vector-integer-estimate.table.ts';

interface Operation {
  readonly mnemonic: string;
  /** Field U, bit 23, and the opcode. */
  readonly encoding: readonly [U: 0 | 1, a: 0 | 1, opcode: string];
  /** Which forms there are. */
  readonly forms: 'vector' | 'scalar' | 'both';
  /** Text behind the operands. */
  readonly suffix?: string;
  readonly compute: (m: Machine, lanes: Lanes, a: Vector) => Vector;
}

const compareZero =
  (comparison: Comparison, swapped = false) =>
  (m: Machine, lanes: Lanes, a: Vector) =>
    swapped
      ? vectorCompare(m, lanes, comparison, zeroVector(m), a)
      : vectorCompare(m, lanes, comparison, a, zeroVector(m));

const integral = (mode: RoundingOrCurrent, exact = false) => {
  const direct = new Map<RoundingOrCurrent, 'nearest' | 'floor' | 'ceil' | 'trunc'>([
    [rounding.nearest, 'nearest'],
    ['current', 'nearest'],
    [rounding.minus, 'floor'],
    [rounding.plus, 'ceil'],
    [rounding.zero, 'trunc'],
  ]).get(mode);
  return (m: Machine, lanes: Lanes, a: Vector) => {
    if (lanes.size === 16) {
      const description = describeConversion(m, { flag: Number(exact), mode, size: 16 });
      return halfLanes(m, lanes, 'fpToIntegral', [a], description);
    }
    const slowly = () =>
      laneByLane(m, lanes, [a], (bits) => bitsToIntegral(m, lanes.size, mode, exact, bits));
    if (direct === undefined) return slowly();
    const allowed = m.and(
      exact ? defaultAndInexact(m) : defaultControl(m),
      allLanes(m, lanes, orderedLanes(m, lanes.size, a)),
    );
    return m.choose(allowed, () => m.wasm(`${floatShape(lanes.size)}.${direct}`, a), slowly);
  };
};

const toInteger = (mode: Rounding, unsigned: boolean) => (m: Machine, lanes: Lanes, a: Vector) =>
  vectorToInteger(m, lanes, a, { mode, unsigned });

const fromInteger = (unsigned: boolean) => (m: Machine, lanes: Lanes, a: Vector) =>
  vectorFromInteger(m, lanes, a, { unsigned });

/** Those of singles and doubles; halves have the same under encodings of their own, see vector-half.table.ts. */
export const floatTwoRegisterOperations: readonly Operation[] = [
  {
    mnemonic: 'fcmgt',
    encoding: [0, 1, '01100'],
    forms: 'both',
    suffix: ', #0.0',
    compute: compareZero('gt'),
  },
  {
    mnemonic: 'fcmge',
    encoding: [1, 1, '01100'],
    forms: 'both',
    suffix: ', #0.0',
    compute: compareZero('ge'),
  },
  {
    mnemonic: 'fcmeq',
    encoding: [0, 1, '01101'],
    forms: 'both',
    suffix: ', #0.0',
    compute: compareZero('eq'),
  },
  {
    mnemonic: 'fcmle',
    encoding: [1, 1, '01101'],
    forms: 'both',
    suffix: ', #0.0',
    compute: compareZero('ge', true),
  },
  {
    mnemonic: 'fcmlt',
    encoding: [0, 1, '01110'],
    forms: 'both',
    suffix: ', #0.0',
    compute: compareZero('gt', true),
  },
  {
    mnemonic: 'fabs',
    encoding: [0, 1, '01111'],
    forms: 'vector',
    compute: (m, { size }, a) => vectorAbsolute(m, size, a),
  },
  {
    mnemonic: 'fneg',
    encoding: [1, 1, '01111'],
    forms: 'vector',
    compute: (m, { size }, a) => vectorNegate(m, size, a),
  },
  { mnemonic: 'fsqrt', encoding: [1, 1, '11111'], forms: 'vector', compute: vectorSquareRoot },
  { mnemonic: 'frintn', encoding: [0, 0, '11000'], forms: 'vector', compute: integral(rounding.nearest) },
  { mnemonic: 'frintm', encoding: [0, 0, '11001'], forms: 'vector', compute: integral(rounding.minus) },
  { mnemonic: 'frintp', encoding: [0, 1, '11000'], forms: 'vector', compute: integral(rounding.plus) },
  { mnemonic: 'frintz', encoding: [0, 1, '11001'], forms: 'vector', compute: integral(rounding.zero) },
  { mnemonic: 'frinta', encoding: [1, 0, '11000'], forms: 'vector', compute: integral(rounding.away) },
  { mnemonic: 'frintx', encoding: [1, 0, '11001'], forms: 'vector', compute: integral('current', true) },
  { mnemonic: 'frinti', encoding: [1, 1, '11001'], forms: 'vector', compute: integral('current') },
  {
    mnemonic: 'fcvtns',
    encoding: [0, 0, '11010'],
    forms: 'both',
    compute: toInteger(rounding.nearest, false),
  },
  {
    mnemonic: 'fcvtnu',
    encoding: [1, 0, '11010'],
    forms: 'both',
    compute: toInteger(rounding.nearest, true),
  },
  { mnemonic: 'fcvtms', encoding: [0, 0, '11011'], forms: 'both', compute: toInteger(rounding.minus, false) },
  { mnemonic: 'fcvtmu', encoding: [1, 0, '11011'], forms: 'both', compute: toInteger(rounding.minus, true) },
  { mnemonic: 'fcvtas', encoding: [0, 0, '11100'], forms: 'both', compute: toInteger(rounding.away, false) },
  { mnemonic: 'fcvtau', encoding: [1, 0, '11100'], forms: 'both', compute: toInteger(rounding.away, true) },
  { mnemonic: 'fcvtps', encoding: [0, 1, '11010'], forms: 'both', compute: toInteger(rounding.plus, false) },
  { mnemonic: 'fcvtpu', encoding: [1, 1, '11010'], forms: 'both', compute: toInteger(rounding.plus, true) },
  { mnemonic: 'fcvtzs', encoding: [0, 1, '11011'], forms: 'both', compute: toInteger(rounding.zero, false) },
  { mnemonic: 'fcvtzu', encoding: [1, 1, '11011'], forms: 'both', compute: toInteger(rounding.zero, true) },
  { mnemonic: 'scvtf', encoding: [0, 0, '11101'], forms: 'both', compute: fromInteger(false) },
  { mnemonic: 'ucvtf', encoding: [1, 0, '11101'], forms: 'both', compute: fromInteger(true) },
  {
    mnemonic: 'frecpe',
    encoding: [0, 1, '11101'],
    forms: 'both',
    compute: (m, lanes, a) => vectorUnary(m, lanes, 'fpReciprocalEstimate', a),
  },
  {
    mnemonic: 'frsqrte',
    encoding: [1, 1, '11101'],
    forms: 'both',
    compute: (m, lanes, a) => vectorUnary(m, lanes, 'fpReciprocalSquareRootEstimate', a),
  },
  {
    mnemonic: 'frecpx',
    encoding: [0, 1, '11111'],
    forms: 'scalar',
    compute: (m, lanes, a) => vectorUnary(m, lanes, 'fpReciprocalExponent', a),
  },
];

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD two-register miscellaneous", "shift by immediate", floating point */
export const vectorFloatTwoRegister: readonly Instruction[] = [
  ...floatTwoRegisterOperations.filter(({ forms }) => forms !== 'scalar').map(vectorRow),
  ...floatTwoRegisterOperations.filter(({ forms }) => forms !== 'vector').map(scalarRow),
  ...vectorFloatFixedPoint,
  ...vectorFloatSize,
  ...vectorIntegerEstimate,
];

function vectorRow({ mnemonic, encoding: [U, a, opcode], suffix = '', compute }: Operation): Instruction {
  return instruction({
    name: `${mnemonic.toUpperCase()} (vector${suffix && ', zero'}${opcode === '11101' || opcode.startsWith('110') ? ', two registers' : ''})`,
    pattern:
      `0 Q ${U} 01110 ${a} sz 10000 ${opcode} 10 Vn:5 Vd:5` as '0 Q 0 01110 0 sz 10000 00000 10 Vn:5 Vd:5',
    when: (f) => !f.sz || f.Q === 1,
    assembly: `${mnemonic} {Vd.F}, {Vn.F}${suffix}`,
    semantics(m, { Q, sz, Vn, Vd }) {
      m.writeV(Vd, compute(m, lanesOf(sz ? 64 : 32, Q), m.readV(Vn)), Q ? 128 : 64);
    },
  });
}

function scalarRow({ mnemonic, encoding: [U, a, opcode], suffix = '', compute }: Operation): Instruction {
  return instruction({
    name: `${mnemonic.toUpperCase()} (scalar, Advanced SIMD${suffix && ', zero'})`,
    pattern:
      `01 ${U} 11110 ${a} sz 10000 ${opcode} 10 Vn:5 Vd:5` as '01 0 11110 0 sz 10000 00000 10 Vn:5 Vd:5',
    assembly: (f) => `${mnemonic} {Vd:${f.sz ? 'd' : 's'}}, {Vn:${f.sz ? 'd' : 's'}}${suffix}`,
    semantics(m, { sz, Vn, Vd }) {
      const size = sz ? 64 : 32;
      const result = compute(m, { size, count: 1 }, m.readV(Vn));
      m.writeScalar(Vd, size, m.extract(size === 64 ? 'i64x2' : 'i32x4', result, 0));
    },
  });
}
