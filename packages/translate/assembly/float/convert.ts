/**
 * Between the formats.
 *
 * @source Arm ARM DDI 0487, "FPConvert", "FPUnpackCV", "FPRoundCV"
 */
import { ALTERNATIVE_HALF, DEFAULT_NAN, FLUSH_HALF_TO_ZERO } from './control';
import { INVALID_OPERATION, raise } from './exceptions';
import {
  defaultNaN,
  fractionBits,
  fractionMask,
  infinity,
  isInfinity,
  isNaN,
  isNegative,
  isSignalling,
  magnitude,
  quietBit,
  signed,
} from './format';
import { round, roundAlternativeHalf } from './round';
import { exponentOf, flushed, significandOf } from './unpack';

/** A number of format `from` as the nearest one of format `to`. Halves are never flushed here. */
export function convert(from: i32, to: i32, a: u64, mode: i32, fpcr: i32): u64 {
  fpcr &= ~FLUSH_HALF_TO_ZERO;
  const alternative = (fpcr & ALTERNATIVE_HALF) != 0;
  a = flushed(from, a, fpcr);
  const negative = isNegative(from, a);
  const special = !(alternative && from == 16);
  if (special && isNaN(from, a)) return convertNaN(from, to, a, alternative && to == 16, fpcr);
  if (special && isInfinity(from, a)) {
    if (!alternative || to != 16) return signed(to, negative, infinity(to));
    raise(INVALID_OPERATION);
    return signed(16, negative, 0x7fff);
  }
  if (magnitude(from, a) == 0) return signed(to, negative, 0);
  const exponent = exponentOf(from, a);
  const significand = significandOf(from, a);
  if (alternative && to == 16) return roundAlternativeHalf(negative, exponent, significand, mode);
  return round(to, negative, exponent, significand, mode, fpcr);
}

/** Keeps sign and the upper part of the payload. */
function convertNaN(from: i32, to: i32, a: u64, toAlternative: bool, fpcr: i32): u64 {
  if (toAlternative || isSignalling(from, a)) raise(INVALID_OPERATION);
  const negative = isNegative(from, a);
  if (toAlternative) return signed(16, negative, 0);
  if (fpcr & DEFAULT_NAN) return defaultNaN(to);
  const shift = fractionBits(to) - fractionBits(from);
  const fraction = a & fractionMask(from);
  const payload = shift >= 0 ? fraction << shift : fraction >> -shift;
  return signed(to, negative, infinity(to) | quietBit(to) | payload);
}
