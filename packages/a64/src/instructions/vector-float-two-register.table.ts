import {
  bitsToInteger,
  bitsToIntegral,
  convertBits,
  describeConversion,
  integerToBits,
  rounding,
  type Rounding,
  type RoundingOrCurrent,
} from '../float/conversion.ts';
import { defaultAndInexact, defaultControl } from '../float/environment.ts';
import type { NativeSize } from '../float/format.ts';
import { halfLanes, halfLanesOf, halvesToSingles, singlesToHalves } from '../float/halves.ts';
import {
  allLanes,
  type Comparison,
  floatShape,
  laneBits,
  laneByLane,
  type Lanes,
  lanesOf,
  normalLanes,
  orderedLanes,
  vectorAbsolute,
  vectorCompare,
  vectorNegate,
  vectorSquareRoot,
  vectorUnary,
  zeroVector,
} from '../float/vector.ts';
import { type Instruction, instruction } from '../instruction.ts';
import { shapeOf } from '../lanes.ts';
import type { Machine } from '../machine.ts';
import type { Value, Vector } from '../value.ts';

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

interface IntegerOptions {
  readonly unsigned: boolean;
  readonly mode?: Rounding;
  /** Fraction bits of the integer. */
  readonly scale?: Value<32>;
}

/** Floats to integers of their size, saturating. */
function vectorToInteger(
  m: Machine,
  lanes: Lanes,
  a: Vector,
  { unsigned, mode = rounding.zero, scale }: IntegerOptions,
): Vector {
  if (lanes.size === 16) {
    const how = { low: scale ?? 0, flag: Number(unsigned), mode, size: 16, width: 16 } as const;
    return halfLanes(m, lanes, 'fpToFixed', [a], describeConversion(m, how));
  }
  const options = { unsigned, width: lanes.size, mode, ...(scale ? { scale } : {}) };
  return laneByLane(m, lanes, [a], (bits) => bitsToInteger(m, lanes.size, options, bits));
}

/** Integers to floats of their size. */
function vectorFromInteger(m: Machine, lanes: Lanes, a: Vector, { unsigned, scale }: IntegerOptions): Vector {
  if (lanes.size === 16) {
    const how = { low: scale ?? 0, flag: Number(unsigned), mode: 'current', size: 16 } as const;
    return halfLanes(m, lanes, 'fpFromFixed', [a], describeConversion(m, how));
  }
  const { size } = lanes;
  const options = { unsigned, ...(scale ? { scale } : {}) };
  const slowly = () =>
    laneByLane(m, lanes, [a], (bits) => integerToBits(m, size, size, m.resize(bits, size), options));
  if (size === 64 || scale) return slowly();
  return m.choose(
    defaultAndInexact(m),
    () => m.wasm(`f32x4.convert_i32x4_${unsigned ? 'u' : 's'}`, a),
    slowly,
  );
}

/** Fixed-point conversions; the size and the fraction bits share a field. */
const fixedSizes = [
  { bits: 16, immediate: '001 #imm:4', letter: 'h' },
  { bits: 32, immediate: '01 #imm:5', letter: 's' },
  { bits: 64, immediate: '1 #imm:6', letter: 'd' },
] as const;

