/**
 * Division and square root.
 *
 * @source Arm ARM DDI 0487, "FPDiv", "FPSqrt"
 */
import { roundingMode } from './control';
import { DIVIDE_BY_ZERO, raise } from './exceptions';
import { infinity, isDenormal, isInfinity, isNaN, isNegative, magnitude, signBit, signed } from './format';
import { invalid, quieted, quietedOf } from './nan';
import { divideDoubles, divideSingles, isDecided, squareRootOfDouble, squareRootOfSingle } from './quick';
import { round } from './round';
import { exponentOf, flushed, significandOf } from './unpack';
import { divideWide } from './wide';

/** `a ÷ b` */
export function divide(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  if (fpcr == 0 && size != 16) {
    const quotient = size == 64 ? divideDoubles(a, b) : divideSingles(a, b);
    if (isDecided(size, quotient)) return quotient;
  }
  a = flushed(size, a, fpcr);
  b = flushed(size, b, fpcr);
  if (isNaN(size, a) || isNaN(size, b)) return quietedOf(size, a, b, fpcr);
  const negative = ((a ^ b) & signBit(size)) != 0;
  if (isInfinity(size, a)) return isInfinity(size, b) ? invalid(size) : signed(size, negative, infinity(size));
  if (isInfinity(size, b)) return signed(size, negative, 0);
  if (magnitude(size, b) == 0) {
    if (magnitude(size, a) == 0) return invalid(size);
    raise(DIVIDE_BY_ZERO);
    return signed(size, negative, infinity(size));
  }
  if (magnitude(size, a) == 0) return signed(size, negative, 0);

  const numerator = significandOf(size, a);
  const divisor = significandOf(size, b);
  const less = numerator < divisor;
  // Both lowest bits are zero, so halving the numerator loses nothing.
  const quotient = divideWide(less ? numerator : numerator >> 1, divisor);
  const exponent = exponentOf(size, a) - exponentOf(size, b) - <i32>less;
  return round(size, negative, exponent, quotient, roundingMode(fpcr), fpcr);
}

/** The square root; that of -0 is -0. */
export function squareRoot(size: i32, a: u64, fpcr: i32): u64 {
  a = flushed(size, a, fpcr);
  if (isNaN(size, a)) return quieted(size, a, fpcr);
  if (magnitude(size, a) == 0) return a;
  if (isNegative(size, a)) return invalid(size);
  if (isInfinity(size, a)) return a;
  if (fpcr == 0 && size == 64 && !isDenormal(64, a)) return squareRootOfDouble(a);
  if (fpcr == 0 && size == 32) return squareRootOfSingle(a);
  const exponent = exponentOf(size, a);
  const root = integerRoot(significandOf(size, a) >> (exponent & 1 ? 10 : 11));
  return round(size, false, exponent >> 1, root, roundingMode(fpcr), fpcr);
}

/**
 * The square root of a number with 52 fraction bits, in [1, 4), with 63 fraction bits: 54 bits are right, bit 0 is sticky.
 *
 * @source FreeBSD msun e_sqrt.c: bit by bit
 */
function integerRoot(value: u64): u64 {
  let root: u64 = 0;
  let sum: u64 = 0;
  let rest = value << 1;
  for (let bit: u64 = (<u64>1) << 53; bit != 0; bit >>= 1) {
    const trial = sum + bit;
    if (trial <= rest) {
      sum = trial + bit;
      rest -= trial;
      root += bit;
    }
    rest <<= 1;
  }
  return (root << 10) | <u64>(rest != 0);
}
