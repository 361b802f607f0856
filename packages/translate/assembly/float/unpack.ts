/**
 * Finite numbers other than zero, taken apart: `significand / 2^63 × 2^exponent`, bit 63 of the significand set.
 *
 * @source Arm ARM DDI 0487, "FPUnpack"
 */
import { flushes } from './control';
import { INPUT_DENORMAL, raise } from './exceptions';
import { fractionBits, fractionMask, isDenormal, magnitude, minimumExponent, zeroLike } from './format';

/** A denormal operand becomes a zero when FPCR says so; all else stays. */
// @ts-ignore: decorator
@inline
export function flushed(size: i32, bits: u64, fpcr: i32): u64 {
  return flushes(size, fpcr) ? flushedSlowly(size, bits) : bits;
}

function flushedSlowly(size: i32, bits: u64): u64 {
  if (!isDenormal(size, bits)) return bits;
  if (size != 16) raise(INPUT_DENORMAL);
  return zeroLike(size, bits);
}

export function exponentOf(size: i32, bits: u64): i32 {
  const field = <i32>(magnitude(size, bits) >> fractionBits(size));
  if (field != 0) return field - 1 + minimumExponent(size);
  return minimumExponent(size) - fractionBits(size) + 63 - <i32>clz(bits & fractionMask(size));
}

export function significandOf(size: i32, bits: u64): u64 {
  const fraction = bits & fractionMask(size);
  if (<i32>(magnitude(size, bits) >> fractionBits(size)) == 0) return fraction << clz(fraction);
  return ((<u64>1) << 63) | (fraction << (63 - fractionBits(size)));
}
