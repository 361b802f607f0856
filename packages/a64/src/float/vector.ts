import type { Machine } from '../machine.ts';
import type { Bool, Value, Vector } from '../value.ts';
import type { Arithmetic, Extreme } from './arithmetic.ts';
import {
  type BinaryName,
  defaultAndInexact,
  defaultControl,
  supportBinary,
  supportMultiplyAdd,
  supportUnary,
  type UnaryName,
} from './environment.ts';
import { floatConstant, type FloatSize, type NativeFloat, type NativeSize } from './format.ts';
import { halfAbsolute, halfCompare, halfLanes, type HalfLanes, halfNegate } from './halves.ts';

/**
 * Floating point on the lanes of a vector: Wasm's operation on all lanes at once where it is what Arm asks for, else
 * lane by lane through the support module; see environment.ts for when that is.
 */

/** Size and number of the elements that count; the others are neither computed nor do they raise exceptions. */
export interface NativeLanes {
  readonly size: NativeSize;
  readonly count: number;
}
export type Lanes = NativeLanes | HalfLanes;

export const floatShape = (size: NativeSize) => (size === 64 ? 'f64x2' : 'f32x4');
const integerShape = (size: NativeSize) => (size === 64 ? 'i64x2' : 'i32x4');

/** The lanes of a vector of 64 or 128 bits. */
export const lanesOf = (size: NativeSize, Q: number): NativeLanes => ({ size, count: (Q ? 128 : 64) / size });

export function zeroVector(m: Machine): Vector {
  return m.vectorConstant(Array.from({ length: 16 }, () => 0));
}

/** The same float in all lanes. */
function splatConstant(m: Machine, size: NativeSize, value: number): Vector {
  return m.splatFloat(floatConstant(m, size, value));
}

/** Computes each lane on its own, from the bits of the operands' lanes. Lanes beyond the count become 0. */
export function laneByLane(
  m: Machine,
  { size, count }: NativeLanes,
  operands: readonly Vector[],
  compute: (...bits: Value<64>[]) => Value<64>,
): Vector {
  let result = zeroVector(m);
  for (let lane = 0; lane < count; lane++) {
    const bits = compute(...operands.map((operand) => laneBits(m, size, operand, lane)));
    result = m.replace(integerShape(size), result, lane, size === 64 ? bits : m.wrap(bits));
  }
  return result;
}

export function laneBits(m: Machine, size: NativeSize, vector: Vector, lane: number): Value<64> {
  if (size === 64) return m.extract('i64x2', vector, lane, { width: 64 });
  return m.zext(m.extract('i32x4', vector, lane, { width: 32 }));
}

/** Whether the mask is set in all lanes that count. */
export function allLanes(m: Machine, { size, count }: NativeLanes, mask: Vector): Bool {
  const counting = (count * size) / 8;
  const others = m.vectorConstant(Array.from({ length: 16 }, (_, i) => (i < counting ? 0 : 0xff)));
  return m.wasm(`${integerShape(size)}.all_true`, counting === 16 ? mask : m.wasm('v128.or', mask, others));
}

function finiteLanes(m: Machine, size: NativeSize, a: Vector): Vector {
  const shape = floatShape(size);
  return m.wasm(`${shape}.lt`, m.wasm(`${shape}.abs`, a), splatConstant(m, size, Infinity));
}

export function normalLanes(m: Machine, size: NativeSize, a: Vector): Vector {
  const shape = floatShape(size);
  const magnitude = m.wasm(`${shape}.abs`, a);
  const smallest = splatConstant(m, size, size === 64 ? 2 ** -1022 : 2 ** -126);
  return m.wasm(
    'v128.and',
    m.wasm(`${shape}.gt`, magnitude, smallest),
    m.wasm(`${shape}.lt`, magnitude, splatConstant(m, size, Infinity)),
  );
}

function zeroLanes(m: Machine, size: NativeSize, a: Vector): Vector {
  return m.wasm(`${floatShape(size)}.eq`, a, zeroVector(m));
}

export function orderedLanes(m: Machine, size: NativeSize, a: Vector): Vector {
  return m.wasm(`${floatShape(size)}.eq`, a, a);
}

const arithmeticNames: Readonly<Record<Arithmetic, BinaryName>> = {
  add: 'fpAdd',
  sub: 'fpSubtract',
  mul: 'fpMultiply',
  div: 'fpDivide',
};

/** Lanes whose result raises nothing beyond "inexact". */
function unexceptionalLanes(
  m: Machine,
  size: NativeSize,
  operation: Arithmetic,
  [a, b, result]: Vector[],
): Vector {
  if (!a || !b || !result) throw new RangeError('Needs both operands and the result');
  // Sums that are denormal are exact.
  if (operation === 'add' || operation === 'sub') return finiteLanes(m, size, result);
  const zero = zeroLanes(m, size, a);
  const exactZero = operation === 'mul' ? m.wasm('v128.or', zero, zeroLanes(m, size, b)) : zero;
  const fine = m.wasm('v128.and', finiteLanes(m, size, result), exactZero);
  return m.wasm('v128.or', normalLanes(m, size, result), fine);
}

