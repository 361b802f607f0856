/**
 * Multiplication.
 *
 * @source Arm ARM DDI 0487, "FPMul", "FPMulX"
 */
import { roundingMode } from './control';
import { INEXACT, raise } from './exceptions';
import { infinity, isInfinity, isNaN, magnitude, signBit, signed, two } from './format';
import { invalid, quietedOf } from './nan';
import { round } from './round';
import { exponentOf, flushed, significandOf } from './unpack';
import { high, multiplyWide } from './wide';

/** `a × b` */
export function multiply(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  if (fpcr == 0 && size == 32) {
    const product = multiplySingles(a, b);
    if (magnitude(32, product) < infinity(32)) return product;
  }
  return productOf(size, a, b, false, fpcr);
}

/** `a × b`, where zero times infinity is ±2. */
export function multiplyExtended(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  return productOf(size, a, b, true, fpcr);
}

/** The product of two singles is exact as a double: inexact when rounding it changed it. */
function multiplySingles(a: u64, b: u64): u64 {
  const exact = <f64>reinterpret<f32>(<u32>a) * <f64>reinterpret<f32>(<u32>b);
  const product = <f32>exact;
  const size = Math.abs(exact);
  if (!(size >= 1.1754943508222875e-38 && Mathf.abs(product) < <f32>Infinity)) return infinity(32);
  if (<f64>product != exact) raise(INEXACT);
  return reinterpret<u32>(product);
}

function productOf(size: i32, a: u64, b: u64, extended: bool, fpcr: i32): u64 {
  a = flushed(size, a, fpcr);
  b = flushed(size, b, fpcr);
  if (isNaN(size, a) || isNaN(size, b)) return quietedOf(size, a, b, fpcr);
  const negative = ((a ^ b) & signBit(size)) != 0;
  const infinite = isInfinity(size, a) || isInfinity(size, b);
  if (magnitude(size, a) == 0 || magnitude(size, b) == 0) {
    if (!infinite) return signed(size, negative, 0);
    return extended ? signed(size, negative, two(size)) : invalid(size);
  }
  if (infinite) return signed(size, negative, infinity(size));
  const low = multiplyWide(significandOf(size, a), significandOf(size, b));
  const exponent = exponentOf(size, a) + exponentOf(size, b);
  if (<i64>high < 0) return round(size, negative, exponent + 1, high | <u64>(low != 0), roundingMode(fpcr), fpcr);
  const significand = (high << 1) | <u64>(low != 0);
  return round(size, negative, exponent, significand, roundingMode(fpcr), fpcr);
}
