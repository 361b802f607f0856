import type { Machine } from '../machine.ts';
import { type HalfOperation, halfOperations } from '../support/floating-point/halves.ts';
import type { Value, Vector } from '../value.ts';
import { supportHalves } from './environment.ts';

/**
 * Half precision on the lanes of a vector. Wasm has no halves: the support module computes four of them at a time.
 */

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
