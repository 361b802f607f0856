/**
 * Reciprocal and reciprocal square root estimates, to eight bits.
 *
 * @source Arm ARM DDI 0487, "FPRecipEstimate", "FPRSqrtEstimate", "FPRecpX", "RecipEstimate", "RecipSqrtEstimate"
 */
import { flushes, roundingMode } from './control';
import { DIVIDE_BY_ZERO, INEXACT, OVERFLOW, UNDERFLOW, raise } from './exceptions';
import {
  fractionBits,
  infinity,
  isInfinity,
  isNaN,
  isNegative,
  magnitude,
  maximumField,
  signed,
  zeroLike,
} from './format';
import { invalid, quieted } from './nan';
import { overflowed } from './round';
import { exponentOf, flushed, significandOf } from './unpack';

/** An estimate of `1 / a`. */
export function reciprocalEstimate(size: i32, a: u64, fpcr: i32): u64 {
  a = flushed(size, a, fpcr);
  const negative = isNegative(size, a);
  if (isNaN(size, a)) return quieted(size, a, fpcr);
  if (isInfinity(size, a)) return zeroLike(size, a);
  if (magnitude(size, a) == 0) {
    raise(DIVIDE_BY_ZERO);
    return signed(size, negative, infinity(size));
  }
  const bias = maximumField(size) >> 1;
  const exponent = exponentOf(size, a);
  if (exponent < -bias - 1) {
    raise(OVERFLOW | INEXACT);
    return overflowed(size, negative, roundingMode(fpcr));
  }
  if (exponent >= bias - 1 && flushes(size, fpcr)) {
    raise(UNDERFLOW);
    return signed(size, negative, 0);
  }
  const estimate = inverse(<i32>(significandOf(size, a) >> 55));
  const fraction = fractionBits(size);
  let field = bias - 1 - exponent;
  let bits = <u64>(estimate & 0xff) << (fraction - 8);
  if (field <= 0) {
    // A denormal: the leading one moves into the fraction.
    bits = (bits | ((<u64>1) << fraction)) >> (1 - field);
    field = 0;
  }
  return signed(size, negative, (<u64>field << fraction) | bits);
}

/** An estimate of `1 / √a`. */
export function reciprocalSquareRootEstimate(size: i32, a: u64, fpcr: i32): u64 {
  a = flushed(size, a, fpcr);
  const negative = isNegative(size, a);
  if (isNaN(size, a)) return quieted(size, a, fpcr);
  if (magnitude(size, a) == 0) {
    raise(DIVIDE_BY_ZERO);
    return signed(size, negative, infinity(size));
  }
  if (negative) return invalid(size);
  if (isInfinity(size, a)) return 0;
  const bias = maximumField(size) >> 1;
  const field = exponentOf(size, a) + bias;
  const significand = significandOf(size, a);
  const scaled = <i32>(field & 1 ? significand >> 56 : significand >> 55);
  const estimate = inverseRoot(scaled);
  const fraction = fractionBits(size);
  return (<u64>((3 * bias - 1 - field) >> 1) << fraction) | (<u64>(estimate & 0xff) << (fraction - 8));
}

/** The exponent negated, the fraction zero: a scale for a division. */
export function reciprocalExponent(size: i32, a: u64, fpcr: i32): u64 {
  a = flushed(size, a, fpcr);
  if (isNaN(size, a)) return quieted(size, a, fpcr);
  const field = <i32>(magnitude(size, a) >> fractionBits(size));
  const result = field == 0 ? maximumField(size) - 1 : maximumField(size) ^ field;
  return signed(size, isNegative(size, a), (<u64>result) << fractionBits(size));
}

/** The estimate for a number in [1, 2) given as 256…511. */
function inverse(value: i32): i32 {
  return ((1 << 19) / (value * 2 + 1) + 1) >> 1;
}

/** The estimate for a number in [1, 4) given as 128…511: below 256 in steps of 1/128, else of 1/256. */
function inverseRoot(value: i32): i32 {
  const operand = value < 256 ? value * 2 + 1 : (((value >> 1) << 1) + 1) * 2;
  let root = 512;
  while (operand * (root + 1) * (root + 1) < 1 << 28) root++;
  return (root + 1) >> 1;
}