type FixedPattern = '0 Q U 011110 01 #imm:5 11100 1 Vn:5 Vd:5';
type FixedScalarPattern = '01 U 111110 01 #imm:5 11100 1 Vn:5 Vd:5';

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD two-register miscellaneous", "shift by immediate", floating point */
export const vectorFloatTwoRegister: readonly Instruction[] = [
  ...floatTwoRegisterOperations.filter(({ forms }) => forms !== 'scalar').map(vectorRow),
  ...floatTwoRegisterOperations.filter(({ forms }) => forms !== 'vector').map(scalarRow),
  ...fixedSizes.flatMap((size) => [
    fixedRow(size, 'from'),
    fixedRow(size, 'to'),
    fixedScalarRow(size, 'from'),
    fixedScalarRow(size, 'to'),
  ]),
  instruction({
    name: 'FCVTL',
    pattern: '0 Q 0 01110 0 sz 10000 10111 10 Vn:5 Vd:5',
    assembly: (f) =>
      `fcvtl${f.Q ? '2' : ''} {Vd:${f.sz ? '2d' : '4s'}}, {Vn:${['4h', '8h', '2s', '4s'][f.sz * 2 + f.Q]}}`,
    semantics(m, { Q, sz, Vn, Vd }) {
      m.writeV(Vd, lengthen(m, sz ? 64 : 32, Q, m.readV(Vn)));
    },
  }),
  instruction({
    name: 'FCVTN',
    pattern: '0 Q 0 01110 0 sz 10000 10110 10 Vn:5 Vd:5',
    assembly: (f) =>
      `fcvtn${f.Q ? '2' : ''} {Vd:${['4h', '8h', '2s', '4s'][f.sz * 2 + f.Q]}}, {Vn:${f.sz ? '2d' : '4s'}}`,
    semantics(m, { Q, sz, Vn, Vd }) {
      const low = shorten(m, sz ? 64 : 32, 'current', m.readV(Vn));
      m.writeV(Vd, Q ? joined(m, m.readV(Vd), low) : low, Q ? 128 : 64);
    },
  }),
  instruction({
    name: 'FCVTXN (vector)',
    pattern: '0 Q 1 01110 01 10000 10110 10 Vn:5 Vd:5',
    assembly: (f) => `fcvtxn${f.Q ? '2' : ''} {Vd:${f.Q ? '4s' : '2s'}}, {Vn:2d}`,
    semantics(m, { Q, Vn, Vd }) {
      const low = shorten(m, 64, rounding.odd, m.readV(Vn));
      m.writeV(Vd, Q ? joined(m, m.readV(Vd), low) : low, Q ? 128 : 64);
    },
  }),
  instruction({
    name: 'FCVTXN (scalar)',
    pattern: '01 1 11110 01 10000 10110 10 Vn:5 Vd:5',
    assembly: 'fcvtxn {Vd:s}, {Vn:d}',
    semantics(m, { Vn, Vd }) {
      m.writeScalar(Vd, 32, m.wrap(convertBits(m, 64, 32, laneBits(m, 64, m.readV(Vn), 0), rounding.odd)));
    },
  }),
  instruction({
    name: 'URECPE/URSQRTE',
    pattern: '0 Q U 01110 10 10000 11100 10 Vn:5 Vd:5',
    assembly: (f) => `${f.U ? 'ursqrte' : 'urecpe'} {Vd:${f.Q ? '4s' : '2s'}}, {Vn:${f.Q ? '4s' : '2s'}}`,
    semantics(m, { Q, U, Vn, Vd }) {
      const estimate = U ? squareRootEstimate : reciprocalEstimate;
      const result = laneByLane(m, lanesOf(32, Q), [m.readV(Vn)], (bits) =>
        m.zext(estimate(m, m.wrap(bits))),
      );
      m.writeV(Vd, result, Q ? 128 : 64);
    },
  }),
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

function fixedCompute(direction: 'from' | 'to') {
  return direction === 'from' ? vectorFromInteger : vectorToInteger;
}

const fixedMnemonic = (direction: 'from' | 'to', U: number) =>
  direction === 'from' ? `${U ? 'u' : 's'}cvtf` : `fcvtz${U ? 'u' : 's'}`;

function fixedRow(
  { bits, immediate, letter }: (typeof fixedSizes)[number],
  direction: 'from' | 'to',
): Instruction {
  const opcode = direction === 'from' ? '11100' : '11111';
  return instruction({
    name: `${direction === 'from' ? 'SCVTF/UCVTF' : 'FCVTZS/FCVTZU'} (vector, fixed-point, ${bits} bits)`,
    pattern: `0 Q U 011110 ${immediate} ${opcode} 1 Vn:5 Vd:5` as FixedPattern,
    when: (f) => bits < 64 || f.Q === 1,
    assembly: (f) => {
      const arrangement = `${(f.Q ? 128 : 64) / bits}${letter}`;
      return `${fixedMnemonic(direction, f.U)} {Vd:${arrangement}}, {Vn:${arrangement}}, #{fraction}`;
    },
    operands: (f) => ({ fraction: bits - f.imm }),
    semantics(m, { Q, U, imm, Vn, Vd }) {
      const scale = m.sub(m.constant(32, bits), imm);
      const lanes = bits === 16 ? halfLanesOf(Q) : lanesOf(bits, Q);
      const result = fixedCompute(direction)(m, lanes, m.readV(Vn), { unsigned: U === 1, scale });
      m.writeV(Vd, result, Q ? 128 : 64);
    },
  });
}

function fixedScalarRow(
  { bits, immediate, letter }: (typeof fixedSizes)[number],
  direction: 'from' | 'to',
): Instruction {
  const opcode = direction === 'from' ? '11100' : '11111';
  return instruction({
    name: `${direction === 'from' ? 'SCVTF/UCVTF' : 'FCVTZS/FCVTZU'} (scalar, Advanced SIMD, fixed-point, ${bits} bits)`,
    pattern: `01 U 111110 ${immediate} ${opcode} 1 Vn:5 Vd:5` as FixedScalarPattern,
    assembly: (f) => `${fixedMnemonic(direction, f.U)} {Vd:${letter}}, {Vn:${letter}}, #{fraction}`,
    operands: (f) => ({ fraction: bits - f.imm }),
    semantics(m, { U, imm, Vn, Vd }) {
      const scale = m.sub(m.constant(32, bits), imm);
      const result = fixedCompute(direction)(m, { size: bits, count: 1 }, m.readV(Vn), {
        unsigned: U === 1,
        scale,
      });
      m.writeScalar(Vd, bits, m.extract(shapeOf(bits), result, 0));
    },
  });
}

/** The lower (Q: upper) half's elements in twice their size. */
function lengthen(m: Machine, to: NativeSize, Q: number, a: Vector): Vector {
  const half = Q ? m.shuffle(a, a, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]) : a;
  const slowly = () => {
    let result = zeroVector(m);
    for (let lane = 0; lane < 128 / to; lane++) {
      const bits =
        to === 64
          ? m.zext(m.extract('i32x4', half, lane, { width: 32 }))
          : m.zext(m.extract('i16x8', half, lane, { width: 32 }));
      const converted = convertBits(m, to === 64 ? 32 : 16, to, bits);
      result = m.replace(
        to === 64 ? 'i64x2' : 'i32x4',
        result,
        lane,
        to === 64 ? converted : m.wrap(converted),
      );
    }
    return result;
  };
  if (to === 32) {
    const { singles, right } = halvesToSingles(m, half);
    return m.choose(right, () => singles, slowly);
  }
  const ordered = allLanes(m, { size: 32, count: 2 }, orderedLanes(m, 32, half));
  return m.choose(m.and(defaultControl(m), ordered), () => m.wasm('f64x2.promote_low_f32x4', half), slowly);
}

