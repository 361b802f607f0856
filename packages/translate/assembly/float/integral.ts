/**
 * To integers, from integers, and to integral numbers.
 *
 * @source Arm ARM DDI 0487, "FPToFixed", "FixedToFP", "FPRoundInt"
 */
import { NEAREST_EVEN } from './control';
import { INEXACT, INVALID_OPERATION, raise } from './exceptions';
import { fractionBits, isInfinity, isNaN, isNegative, magnitude, signed, zeroLike } from './format';
import { quieted } from './nan';
import { round, roundsUp } from './round';
import { exponentOf, flushed, significandOf } from './unpack';

/** What lies behind the point after {@link integerPart}, as a fraction of 2^64. */
let rest: u64 = 0;

/** The integer below the magnitude `significand / 2^63 × 2^exponent`; the exponent is below 64. */
function integerPart(significand: u64, exponent: i32): u64 {
  if (exponent == 63) {
    rest = 0;
    return significand;
  }
  if (exponent < -1) {
    rest = 1;
    return 0;
  }
  rest = significand << (exponent + 1);
  return exponent < 0 ? 0 : significand >> (63 - exponent);
}

/**
 * `number × 2^scale` as an integer; out of range: the nearest one, and invalid.
 *
 * @param unsigned - 1 for an unsigned result
 * @param width - bits of the result, 32 or 64 (or 16)
 * @param mode - rounding mode
 * @returns the result, its upper bits zero
 */
export function toInteger(size: i32, a: u64, scale: i32, unsigned: i32, width: i32, mode: i32, fpcr: i32): u64 {
  a = flushed(size, a, fpcr);
  if (isNaN(size, a)) {
    raise(INVALID_OPERATION);
    return 0;
  }
  if (magnitude(size, a) == 0) return 0;
  const negative = isNegative(size, a);
  const exponent = exponentOf(size, a) + scale;
  if (isInfinity(size, a) || exponent > 63) return saturated(negative, unsigned, width);
  let integer = integerPart(significandOf(size, a), exponent);
  const inexact = rest != 0;
  if (roundsUp(mode, negative, (integer & 1) != 0, rest)) integer++;
  if (integer > limit(negative, unsigned, width)) return saturated(negative, unsigned, width);
  if (inexact) raise(INEXACT);
  return negative ? truncated(0 - integer, width) : integer;
}

/** The largest magnitude that an integer type holds. */
function limit(negative: bool, unsigned: i32, width: i32): u64 {
  if (unsigned) return negative ? 0 : truncated(<u64>-1, width);
  const half = (<u64>1) << (width - 1);
  return negative ? half : half - 1;
}

function saturated(negative: bool, unsigned: i32, width: i32): u64 {
  raise(INVALID_OPERATION);
  return limit(negative, unsigned, width);
}

// @ts-ignore: decorator
@inline
function truncated(value: u64, width: i32): u64 {
  return width == 64 ? value : value & (((<u64>1) << width) - 1);
}

/**
 * The number `integer / 2^scale`.
 *
 * @param integer - sign- or zero-extended to 64 bits
 */
export function fromInteger(size: i32, integer: u64, scale: i32, unsigned: i32, mode: i32, fpcr: i32): u64 {
  if (integer == 0) return 0;
  const negative = !unsigned && <i64>integer < 0;
  const absolute = negative ? 0 - integer : integer;
  const shift = <i32>clz(absolute);
  return round(size, negative, 63 - shift - scale, absolute << shift, mode, fpcr);
}

/**
 * The integral number nearest in the direction of the mode, as a number.
 *
 * @param exact - 1 when a changed value is inexact (FRINTX)
 */
export function toIntegral(size: i32, a: u64, mode: i32, exact: i32, fpcr: i32): u64 {
  a = flushed(size, a, fpcr);
  if (isNaN(size, a)) return quieted(size, a, fpcr);
  if (isInfinity(size, a) || magnitude(size, a) == 0) return a;
  const exponent = exponentOf(size, a);
  if (exponent >= fractionBits(size)) return a;
  const negative = isNegative(size, a);
  let integer = integerPart(significandOf(size, a), exponent);
  if (rest != 0 && exact) raise(INEXACT);
  if (roundsUp(mode, negative, (integer & 1) != 0, rest)) integer++;
  if (integer == 0) return zeroLike(size, a);
  const shift = <i32>clz(integer);
  return signed(size, negative, round(size, false, 63 - shift, integer << shift, NEAREST_EVEN, 0));
}
