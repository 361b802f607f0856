/**
 * Addition and subtraction.
 *
 * @source Arm ARM DDI 0487, "FPAdd", "FPSub"
 */
import { TOWARDS_MINUS_INFINITY, roundingMode } from './control';
import { isInfinity, isNaN, isNegative, magnitude, signBit, zeroLike } from './format';
import { invalid, quietedOf } from './nan';
import { addDoubles, addSingles, isDecided } from './quick';
import { round, shiftRightSticky } from './round';
import { exponentOf, flushed, significandOf } from './unpack';

/** `a + b` */
export function add(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  if (fpcr == 0 && size != 16) {
    const sum = size == 64 ? addDoubles(a, b) : addSingles(a, b);
    if (isDecided(size, sum)) return sum;
  }
  return sumOf(size, a, b, b, fpcr);
}

/** `a - b`; a NaN keeps its sign. */
export function subtract(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  const negated = b ^ signBit(size);
  if (fpcr == 0 && size != 16) {
    const sum = size == 64 ? addDoubles(a, negated) : addSingles(a, negated);
    if (isDecided(size, sum)) return sum;
  }
  return sumOf(size, a, negated, b, fpcr);
}

/** @param original - the second operand as it was before a subtraction negated it */
function sumOf(size: i32, a: u64, b: u64, original: u64, fpcr: i32): u64 {
  a = flushed(size, a, fpcr);
  b = flushed(size, b, fpcr);
  if (isNaN(size, a) || isNaN(size, b)) return quietedOf(size, a, original, fpcr);
  if (isInfinity(size, a)) return isInfinity(size, b) && a != b ? invalid(size) : a;
  if (isInfinity(size, b)) return b;
  const mode = roundingMode(fpcr);
  if (magnitude(size, a) == 0 || magnitude(size, b) == 0) return sumWithZero(size, a, b, mode);
  return magnitude(size, a) >= magnitude(size, b)
    ? sumOfFinite(size, a, b, mode, fpcr)
    : sumOfFinite(size, b, a, mode, fpcr);
}

function sumWithZero(size: i32, a: u64, b: u64, mode: i32): u64 {
  if (magnitude(size, a) != 0) return a;
  if (magnitude(size, b) != 0) return b;
  return a == b ? a : exactZero(size, mode);
}

/** The zero that `x - x` gives. */
export function exactZero(size: i32, mode: i32): u64 {
  return mode == TOWARDS_MINUS_INFINITY ? signBit(size) : 0;
}

/** @param a - the larger one */
function sumOfFinite(size: i32, a: u64, b: u64, mode: i32, fpcr: i32): u64 {
  const exponent = exponentOf(size, a);
  const distance = exponent - exponentOf(size, b);
  // The lowest 11 bits of a significand are zero, so halving loses nothing.
  const large = significandOf(size, a) >> 1;
  const small = shiftRightSticky(significandOf(size, b) >> 1, distance);
  const sum = zeroLike(size, a) == zeroLike(size, b) ? large + small : large - small;
  if (sum == 0) return exactZero(size, mode);
  const shift = <i32>clz(sum);
  return round(size, isNegative(size, a), exponent + 1 - shift, sum << shift, mode, fpcr);
}
