/**
 * From an exact value to the nearest number of a format.
 *
 * @source Arm ARM DDI 0487, "FPRoundBase"
 */
import { NEAREST_AWAY, NEAREST_EVEN, TO_ODD, TOWARDS_MINUS_INFINITY, TOWARDS_PLUS_INFINITY, flushes } from './control';
import { INEXACT, INVALID_OPERATION, OVERFLOW, UNDERFLOW, raise } from './exceptions';
import { fractionBits, infinity, maximumField, maximumNormal, minimumExponent, signed } from './format';

/** Shifts right; a one falling out of the bottom sticks to bit 0. */
export function shiftRightSticky(value: u64, count: i32): u64 {
  if (count == 0) return value;
  if (count > 63) return <u64>(value != 0);
  return (value >> count) | <u64>((value << (64 - count)) != 0);
}

/**
 * Whether to take the neighbour further from zero.
 *
 * @param odd - whether the nearer neighbour ends in a one
 * @param rest - what lies between, as a fraction of 2^64; may be zero
 */
export function roundsUp(mode: i32, negative: bool, odd: bool, rest: u64): bool {
  const half: u64 = (<u64>1) << 63;
  if (mode == NEAREST_EVEN) return rest > half || (rest == half && odd);
  if (mode == TOWARDS_PLUS_INFINITY) return rest != 0 && !negative;
  if (mode == TOWARDS_MINUS_INFINITY) return rest != 0 && negative;
  if (mode == NEAREST_AWAY) return rest >= half;
  if (mode == TO_ODD) return rest != 0 && !odd;
  return false;
}

/** What a number too large becomes. */
export function overflowed(size: i32, negative: bool, mode: i32): u64 {
  const infinite =
    mode == NEAREST_EVEN ||
    mode == NEAREST_AWAY ||
    (mode == TOWARDS_PLUS_INFINITY && !negative) ||
    (mode == TOWARDS_MINUS_INFINITY && negative);
  return signed(size, negative, infinite ? infinity(size) : maximumNormal(size));
}

/**
 * Rounds `significand / 2^63 × 2^exponent`; bit 63 of the significand is set, bit 0 is sticky.
 *
 * @param fpcr - whether results are flushed; the mode is given apart
 */
export function round(size: i32, negative: bool, exponent: i32, significand: u64, mode: i32, fpcr: i32): u64 {
  if (exponent < minimumExponent(size) && flushes(size, fpcr)) {
    raise(UNDERFLOW);
    return signed(size, negative, 0);
  }
  if (exponent <= 1 - minimumExponent(size)) {
    const bits = roundMagnitude(size, negative, exponent, significand, mode);
    if (<i32>(bits >> fractionBits(size)) < maximumField(size)) return signed(size, negative, bits);
  }
  raise(OVERFLOW | INEXACT);
  return overflowed(size, negative, mode);
}

/** Rounds to the alternative half precision, which has neither infinities nor NaNs. */
export function roundAlternativeHalf(negative: bool, exponent: i32, significand: u64, mode: i32): u64 {
  if (exponent <= 15) return signed(16, negative, roundMagnitude(16, negative, exponent, significand, mode));
  if (exponent == 16) {
    // The largest binade ends here: fields up to 31 are numbers. Rounding may still carry out of it.
    const kept = significand >> 53;
    const up = roundsUp(mode, negative, (kept & 1) != 0, significand << 11);
    const bits = ((<u64>30) << 10) + kept + <u64>up;
    if (bits < 0x8000) {
      if (significand << 11) raise(INEXACT);
      return signed(16, negative, bits);
    }
  }
  raise(INVALID_OPERATION);
  return signed(16, negative, 0x7fff);
}

function roundMagnitude(size: i32, negative: bool, exponent: i32, significand: u64, mode: i32): u64 {
  const tiny = exponent < minimumExponent(size);
  const value = tiny ? shiftRightSticky(significand, minimumExponent(size) - exponent) : significand;
  const fraction = fractionBits(size);
  const kept = value >> (63 - fraction);
  const rest = value << (fraction + 1);
  const up = roundsUp(mode, negative, (kept & 1) != 0, rest);
  if (rest != 0) raise(tiny ? UNDERFLOW | INEXACT : INEXACT);
  // The leading one counts as one in the exponent field, and so does a carry out of the fraction.
  const field: u64 = tiny ? 0 : <u64>(exponent - minimumExponent(size));
  return (field << fraction) + kept + <u64>up;
}
