/**
 * Multiplication.
 *
 * @source Arm ARM DDI 0487, "FPMul", "FPMulX"
 */
import { roundingMode } from './control';
import { infinity, isInfinity, isNaN, magnitude, signBit, signed, two } from './format';
import { invalid, quietedOf } from './nan';
import { isDecided, multiplyDoubles, multiplySingles } from './quick';
import { round } from './round';
import { exponentOf, flushed, significandOf } from './unpack';
import { high, multiplyWide } from './wide';

/** `a × b` */
export function multiply(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  if (fpcr == 0 && size != 16) {
    const product = size == 64 ? multiplyDoubles(a, b) : multiplySingles(a, b);
    if (isDecided(size, product)) return product;
  }
  return productOf(size, a, b, false, fpcr);
}

/** `a × b`, where zero times infinity is ±2. */
export function multiplyExtended(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  return productOf(size, a, b, true, fpcr);
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
