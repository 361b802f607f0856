/**
 * Between the formats.
 *
 * @source Arm ARM DDI 0487, "FPConvert", "FPUnpackCV", "FPRoundCV"
 */
import { ALTERNATIVE_HALF, DEFAULT_NAN, FLUSH_HALF_TO_ZERO, NEAREST_EVEN } from './control';
import { INEXACT, INVALID_OPERATION, raise } from './exceptions';
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
  if (fpcr == 0 && mode == NEAREST_EVEN) {
    if (from == 16 && magnitude(16, a) < infinity(16)) return halfExtended(to, a);
    if (to == 16 && from == 32) {
      const half = halfOfSingle(<u32>a);
      if (half != UNDECIDED) return half;
    }
  }
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

/** A finite half as a single or double, exactly: the exponent's bias is 15 instead of 127. */
function halfExtended(to: i32, a: u64): u64 {
  const size = reinterpret<f32>(<u32>magnitude(16, a) << 13) * reinterpret<f32>(0x7780_0000);
  const bits = to == 64 ? reinterpret<u64>(<f64>size) : <u64>reinterpret<u32>(size);
  return signed(to, isNegative(16, a), bits);
}

const UNDECIDED: u64 = 0x1_0000;

/** A single as a half where that is a normal number, to nearest. */
function halfOfSingle(a: u32): u64 {
  const size = a & 0x7fff_ffff;
  if (size < 0x3880_0000 || size >= 0x477f_f000) return UNDECIDED;
  if ((size & 0x1fff) != 0) raise(INEXACT);
  const rounded = (size + 0xfff + ((size >> 13) & 1)) >> 13;
  return ((a >> 16) & 0x8000) | (rounded - (112 << 10));
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