/** All elements in half their size, in the lower half; the upper half is zero. */
function shorten(m: Machine, from: NativeSize, mode: RoundingOrCurrent, a: Vector): Vector {
  const slowly = () => {
    let result = zeroVector(m);
    for (let lane = 0; lane < 128 / from; lane++) {
      const bits = m.wrap(convertBits(m, from, from === 64 ? 32 : 16, laneBits(m, from, a, lane), mode));
      result = m.replace(from === 64 ? 'i32x4' : 'i16x8', result, lane, bits);
    }
    return result;
  };
  if (mode !== 'current') return slowly();
  if (from === 32) {
    const { halves, right } = singlesToHalves(m, a);
    return m.choose(right, () => halves, slowly);
  }
  const result = m.wasm('f32x4.demote_f64x2_zero', a);
  const normal = allLanes(m, { size: 32, count: 2 }, normalLanes(m, 32, result));
  return m.choose(m.and(defaultAndInexact(m), normal), () => result, slowly);
}

/** The lower half of `before` and, above it, the lower half of `low`. */
function joined(m: Machine, before: Vector, low: Vector): Vector {
  return m.shuffle(before, low, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
}

/** `RecipEstimate` of the nine bits below the point; numbers below one half give the greatest result. */
function reciprocalEstimate(m: Machine, operand: Value<32>): Value<32> {
  const c = (value: number) => m.constant(32, value);
  const a = m.add(m.shl(m.lsr(operand, c(23)), c(1)), c(1));
  // Bit 31 is set in every operand that gets here with meaning; the others would not overflow either.
  const quotient = m.udivRaw(c(1 << 19), m.or(a, c(512)));
  const estimate = m.lsr(m.add(quotient, c(1)), c(1));
  return m.select(m.lsr(operand, c(31)), m.shl(estimate, c(23)), c(-1));
}

/** `RecipSqrtEstimate` of the nine bits below the point; numbers below one quarter give the greatest result. */
function squareRootEstimate(m: Machine, operand: Value<32>): Value<32> {
  const c = (value: number) => m.constant(32, value);
  const top = m.lsr(operand, c(23));
  const small = m.add(m.shl(top, c(1)), c(1));
  const large = m.shl(m.add(m.shl(m.lsr(top, c(1)), c(1)), c(1)), c(1));
  const a = m.select(m.ltu(top, c(256)), small, large);
  // The greatest b with a × b² < 2^28: a square root never is an integer here, so rounding down finds it.
  const ratio = m.floatBinary('div', m.wasm('f64.convert_i32_u', c(1 << 28)), m.wasm('f64.convert_i32_u', a));
  const b = m.wasm('i32.trunc_sat_f64_u', m.floatUnary('sqrt', ratio));
  const estimate = m.lsr(m.add(b, c(1)), c(1));
  return m.select(m.ne(m.lsr(operand, c(30)), c(0)), m.shl(estimate, c(23)), c(-1));
}
