/**
 * Doubles and singles under FPCR = 0 by Wasm's own operations, where whether they are exact can be told cheaply. What
 * cannot is told by an infinity, which callers take for "compute it properly".
 */
import { INEXACT, raise } from './exceptions';
import { infinity, magnitude } from './format';

/** Whether a quick result is one. */
// @ts-ignore: decorator
@inline
export function isDecided(size: i32, result: u64): bool {
  return magnitude(size, result) < infinity(size);
}

/** Whether a double is finite and larger than the smallest normal number, which may have been rounded up to. */
// @ts-ignore: decorator
@inline
function isUnexceptional(x: f64): bool {
  const size = Math.abs(x);
  return size > f64.MIN_NORMAL_VALUE && size < Infinity;
}

/** Bits of the significand from the leading to the last one. */
// @ts-ignore: decorator
@inline
function significantBits(bits: u64): i32 {
  return 53 - <i32>ctz(bits | (<u64>1 << 52));
}

/** Inexact when the error of the sum is not zero (Knuth's TwoSum); no other flag unless the result is not finite. */
export function addDoubles(a: u64, b: u64): u64 {
  const x = reinterpret<f64>(a);
  const y = reinterpret<f64>(b);
  const sum = x + y;
  if (!(Math.abs(sum) < Infinity && Math.abs(x) < f64.MAX_VALUE)) return infinity(64);
  const part = sum - x;
  if (x - (sum - part) + (y - part) != 0) raise(INEXACT);
  return reinterpret<u64>(sum);
}

export function addSingles(a: u64, b: u64): u64 {
  const x = reinterpret<f32>(<u32>a);
  const y = reinterpret<f32>(<u32>b);
  const sum = x + y;
  if (!(Mathf.abs(sum) < <f32>Infinity && Mathf.abs(x) < f32.MAX_VALUE)) return infinity(32);
  const part = sum - x;
  if (x - (sum - part) + (y - part) != 0) raise(INEXACT);
  return reinterpret<u32>(sum);
}

/** The product of m and n significant bits has m + n or one less. */
export function multiplyDoubles(a: u64, b: u64): u64 {
  const product = reinterpret<f64>(a) * reinterpret<f64>(b);
  const bits = significantBits(a) + significantBits(b);
  if (!isUnexceptional(product) || bits == 54 || (a << 1) >> 53 == 0 || (b << 1) >> 53 == 0) return infinity(64);
  if (bits > 54) raise(INEXACT);
  return reinterpret<u64>(product);
}

/** The product of two singles is exact as a double: inexact when rounding it changed it. */
export function multiplySingles(a: u64, b: u64): u64 {
  const exact = <f64>reinterpret<f32>(<u32>a) * <f64>reinterpret<f32>(<u32>b);
  const product = <f32>exact;
  const size = Math.abs(exact);
  if (!(size >= f32.MIN_NORMAL_VALUE && Mathf.abs(product) < <f32>Infinity)) return infinity(32);
  if (<f64>product != exact) raise(INEXACT);
  return reinterpret<u32>(product);
}

/** Exact when quotient times divisor is the dividend, exactly. */
export function divideDoubles(a: u64, b: u64): u64 {
  const dividend = reinterpret<f64>(a);
  const divisor = reinterpret<f64>(b);
  const quotient = dividend / divisor;
  const bits = significantBits(reinterpret<u64>(quotient)) + significantBits(b);
  if (!isUnexceptional(quotient) || !isUnexceptional(dividend) || !isUnexceptional(divisor)) return infinity(64);
  if (bits == 54) return infinity(64);
  if (bits > 54 || quotient * divisor != dividend) raise(INEXACT);
  return reinterpret<u64>(quotient);
}

export function divideSingles(a: u64, b: u64): u64 {
  const dividend = <f64>reinterpret<f32>(<u32>a);
  const divisor = <f64>reinterpret<f32>(<u32>b);
  const quotient = <f32>(dividend / divisor);
  const size = Mathf.abs(quotient);
  if (!(size > f32.MIN_NORMAL_VALUE && size < <f32>Infinity && Math.abs(divisor) < Infinity)) return infinity(32);
  // The product of two singles is exact.
  if (<f64>quotient * divisor != dividend) raise(INEXACT);
  return reinterpret<u32>(quotient);
}

/** Exact when at most 27 significant bits remain and their square is the operand, which is normal and positive. */
export function squareRootOfDouble(a: u64): u64 {
  const x = reinterpret<f64>(a);
  const root = Math.sqrt(x);
  const bits = reinterpret<u64>(root);
  if (significantBits(bits) > 27 || root * root != x) raise(INEXACT);
  return bits;
}

export function squareRootOfSingle(a: u64): u64 {
  const x = reinterpret<f32>(<u32>a);
  const root = Mathf.sqrt(x);
  if (<f64>root * <f64>root != <f64>x) raise(INEXACT);
  return reinterpret<u32>(root);
}