/** `a + b` and so on. */
export function vectorArithmetic(
  m: Machine,
  lanes: Lanes,
  operation: Arithmetic,
  a: Vector,
  b: Vector,
): Vector {
  if (lanes.size === 16) return vectorBinary(m, lanes, arithmeticNames[operation], a, b);
  const { size } = lanes;
  const result = m.wasm(`${floatShape(size)}.${operation}`, a, b);
  const unexceptional = allLanes(m, lanes, unexceptionalLanes(m, size, operation, [a, b, result]));
  return m.choose(
    m.and(defaultAndInexact(m), unexceptional),
    () => result,
    () => vectorBinary(m, lanes, arithmeticNames[operation], a, b),
  );
}

const extremeNames: Readonly<Record<Extreme, BinaryName>> = {
  max: 'fpMaximum',
  min: 'fpMinimum',
  maxNumber: 'fpMaximumNumber',
  minNumber: 'fpMinimumNumber',
};

/** The larger or smaller of two. */
export function vectorExtreme(m: Machine, lanes: Lanes, operation: Extreme, a: Vector, b: Vector): Vector {
  if (lanes.size === 16) return vectorBinary(m, lanes, extremeNames[operation], a, b);
  const { size } = lanes;
  const result = m.wasm(`${floatShape(size)}.${operation.startsWith('max') ? 'max' : 'min'}`, a, b);
  return m.choose(
    m.and(defaultControl(m), allLanes(m, lanes, orderedLanes(m, size, result))),
    () => result,
    () => vectorBinary(m, lanes, extremeNames[operation], a, b),
  );
}

/** An operation that only the support module has. */
export function vectorBinary(m: Machine, lanes: Lanes, name: BinaryName, a: Vector, b: Vector): Vector {
  if (lanes.size === 16) return halfLanes(m, lanes, name, [a, b]);
  return laneByLane(m, lanes, [a, b], (x, y) => supportBinary(m, name, lanes.size, x, y));
}

export function vectorUnary(m: Machine, lanes: Lanes, name: UnaryName, a: Vector): Vector {
  if (lanes.size === 16) return halfLanes(m, lanes, name, [a]);
  return laneByLane(m, lanes, [a], (x) => supportUnary(m, name, lanes.size, x));
}

export function vectorSquareRoot(m: Machine, lanes: Lanes, a: Vector): Vector {
  if (lanes.size === 16) return vectorUnary(m, lanes, 'fpSquareRoot', a);
  const result = m.wasm(`${floatShape(lanes.size)}.sqrt`, a);
  return m.choose(
    m.and(defaultAndInexact(m), allLanes(m, lanes, finiteLanes(m, lanes.size, result))),
    () => result,
    () => vectorUnary(m, lanes, 'fpSquareRoot', a),
  );
}

/** `addend + a × b`, rounded once. */
export function vectorMultiplyAdd(m: Machine, lanes: Lanes, addend: Vector, a: Vector, b: Vector): Vector {
  if (lanes.size === 16) return halfLanes(m, lanes, 'fpMultiplyAdd', [addend, a, b]);
  const { size, count } = lanes;
  const exactly = () =>
    laneByLane(m, lanes, [addend, a, b], (c, x, y) => supportMultiplyAdd(m, size, c, x, y));
  return m.choose(
    defaultAndInexact(m),
    () => {
      let result = zeroVector(m);
      for (let lane = 0; lane < count; lane++) {
        const [c, x, y] = [addend, a, b].map((operand) => m.extractFloat(size, operand, lane));
        if (!c || !x || !y) break;
        result = m.replaceFloat(result, lane, m.support(`fma${size}`, c, x, y) as NativeFloat);
      }
      const normal = allLanes(m, lanes, normalLanes(m, size, result));
      return m.choose(normal, () => result, exactly);
    },
    exactly,
  );
}

export type Comparison = 'eq' | 'ge' | 'gt';

/** All ones where the comparison holds. Only "eq" takes quiet NaNs without an exception. */
export function vectorCompare(
  m: Machine,
  lanes: Lanes,
  comparison: Comparison,
  a: Vector,
  b: Vector,
): Vector {
  if (lanes.size === 16) return halfCompare(m, lanes, comparison, a, b);
  const { size } = lanes;
  const result = m.wasm(`${floatShape(size)}.${comparison}`, a, b);
  const ordered = m.wasm('v128.and', orderedLanes(m, size, a), orderedLanes(m, size, b));
  return m.choose(
    m.and(defaultControl(m), allLanes(m, lanes, ordered)),
    () => result,
    () =>
      laneByLane(m, lanes, [a, b], (x, y) => {
        const name = comparison === 'eq' ? 'fpCompare' : 'fpCompareSignalling';
        return maskOfFlags(m, comparison, supportBinary(m, name, size, x, y));
      }),
  );
}

/** Flags as NZCV: less 1000, equal 0110, greater 0010, unordered 0011. */
function maskOfFlags(m: Machine, comparison: Comparison, flags: Value<64>): Value<64> {
  const is = (value: number) => m.eq(flags, m.constant(64, value));
  const holds =
    comparison === 'eq' ? is(0b0110) : comparison === 'gt' ? is(0b0010) : m.or(is(0b0110), is(0b0010));
  return m.neg(m.zext(holds));
}

export function vectorAbsolute(m: Machine, size: FloatSize, a: Vector): Vector {
  if (size === 16) return halfAbsolute(m, a);
  return m.wasm(`${floatShape(size)}.abs`, a);
}

export function vectorNegate(m: Machine, size: FloatSize, a: Vector): Vector {
  if (size === 16) return halfNegate(m, a);
  return m.wasm(`${floatShape(size)}.neg`, a);
}
