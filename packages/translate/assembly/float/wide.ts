/** 128-bit helpers; the high half of a result is in {@link high}. */

/** The high half of the last wide result. */
export let high: u64 = 0;

/** The product of two 64-bit numbers: the low half, and {@link high}. */
export function multiplyWide(a: u64, b: u64): u64 {
  const aLow = a & 0xffff_ffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffff_ffff;
  const bHigh = b >> 32;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >> 32);
  const other = aLow * bHigh + (middle & 0xffff_ffff);
  high = aHigh * bHigh + (middle >> 32) + (other >> 32);
  return (other << 32) | (low & 0xffff_ffff);
}

/**
 * `numerator × 2^64 / divisor`, bit 0 sticky when there is a remainder.
 *
 * @param divisor - bit 63 set, larger than the numerator
 * @source Hacker's Delight, 9-4 "Unsigned doubleword division", divlu
 */
export function divideWide(numerator: u64, divisor: u64): u64 {
  const upper = quotientDigit(numerator, divisor);
  const remainder = (numerator << 32) - upper * divisor;
  const lower = quotientDigit(remainder, divisor);
  const rest = (remainder << 32) - lower * divisor;
  return (upper << 32) | lower | <u64>(rest != 0);
}

/** The next 32 bits of a quotient; the digit appended to the remainder is zero. */
function quotientDigit(remainder: u64, divisor: u64): u64 {
  const top = divisor >> 32;
  const bottom = divisor & 0xffff_ffff;
  let digit = remainder / top;
  let left = remainder - digit * top;
  while (digit >> 32 != 0 || digit * bottom > left << 32) {
    digit--;
    left += top;
    if (left >> 32 != 0) break;
  }
  return digit;
}
