/**
 * The three formats, named by their size in bits: 16, 32 and 64. A number is the low `size` bits of a u64.
 *
 * @source IEEE 754-2019, 3.6 "Interchange format parameters"
 */

/** Bits of the fraction field. */
// @ts-ignore: decorator
@inline
export function fractionBits(size: i32): i32 {
  return size == 64 ? 52 : size == 32 ? 23 : 10;
}

/** The exponent field of infinities and NaNs: all ones. */
// @ts-ignore: decorator
@inline
export function maximumField(size: i32): i32 {
  return size == 64 ? 0x7ff : size == 32 ? 0xff : 0x1f;
}

/** The exponent of the smallest normal number. */
// @ts-ignore: decorator
@inline
export function minimumExponent(size: i32): i32 {
  return size == 64 ? -1022 : size == 32 ? -126 : -14;
}

// @ts-ignore: decorator
@inline
export function signBit(size: i32): u64 {
  return (<u64>1) << (size - 1);
}

// @ts-ignore: decorator
@inline
export function fractionMask(size: i32): u64 {
  return ((<u64>1) << fractionBits(size)) - 1;
}

// @ts-ignore: decorator
@inline
export function infinity(size: i32): u64 {
  return (<u64>maximumField(size)) << fractionBits(size);
}

// @ts-ignore: decorator
@inline
export function quietBit(size: i32): u64 {
  return (<u64>1) << (fractionBits(size) - 1);
}

/** The positive quiet NaN without payload. */
// @ts-ignore: decorator
@inline
export function defaultNaN(size: i32): u64 {
  return infinity(size) | quietBit(size);
}

/** The largest finite number. */
// @ts-ignore: decorator
@inline
export function maximumNormal(size: i32): u64 {
  return infinity(size) - 1;
}

// @ts-ignore: decorator
@inline
export function one(size: i32): u64 {
  return (<u64>(maximumField(size) >> 1)) << fractionBits(size);
}

// @ts-ignore: decorator
@inline
export function two(size: i32): u64 {
  return (<u64>((maximumField(size) >> 1) + 1)) << fractionBits(size);
}

// @ts-ignore: decorator
@inline
export function isNegative(size: i32, bits: u64): bool {
  return (bits & signBit(size)) != 0;
}

/** Without the sign. */
// @ts-ignore: decorator
@inline
export function magnitude(size: i32, bits: u64): u64 {
  return bits & (signBit(size) - 1);
}

// @ts-ignore: decorator
@inline
export function isNaN(size: i32, bits: u64): bool {
  return magnitude(size, bits) > infinity(size);
}

// @ts-ignore: decorator
@inline
export function isInfinity(size: i32, bits: u64): bool {
  return magnitude(size, bits) == infinity(size);
}

// @ts-ignore: decorator
@inline
export function isSignalling(size: i32, bits: u64): bool {
  return isNaN(size, bits) && (bits & quietBit(size)) == 0;
}

// @ts-ignore: decorator
@inline
export function isDenormal(size: i32, bits: u64): bool {
  const m = magnitude(size, bits);
  return m != 0 && m <= fractionMask(size);
}

/** A zero with the sign of a number. */
// @ts-ignore: decorator
@inline
export function zeroLike(size: i32, bits: u64): u64 {
  return bits & signBit(size);
}

// @ts-ignore: decorator
@inline
export function signed(size: i32, negative: bool, bits: u64): u64 {
  return negative ? bits | signBit(size) : bits;
}
