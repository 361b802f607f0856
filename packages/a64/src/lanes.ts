import type { Machine } from './machine.ts';
import type { ElementBits, Value, Vector } from './value.ts';
import type { IntegerShape } from './wasm-operations.ts';

/** Lane operations of Advanced SIMD that Wasm lacks, built from those it has. */

const shapes: Readonly<Record<ElementBits, IntegerShape>> = {
  8: 'i8x16',
  16: 'i16x8',
  32: 'i32x4',
  64: 'i64x2',
};

/** Element sizes by the encoding's `size` field. */
export function elementBits(size: number): ElementBits {
  return ([8, 16, 32, 64] as const)[size] ?? 8;
}

export function shapeOf(bits: ElementBits): IntegerShape {
  return shapes[bits];
}

/** The element size twice (half) as large; only for sizes that have one. */
export function doubled(bits: ElementBits): ElementBits {
  return bits === 8 ? 16 : bits === 16 ? 32 : 64;
}

export function halved(bits: ElementBits): ElementBits {
  return bits === 64 ? 32 : bits === 32 ? 16 : 8;
}

/** The same constant in every lane. */
export function laneConstant(m: Machine, bits: ElementBits, value: bigint): Vector {
  const lane = BigInt.asUintN(bits, value);
  return m.vectorConstant(
    Array.from({ length: 16 }, (_, i) => Number((lane >> BigInt((i % (bits / 8)) * 8)) & 0xffn)),
  );
}

