/**
 * Fused multiply-add and the Newton steps built on it: one rounding.
 *
 * @source Arm ARM DDI 0487, "FPMulAdd", "FPRecipStepFused", "FPRSqrtStepFused"
 */
import { roundingMode } from './control';
import { exactZero } from './add';
import { infinity, isInfinity, isNaN, isSignalling, magnitude, one, quietBit, signBit, signed, two } from './format';
import { invalid, quietedOf, quietedOfThree } from './nan';
import { round, shiftRightSticky } from './round';
import { exponentOf, flushed, significandOf } from './unpack';
import { high, multiplyWide } from './wide';

/** `addend + a × b` */
export function multiplyAdd(size: i32, addend: u64, a: u64, b: u64, fpcr: i32): u64 {
  addend = flushed(size, addend, fpcr);
  a = flushed(size, a, fpcr);
  b = flushed(size, b, fpcr);
  const infinite = isInfinity(size, a) || isInfinity(size, b);
  const zero = magnitude(size, a) == 0 || magnitude(size, b) == 0;
  if (isNaN(size, addend) || isNaN(size, a) || isNaN(size, b)) {
    const nan = quietedOfThree(size, addend, a, b, fpcr);
    return infinite && zero && !isSignalling(size, addend) ? invalid(size) : nan;
  }
  const negative = ((a ^ b) & signBit(size)) != 0;
  if (infinite) {
    if (zero) return invalid(size);
    const product = signed(size, negative, infinity(size));
    return isInfinity(size, addend) && addend != product ? invalid(size) : product;
  }
  if (isInfinity(size, addend)) return addend;
  if (zero) {
    if (magnitude(size, addend) != 0 || addend == signed(size, negative, 0)) return addend;
    return exactZero(size, roundingMode(fpcr));
  }
  return fused(size, addend, a, b, negative, 0, fpcr);
}

/** `2 - a × b` */
export function reciprocalStep(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  return step(size, two(size), a, b, 0, fpcr);
}

/** `(3 - a × b) / 2` */
export function reciprocalSquareRootStep(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  return step(size, two(size) | quietBit(size), a, b, 1, fpcr);
}

function step(size: i32, addend: u64, a: u64, b: u64, halvings: i32, fpcr: i32): u64 {
  a = flushed(size, a, fpcr) ^ signBit(size);
  b = flushed(size, b, fpcr);
  if (isNaN(size, a) || isNaN(size, b)) return quietedOf(size, a, b, fpcr);
  const negative = ((a ^ b) & signBit(size)) != 0;
  if (magnitude(size, a) == 0 || magnitude(size, b) == 0) {
    return halvings == 0 ? addend : one(size) | quietBit(size);
  }
  if (isInfinity(size, a) || isInfinity(size, b)) return signed(size, negative, infinity(size));
  return fused(size, addend, a, b, negative, halvings, fpcr);
}

/**
 * `(addend + a × b) / 2^halvings` of finite operands, the product not zero.
 *
 * @param negative - the sign of the product
 */
function fused(size: i32, addend: u64, a: u64, b: u64, negative: bool, halvings: i32, fpcr: i32): u64 {
  const mode = roundingMode(fpcr);
  // The product is high:low / 2^126 × 2^exponent, below 4: it has two bits before the point.
  let low = multiplyWide(significandOf(size, a), significandOf(size, b));
  let top = high;
  let exponent = exponentOf(size, a) + exponentOf(size, b);
  if (<i64>top < 0) exponent++;
  else {
    top = (top << 1) | (low >> 63);
    low <<= 1;
  }
  // Now bit 127 is set; the lowest 22 bits are zero. Both summands are halved to make room for a carry.
  low = (low >> 1) | (top << 63);
  top >>= 1;
  if (magnitude(size, addend) != 0) {
    const otherNegative = (addend & signBit(size)) != 0;
    const otherExponent = exponentOf(size, addend);
    const other = significandOf(size, addend) >> 1;
    const distance = exponent - otherExponent;
    if (distance < 0) {
      // The addend is the larger one by at least a binade, or the magnitudes are close.
      shiftPair(top, low, -distance);
      const sumLow = negative == otherNegative ? pairLow : 0 - pairLow;
      const carry = negative == otherNegative ? <u64>0 : <u64>(pairLow != 0);
      top = negative == otherNegative ? other + pairHigh : other - pairHigh - carry;
      low = sumLow;
      exponent = otherExponent;
      negative = otherNegative;
    } else {
      shiftPair(other, 0, distance);
      if (negative == otherNegative) {
        const sumLow = low + pairLow;
        top = top + pairHigh + <u64>(sumLow < low);
        low = sumLow;
      } else if (top > pairHigh || (top == pairHigh && low >= pairLow)) {
        top = top - pairHigh - <u64>(low < pairLow);
        low -= pairLow;
      } else {
        const difference = pairLow - low;
        top = pairHigh - top - <u64>(pairLow < low);
        low = difference;
        negative = otherNegative;
      }
      if ((top | low) == 0) return exactZero(size, mode);
    }
  }
  exponent++;
  if (top == 0) {
    top = low;
    low = 0;
    exponent -= 64;
  }
  const shift = <i32>clz(top);
  if (shift != 0) {
    top = (top << shift) | (low >> (64 - shift));
    low <<= shift;
  }
  return round(size, negative, exponent - shift - halvings, top | <u64>(low != 0), mode, fpcr);
}

let pairHigh: u64 = 0;
let pairLow: u64 = 0;

/** Shifts high:low right into the pair; what falls out sticks to its lowest bit. */
function shiftPair(upper: u64, lower: u64, count: i32): void {
  if (count == 0) {
    pairHigh = upper;
    pairLow = lower;
  } else if (count < 64) {
    pairHigh = upper >> count;
    pairLow = (upper << (64 - count)) | shiftRightSticky(lower, count);
  } else {
    pairHigh = 0;
    pairLow = shiftRightSticky(upper, count - 64) | <u64>(lower != 0);
  }
}
