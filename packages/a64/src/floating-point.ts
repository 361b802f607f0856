import type { Machine } from './machine.ts';
import type { Float, Value, Vector, Width } from './value.ts';

/**
 * Arm's arithmetic on top of Wasm's. Wasm rounds to nearest, keeps subnormals and knows no flags, which is what FPCR = 0
 * asks for; only the bits of NaN results differ, and those are mended in a slow path.
 *
 * Other rounding modes, FPCR.FZ, FPCR.DN and the cumulative flags of FPSR belong into these functions alone, so that
 * rows need no change: test FPCR (and whether FPSR.IXC is already set, since almost every operation is inexact) and
 * call the support module when the direct path would not be exact.
 */

export type Arithmetic = 'add' | 'sub' | 'mul' | 'div';

/** `a + b` and so on for one float. */
export function fpArithmetic(
  m: Machine,
  size: Width,
  operation: Arithmetic,
  a: Value<'f32' | 'f64'>,
  b: Value<'f32' | 'f64'>,
): Value<'f32' | 'f64'> {
  const result = m.floatBinary(operation, a, b);
  return m.choose(
    m.floatCompare('eq', result, result),
    () => result,
    () => m.support(`nan${size}`, a, b),
  );
}

/** `a + b` and so on in each lane. */
export function fpArithmeticVector(
  m: Machine,
  size: Width,
  operation: Arithmetic,
  a: Vector,
  b: Vector,
): Vector {
  const shape = size === 64 ? 'f64x2' : 'f32x4';
  const result = m.wasm(`${shape}.${operation}`, a, b);
  return m.choose(
    m.wasm('v128.any_true', m.wasm(`${shape}.ne`, result, result)),
    () => m.support(`nan${size === 64 ? '64x2' : '32x4'}`, a, b, result),
    () => result,
  );
}

/** Flips the sign, of a NaN too. */
export function fpNegate<S extends Width>(m: Machine, a: Float<S>): Float<S> {
  return m.floatUnary('neg', a);
}