export function laneMaximum(bits: ElementBits, signed: boolean): bigint {
  return (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
}

export function laneMinimum(bits: ElementBits, signed: boolean): bigint {
  return signed ? -(1n << BigInt(bits - 1)) : 0n;
}

/** All ones where the element is negative. */
export function signMask(m: Machine, bits: ElementBits, a: Vector): Vector {
  return m.wasm(`${shapeOf(bits)}.shr_s`, a, m.constant(32, bits - 1));
}

/** All ones where `a > b`. */
export function greater(m: Machine, bits: ElementBits, signed: boolean, a: Vector, b: Vector): Vector {
  if (bits !== 64) return m.wasm(`${narrowShape(bits)}.gt_${signed ? 's' : 'u'}`, a, b);
  const flip = (v: Vector) => (signed ? v : m.wasm('v128.xor', v, laneConstant(m, 64, 1n << 63n)));
  return m.wasm('i64x2.gt_s', flip(a), flip(b));
}

/** All ones where `a >= b`. */
export function greaterOrEqual(m: Machine, bits: ElementBits, signed: boolean, a: Vector, b: Vector): Vector {
  return m.wasm('v128.not', greater(m, bits, signed, b, a));
}

export function larger(m: Machine, bits: ElementBits, signed: boolean, a: Vector, b: Vector): Vector {
  if (bits === 64) return m.bitselect(a, b, greater(m, 64, signed, a, b));
  return m.wasm(`${narrowShape(bits)}.max_${signed ? 's' : 'u'}`, a, b);
}

export function smaller(m: Machine, bits: ElementBits, signed: boolean, a: Vector, b: Vector): Vector {
  if (bits === 64) return m.bitselect(b, a, greater(m, 64, signed, a, b));
  return m.wasm(`${narrowShape(bits)}.min_${signed ? 's' : 'u'}`, a, b);
}

function narrowShape(bits: ElementBits): 'i8x16' | 'i16x8' | 'i32x4' {
  return bits === 8 ? 'i8x16' : bits === 16 ? 'i16x8' : 'i32x4';
}

/** Product modulo the lane size. */
export function multiply(m: Machine, bits: ElementBits, a: Vector, b: Vector): Vector {
  if (bits === 16) return m.wasm('i16x8.mul', a, b);
  if (bits === 32) return m.wasm('i32x4.mul', a, b);
  if (bits === 64) return m.wasm('i64x2.mul', a, b);
  const low = m.wasm('i16x8.extmul_low_i8x16_u', a, b);
  return evens(m, 8, low, m.wasm('i16x8.extmul_high_i8x16_u', a, b));
}

/** Lanes 0, 2, 4… of `a`, then of `b`. */
export function evens(m: Machine, bits: ElementBits, a: Vector, b: Vector): Vector {
  return m.shuffle(a, b, everySecond(bits, 0));
}

/** Lanes 1, 3, 5… of `a`, then of `b`. */
export function odds(m: Machine, bits: ElementBits, a: Vector, b: Vector): Vector {
  return m.shuffle(a, b, everySecond(bits, bits / 8));
}

function everySecond(bits: ElementBits, first: number): number[] {
  const bytes = bits / 8;
  const starts = Array.from({ length: 16 / bytes }, (_, i) => first + i * 2 * bytes);
  return starts.flatMap((start) => Array.from({ length: bytes }, (_, i) => start + i));
}

/**
 * The operands of a pairwise operation on `a` followed by `b`: the first elements of the pairs, and the second ones.
 * Without Q, pairs come from the lower halves alone.
 */
export function pairs(m: Machine, bits: ElementBits, Q: number, a: Vector, b: Vector): [Vector, Vector] {
  if (Q) return [evens(m, bits, a, b), odds(m, bits, a, b)];
  const joined = m.shuffle(a, b, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
  return [evens(m, bits, joined, joined), odds(m, bits, joined, joined)];
}

/** The lower (upper) half's elements at twice their size. */
export function extend(
  m: Machine,
  bits: ElementBits,
  signed: boolean,
  half: 'low' | 'high',
  a: Vector,
): Vector {
  const sign = signed ? 's' : 'u';
  if (bits === 8) return m.wasm(`i16x8.extend_${half}_i8x16_${sign}`, a);
  if (bits === 16) return m.wasm(`i32x4.extend_${half}_i16x8_${sign}`, a);
  return m.wasm(`i64x2.extend_${half}_i32x4_${sign}`, a);
}

/** Full products of the lower (upper) half's elements, at twice their size. */
export function multiplyLong(
  m: Machine,
  bits: ElementBits,
  signed: boolean,
  half: 'low' | 'high',
  a: Vector,
  b: Vector,
): Vector {
  const sign = signed ? 's' : 'u';
  if (bits === 8) return m.wasm(`i16x8.extmul_${half}_i8x16_${sign}`, a, b);
  if (bits === 16) return m.wasm(`i32x4.extmul_${half}_i16x8_${sign}`, a, b);
  return m.wasm(`i64x2.extmul_${half}_i32x4_${sign}`, a, b);
}

/** Sums of neighbouring elements, at twice their size. */
export function addPairsLong(m: Machine, bits: ElementBits, signed: boolean, a: Vector): Vector {
  const sign = signed ? 's' : 'u';
  if (bits === 8) return m.wasm(`i16x8.extadd_pairwise_i8x16_${sign}`, a);
  if (bits === 16) return m.wasm(`i32x4.extadd_pairwise_i16x8_${sign}`, a);
  const shift = m.constant(32, 32);
  const low = m.wasm(`i64x2.shr_${sign}`, m.wasm('i64x2.shl', a, shift), shift);
  return m.wasm('i64x2.add', low, m.wasm(`i64x2.shr_${sign}`, a, shift));
}

/** Logical or arithmetic shift right by 1 to `bits`, which Wasm's modulo amounts do not reach. */
export function shiftRight(
  m: Machine,
  bits: ElementBits,
  signed: boolean,
  a: Vector,
  amount: Value<32>,
): Vector {
  const shift = `${shapeOf(bits)}.shr_${signed ? 's' : 'u'}` as const;
  return m.wasm(shift, m.wasm(shift, a, m.sub(amount, m.constant(32, 1))), m.constant(32, 1));
}

/** The same, rounded: the last bit shifted out is added. */
export function shiftRightRounded(
  m: Machine,
  bits: ElementBits,
  signed: boolean,
  a: Vector,
  amount: Value<32>,
): Vector {
  const shape = shapeOf(bits);
  const shift = `${shape}.shr_${signed ? 's' : 'u'}` as const;
  const one = m.constant(32, 1);
  const almost = m.wasm(shift, a, m.sub(amount, one));
  return m.wasm(
    `${shape}.add`,
    m.wasm(shift, almost, one),
    m.wasm('v128.and', almost, laneConstant(m, bits, 1n)),
  );
}

/** What a saturating operation gives: the result, and all ones (or anything but 0) in lanes that saturated. */
export interface Saturated {
  readonly result: Vector;
  readonly saturated: Vector;
}

/** `a + b` or `a - b`, saturated. */
export function addSaturated(
  m: Machine,
  bits: ElementBits,
  signed: boolean,
  operation: 'add' | 'sub',
  a: Vector,
  b: Vector,
): Saturated {
  const shape = shapeOf(bits);
  const wrapped = m.wasm(`${shape}.${operation}`, a, b);
  if (bits === 8 || bits === 16) {
    const narrow = bits === 8 ? 'i8x16' : 'i16x8';
    const result = m.wasm(`${narrow}.${operation}_sat_${signed ? 's' : 'u'}`, a, b);
    return { result, saturated: m.wasm('v128.xor', result, wrapped) };
  }
  if (!signed) {
    // Wrapped around: the sum is less than a summand, or the subtrahend is greater.
    const saturated =
      operation === 'add' ? greater(m, bits, false, a, wrapped) : greater(m, bits, false, b, a);
    const result = m.wasm(operation === 'add' ? 'v128.or' : 'v128.andnot', wrapped, saturated);
    return { result, saturated };
  }
  const differs = m.wasm('v128.xor', a, wrapped);
  const other = m.wasm('v128.xor', operation === 'add' ? b : a, operation === 'add' ? wrapped : b);
  const saturated = signMask(m, bits, m.wasm('v128.and', differs, other));
  return { result: m.bitselect(signedLimit(m, bits, a), wrapped, saturated), saturated };
}

/** The greatest number for lanes that are not negative, the least for those that are. */
export function signedLimit(m: Machine, bits: ElementBits, a: Vector): Vector {
  return m.wasm('v128.xor', signMask(m, bits, a), laneConstant(m, bits, laneMaximum(bits, true)));
}

/**
 * Elements limited to the range of half their size.
 *
 * @param from - whether the elements are signed
 * @param to - whether the range is
 */
export function clampToHalf(m: Machine, bits: ElementBits, from: boolean, to: boolean, a: Vector): Saturated {
  const half = halved(bits);
  const top = smaller(m, bits, from, a, laneConstant(m, bits, laneMaximum(half, to)));
  const result = from ? larger(m, bits, true, top, laneConstant(m, bits, laneMinimum(half, to))) : top;
  return { result, saturated: m.wasm('v128.xor', result, a) };
}

/**
 * Sets FPSR.QC when a lane saturated. Without Q only the lower half counts; `lanes` limits it to lane 0 of that size,
 * for scalar instructions.
 */
export function noteSaturation(m: Machine, saturated: Vector, counts: 'all' | 'low' | ElementBits): void {
  const bytes = counts === 'all' ? 16 : counts === 'low' ? 8 : counts / 8;
  const mask = m.vectorConstant(Array.from({ length: 16 }, (_, i) => (i < bytes ? 0xff : 0)));
  const relevant = bytes === 16 ? saturated : m.wasm('v128.and', saturated, mask);
  m.when(m.wasm('v128.any_true', relevant), () =>
    m.writeState('fpsr', m.or(m.readState('fpsr'), m.constant(64, 1n << 27n))),
  );
}

/** Number of leading zero bits of each element. */
export function countLeadingZeros(m: Machine, bits: ElementBits, a: Vector): Vector {
  if (bits === 8) return leadingZerosOfBytes(m, a);
  // The upper half counts alone unless it is all zero.
  const half = halved(bits);
  const counts = countLeadingZeros(m, half, a);
  const shape = shapeOf(bits);
  const upper = m.wasm(`${shape}.shr_u`, counts, m.constant(32, half));
  const lower = m.wasm('v128.and', counts, laneConstant(m, bits, laneMaximum(half, false)));
  const upperIsZero = m.wasm(`${shape}.eq`, upper, laneConstant(m, bits, BigInt(half)));
  return m.wasm(`${shape}.add`, upper, m.wasm('v128.and', lower, upperIsZero));
}

function leadingZerosOfBytes(m: Machine, a: Vector): Vector {
  const ofNibble = m.vectorConstant([4, 3, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  const four = m.constant(32, 4);
  const upper = m.wasm('i8x16.swizzle', ofNibble, m.wasm('i8x16.shr_u', a, four));
  const lower = m.wasm('i8x16.swizzle', ofNibble, m.wasm('v128.and', a, laneConstant(m, 8, 15n)));
  const upperIsZero = m.wasm('i8x16.eq', upper, laneConstant(m, 8, 4n));
  return m.wasm('i8x16.add', upper, m.wasm('v128.and', lower, upperIsZero));
}

/** Each byte with its bits in reverse order. */
export function reverseBitsOfBytes(m: Machine, a: Vector): Vector {
  const reversed = m.vectorConstant([0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15]);
  const four = m.constant(32, 4);
  const lower = m.wasm('i8x16.swizzle', reversed, m.wasm('v128.and', a, laneConstant(m, 8, 15n)));
  const upper = m.wasm('i8x16.swizzle', reversed, m.wasm('i8x16.shr_u', a, four));
  return m.wasm('v128.or', m.wasm('i8x16.shl', lower, four), upper);
}

/** The order of elements reversed within each group of `group` bits. */
export function reverseElements(m: Machine, bits: ElementBits, group: ElementBits, a: Vector): Vector {
  const bytes = bits / 8;
  const groupBytes = group / 8;
  const lanes = Array.from({ length: 16 }, (_, i) => {
    const start = i - (i % groupBytes);
    const element = Math.floor((i % groupBytes) / bytes);
    return start + (groupBytes / bytes - 1 - element) * bytes + (i % bytes);
  });
  return m.shuffle(a, a, lanes);
}

/** Folds all elements into lane 0 by an operation of two vectors: log2 steps. Without Q: those of the lower half. */
export function foldLanes(
  m: Machine,
  bits: ElementBits,
  Q: number,
  a: Vector,
  combine: (x: Vector, y: Vector) => Vector,
): Vector {
  let result = a;
  for (let bytes = Q ? 8 : 4; bytes >= bits / 8; bytes /= 2) {
    const moved = m.shuffle(
      result,
      result,
      Array.from({ length: 16 }, (_, i) => (i + bytes) % 16),
    );
    result = combine(result, moved);
  }
  return result;
}

/**
 * Writes elements that became narrower, given in the even lanes: into the lower half, clearing the upper one, or with Q
 * into the upper half, keeping the lower one (the "2" forms of narrowing instructions).
 */
export function narrowed(m: Machine, bits: ElementBits, Q: number, before: Vector, wide: Vector): Vector {
  const packed = evens(m, bits, wide, wide);
  if (!Q) return packed;
  return m.shuffle(before, packed, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
}
