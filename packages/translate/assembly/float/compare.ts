/**
 * Comparison, maximum and minimum.
 *
 * @source Arm ARM DDI 0487, "FPCompare", "FPMax", "FPMaxNum", "FPMin", "FPMinNum"
 */
import { INVALID_OPERATION, raise } from './exceptions';
import { infinity, isNaN, isNegative, isSignalling, magnitude, signBit } from './format';
import { quietedOf } from './nan';
import { flushed } from './unpack';

const LESS: i32 = 0b1000;
const EQUAL: i32 = 0b0110;
const GREATER: i32 = 0b0010;
const UNORDERED: i32 = 0b0011;

/**
 * The flags N, Z, C, V as bits 3 to 0.
 *
 * @param signalling - 1 when every NaN is invalid (FCMPE), not only a signalling one
 */
export function compare(size: i32, a: u64, b: u64, signalling: i32, fpcr: i32): i32 {
  a = flushed(size, a, fpcr);
  b = flushed(size, b, fpcr);
  if (isNaN(size, a) || isNaN(size, b)) {
    if (signalling || isSignalling(size, a) || isSignalling(size, b)) raise(INVALID_OPERATION);
    return UNORDERED;
  }
  const left = ordered(size, a);
  const right = ordered(size, b);
  return left == right ? EQUAL : left < right ? LESS : GREATER;
}

/** The larger; +0 is larger than -0. A NaN wins. */
export function maximum(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  return extreme(size, flushed(size, a, fpcr), flushed(size, b, fpcr), true, fpcr);
}

export function minimum(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  return extreme(size, flushed(size, a, fpcr), flushed(size, b, fpcr), false, fpcr);
}

/** The larger; a number wins against a quiet NaN. */
export function maximumNumber(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  return extremeNumber(size, flushed(size, a, fpcr), flushed(size, b, fpcr), true, fpcr);
}

export function minimumNumber(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  return extremeNumber(size, flushed(size, a, fpcr), flushed(size, b, fpcr), false, fpcr);
}

function extremeNumber(size: i32, a: u64, b: u64, larger: bool, fpcr: i32): u64 {
  const neutral = larger ? infinity(size) | signBit(size) : infinity(size);
  const aQuiet = isNaN(size, a) && !isSignalling(size, a);
  const bQuiet = isNaN(size, b) && !isSignalling(size, b);
  if (aQuiet && !bQuiet) a = neutral;
  else if (bQuiet && !aQuiet) b = neutral;
  return extreme(size, a, b, larger, fpcr);
}

function extreme(size: i32, a: u64, b: u64, larger: bool, fpcr: i32): u64 {
  if (isNaN(size, a) || isNaN(size, b)) return quietedOf(size, a, b, fpcr);
  const left = ordered(size, a);
  const right = ordered(size, b);
  if (left == right) return larger ? a & b : a | b;
  return left > right == larger ? a : b;
}

/** An integer that sorts like the number; both zeros are 0. */
function ordered(size: i32, bits: u64): i64 {
  const m = <i64>magnitude(size, bits);
  return isNegative(size, bits) ? -m : m;
}
