import type { Machine } from '../machine.ts';
import { type HalfOperation, halfOperations } from '../support/floating-point/halves.ts';
import type { Bool, Value, Vector } from '../value.ts';
import { defaultAndInexact, defaultControl, supportHalves } from './environment.ts';

/** Half precision on the lanes of a vector. Wasm has no halves: the support module computes four of them at a time. */

/** Number of the elements that count; the others are neither computed nor do they raise exceptions. */
export interface HalfLanes {
  readonly size: 16;
  readonly count: 1 | 2 | 4 | 8;
}

/** The lanes of a vector of 64 or 128 bits. */
export const halfLanesOf = (Q: number): HalfLanes => ({ size: 16, count: Q ? 8 : 4 });

/** The same half in all lanes, from its bits. */
export function splatHalf(m: Machine, bits: number): Vector {
  return m.vectorConstant(Array.from({ length: 16 }, (_, i) => (i % 2 ? bits >> 8 : bits & 0xff)));
}

/**
 * An operation on each lane; lanes beyond the count become 0.
 *
 * @param description - of a conversion; see support/floating-point
 */
export function halfLanes(
  m: Machine,
  { count }: HalfLanes,
  name: HalfOperation,
  operands: readonly Vector[],
  description: Value<32> = m.constant(32, 0),
): Vector {
  const together = Math.min(count, 4) - 1;
  const operation = (halfOperations.indexOf(name) << 25) | (together << 30);
  const how = m.or(description, m.constant(32, operation));
  const compute = (lane: number) => {
    const [a, b, c] = operands.map((operand) => m.extract('i64x2', operand, lane, { width: 64 }));
    const none = m.constant(64, 0);
    return supportHalves(m, how, a ?? none, b ?? none, c ?? none);
  };
  const low = m.replace('i64x2', splatHalf(m, 0), 0, compute(0));
  return count === 8 ? m.replace('i64x2', low, 1, compute(1)) : low;
}

/** All ones where the comparison holds. Only "eq" takes quiet NaNs without an exception. */
export function halfCompare(
  m: Machine,
  lanes: HalfLanes,
  comparison: 'eq' | 'ge' | 'gt',
  a: Vector,
  b: Vector,
): Vector {
  const name = comparison === 'eq' ? 'fpCompare' : 'fpCompareSignalling';
  const flags = halfLanes(m, lanes, name, [a, b]);
  // Flags as NZCV: less 1000, equal 0110, greater 0010, unordered 0011; 0 in lanes that do not count.
  const is = (value: number) => m.wasm('i16x8.eq', flags, splatHalf(m, value));
  if (comparison === 'eq') return is(0b0110);
  return comparison === 'gt' ? is(0b0010) : m.wasm('v128.or', is(0b0110), is(0b0010));
}

const SIGN = 0x8000;

export function halfAbsolute(m: Machine, a: Vector): Vector {
  return m.wasm('v128.andnot', a, splatHalf(m, SIGN));
}

export function halfNegate(m: Machine, a: Vector): Vector {
  return m.wasm('v128.xor', a, splatHalf(m, SIGN));
}

/** The same 32-bit integer in all lanes. */
function splat32(m: Machine, value: number): Vector {
  return m.splat('i32x4', m.constant(32, value));
}

/** Which integers are greater than a number. */
const above = (m: Machine, a: Vector, least: number) => m.wasm('i32x4.gt_s', a, splat32(m, least));

/** The lower four halves as singles, and whether that is right: none is infinite or NaN, and FPCR is 0. */
export function halvesToSingles(
  m: Machine,
  halves: Vector,
): { readonly singles: Vector; readonly right: Bool } {
  const bits = m.wasm('i32x4.extend_low_i16x8_u', halves);
  const magnitude = m.wasm('v128.and', bits, splat32(m, 0x7fff));
  // The exponent's bias is 15 instead of 127; multiplying is right for denormal halves, too.
  const bias = splat32(m, 0x7780_0000);
  const scaled = m.wasm('f32x4.mul', m.wasm('i32x4.shl', magnitude, m.constant(32, 13)), bias);
  const sign = m.wasm('i32x4.shl', m.wasm('v128.xor', bits, magnitude), m.constant(32, 16));
  const special = m.wasm('v128.any_true', above(m, magnitude, 0x7bff));
  return { singles: m.wasm('v128.or', scaled, sign), right: m.and(defaultControl(m), m.eqz(special)) };
}

/**
 * Four singles as halves in the lower half, and whether that is right: all are normal as halves, or zero, FPCR is 0 and
 * "inexact" is set.
 */
export function singlesToHalves(
  m: Machine,
  singles: Vector,
): { readonly halves: Vector; readonly right: Bool } {
  const shift = m.constant(32, 13);
  const magnitude = m.wasm('v128.and', singles, splat32(m, 0x7fff_ffff));
  const normal = m.wasm('v128.andnot', above(m, magnitude, 0x3880_0000), above(m, magnitude, 0x477f_efff));
  const fine = m.wasm('v128.or', normal, m.wasm('i32x4.eq', magnitude, splat32(m, 0)));
  const odd = m.wasm('v128.and', m.wasm('i32x4.shr_u', magnitude, shift), splat32(m, 1));
  const up = m.wasm('i32x4.add', m.wasm('i32x4.add', magnitude, splat32(m, 0xfff)), odd);
  const biased = m.wasm('i32x4.sub', m.wasm('i32x4.shr_u', up, shift), splat32(m, 112 << 10));
  const sign = m.wasm('i32x4.shr_u', m.wasm('v128.xor', singles, magnitude), m.constant(32, 16));
  const wide = m.wasm('v128.or', m.wasm('v128.and', biased, normal), sign);
  const halves = m.wasm('i16x8.narrow_i32x4_u', wide, splat32(m, 0));
  return { halves, right: m.and(defaultAndInexact(m), m.wasm('i32x4.all_true', fine)) };
}
