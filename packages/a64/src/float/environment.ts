import type { Machine } from '../machine.ts';
import type { SupportName } from '../support/index.ts';
import type { Bool, Value } from '../value.ts';
import { floatConstant, type FloatSize, INEXACT, type NativeFloat, type NativeSize } from './format.ts';

/**
 * How floating point is exact, flags included, and still fast: see docs/decisions/floating-point-flags.md.
 *
 * Wasm's arithmetic is Arm's when FPCR is 0, but for the bits of NaNs and for the cumulative flags. Flags only ever get
 * set: once "inexact" is, as in nearly every program after its first operations, all others show in the result (not
 * finite, or not normal) and the direct path needs only that test. Everything else goes to the support module.
 */

/** FPCR is 0: rounding to nearest, no flushing, NaNs propagate. */
export function defaultControl(m: Machine): Bool {
  return m.eqz(m.readState('fpcr'));
}

/** FPCR is 0 and "inexact" is set already. */
export function defaultAndInexact(m: Machine): Bool {
  const inexact = m.constant(64, INEXACT);
  return m.eqz(m.or(m.readState('fpcr'), m.xor(m.and(m.readState('fpsr'), inexact), inexact)));
}

export function isOrdered(m: Machine, a: NativeFloat): Bool {
  return m.floatCompare('eq', a, a);
}

/** Neither infinite nor NaN. */
export function isFinite(m: Machine, size: NativeSize, a: NativeFloat): Bool {
  return m.floatCompare('lt', m.floatUnary('abs', a), floatConstant(m, size, Infinity));
}

/**
 * Whether a product, quotient or narrowed number raises nothing beyond "inexact": it is finite, and larger than the
 * smallest normal number (which may have been rounded up, an underflow), unless an operand was zero and makes it exact.
 */
export function isUnexceptional(m: Machine, size: NativeSize, result: NativeFloat, byZero: Bool): Bool {
  const smallest = floatConstant(m, size, size === 64 ? 2 ** -1022 : 2 ** -126);
  const magnitude = m.floatUnary('abs', result);
  const normal = m.floatCompare('gt', magnitude, smallest);
  return m.and(m.floatCompare('lt', magnitude, floatConstant(m, size, Infinity)), m.or(normal, byZero));
}

export function isZero(m: Machine, size: NativeSize, a: NativeFloat): Bool {
  return m.floatCompare('eq', a, floatConstant(m, size, 0));
}

type NamesOf<P extends string> = Extract<SupportName, P>;
export type UnaryName = NamesOf<
  'fpSquareRoot' | 'fpReciprocalEstimate' | 'fpReciprocalSquareRootEstimate' | 'fpReciprocalExponent'
>;
export type DescribedName = NamesOf<'fpToFixed' | 'fpFromFixed' | 'fpToIntegral' | 'fpConvert'>;
export type BinaryName = NamesOf<
  | 'fpAdd'
  | 'fpSubtract'
  | 'fpMultiply'
  | 'fpMultiplyExtended'
  | 'fpDivide'
  | 'fpMaximum'
  | 'fpMinimum'
  | 'fpMaximumNumber'
  | 'fpMinimumNumber'
  | 'fpCompare'
  | 'fpCompareSignalling'
  | 'fpReciprocalStep'
  | 'fpReciprocalSquareRootStep'
>;

/** Adds the exceptions in the upper half to FPSR. @returns the lower half */
function takeFlags(m: Machine, resultAndFlags: Value<'v128'>): Value<64> {
  const flags = m.extract('i64x2', resultAndFlags, 1, { width: 64 });
  m.writeState('fpsr', m.or(m.readState('fpsr'), flags));
  return m.extract('i64x2', resultAndFlags, 0, { width: 64 });
}

const control = (m: Machine) => m.wrap(m.readState('fpcr'));

/** An operation of the support module on bit patterns, under FPCR, its exceptions added to FPSR. */
export function supportUnary(m: Machine, name: UnaryName, size: FloatSize, a: Value<64>): Value<64> {
  return takeFlags(m, m.support(name, m.constant(32, size), a, control(m)));
}

export function supportBinary(
  m: Machine,
  name: BinaryName,
  size: FloatSize,
  a: Value<64>,
  b: Value<64>,
): Value<64> {
  return takeFlags(m, m.support(name, m.constant(32, size), a, b, control(m)));
}

export function supportMultiplyAdd(
  m: Machine,
  size: FloatSize,
  addend: Value<64>,
  a: Value<64>,
  b: Value<64>,
): Value<64> {
  return takeFlags(m, m.support('fpMultiplyAdd', m.constant(32, size), addend, a, b, control(m)));
}

/** @param description - see support/floating-point */
export function supportDescribed(
  m: Machine,
  name: DescribedName,
  description: Value<32>,
  a: Value<64>,
): Value<64> {
  return takeFlags(m, m.support(name, description, a, control(m)));
}

/** The same operation on up to four halves; see support/floating-point/halves. */
export function supportHalves(
  m: Machine,
  how: Value<32>,
  a: Value<64>,
  b: Value<64>,
  c: Value<64>,
): Value<64> {
  const inexact = m.and(m.wrap(m.readState('fpsr')), m.constant(32, INEXACT));
  return takeFlags(m, m.support('fpHalves', how, a, b, c, m.or(control(m), inexact)));
}
