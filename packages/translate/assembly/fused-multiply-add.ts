/**
 * Fused multiply-add under the default rounding mode, without flags: most operands take a path of plain arithmetic.
 */
import { multiplyAdd, takeFlags } from './float';

/** Biased exponents between which products, their errors and sums neither overflow nor underflow. */
const LOWEST: i64 = 200;
const RANGE: u64 = 1600;

// @ts-ignore: decorator
@inline
function exponentOf(bits: u64): i64 {
  return (bits >> 52) & 0x7ff;
}

/**
 * `addend + a × b`
 *
 * @source Boldo and Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd"
 */
export function fma64(addend: f64, a: f64, b: f64): f64 {
  const aExponent = exponentOf(reinterpret<u64>(a));
  const bExponent = exponentOf(reinterpret<u64>(b));
  const productExponent = aExponent + bExponent - 1023;
  const inRange =
    <u64>(aExponent - LOWEST) < RANGE &&
    <u64>(bExponent - LOWEST) < RANGE &&
    <u64>(productExponent - LOWEST) < RANGE;
  if (!inRange || <u64>(exponentOf(reinterpret<u64>(addend)) - LOWEST) >= RANGE) return softly(addend, a, b);

  // product + productError = a × b, by Dekker and Veltkamp.
  const product = a * b;
  const aHigh = upperHalf(a);
  const aLow = a - aHigh;
  const bHigh = upperHalf(b);
  const bLow = b - bHigh;
  const productError = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);

  const small = addend + productError;
  const smallError = errorOf(addend, productError, small);
  const large = product + small;
  const largeError = errorOf(product, small, large);
  return large + sumToOdd(smallError, largeError);
}

/** The upper 26 bits of the significand. */
// @ts-ignore: decorator
@inline
function upperHalf(x: f64): f64 {
  const scaled = x * 134217729.0;
  return scaled - (scaled - x);
}

/** `a + b - sum`, exactly (Knuth). */
// @ts-ignore: decorator
@inline
function errorOf(a: f64, b: f64, sum: f64): f64 {
  const part = sum - a;
  return a - (sum - part) + (b - part);
}

/** `a + b`; when inexact, the neighbour whose significand is odd. */
// @ts-ignore: decorator
@inline
function sumToOdd(a: f64, b: f64): f64 {
  const sum = a + b;
  const error = errorOf(a, b, sum);
  const bits = reinterpret<u64>(sum);
  // The error of an infinite or NaN sum is NaN.
  if (!(Math.abs(error) > 0) || (bits & 1) != 0) return sum;
  return reinterpret<f64>(error > 0 == sum > 0 ? bits + 1 : bits - 1);
}

function softly(addend: f64, a: f64, b: f64): f64 {
  const result = multiplyAdd(64, reinterpret<u64>(addend), reinterpret<u64>(a), reinterpret<u64>(b), 0);
  takeFlags();
  return reinterpret<f64>(result);
}

/** `addend + a × b`: exact as a double but for the sum, which rounds to odd first. NaNs differ from Arm's. */
export function fma32(addend: f32, a: f32, b: f32): f32 {
  return <f32>sumToOdd(<f64>a * <f64>b, <f64>addend);
}
