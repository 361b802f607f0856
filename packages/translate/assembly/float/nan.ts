/**
 * Which NaN an operation returns: a signalling one before a quiet one, an earlier operand before a later one.
 *
 * @source Arm ARM DDI 0487, "FPProcessNaN", "FPProcessNaNs", "FPProcessNaNs3"
 */
import { DEFAULT_NAN } from './control';
import { INVALID_OPERATION, raise } from './exceptions';
import { defaultNaN, isNaN, isSignalling, quietBit } from './format';

/** An operation without a result in the reals: the default NaN. */
export function invalid(size: i32): u64 {
  raise(INVALID_OPERATION);
  return defaultNaN(size);
}

/** @param bits - a NaN */
export function quieted(size: i32, bits: u64, fpcr: i32): u64 {
  if (isSignalling(size, bits)) raise(INVALID_OPERATION);
  return fpcr & DEFAULT_NAN ? defaultNaN(size) : bits | quietBit(size);
}

/** The result when at least one of two operands is a NaN. */
export function quietedOf(size: i32, a: u64, b: u64, fpcr: i32): u64 {
  if (isSignalling(size, a)) return quieted(size, a, fpcr);
  if (isSignalling(size, b)) return quieted(size, b, fpcr);
  return quieted(size, isNaN(size, a) ? a : b, fpcr);
}

/** The result when at least one of three operands is a NaN; the addend of a multiply-add comes first. */
export function quietedOfThree(size: i32, addend: u64, a: u64, b: u64, fpcr: i32): u64 {
  if (isSignalling(size, addend)) return quieted(size, addend, fpcr);
  if (isSignalling(size, a)) return quieted(size, a, fpcr);
  if (isSignalling(size, b)) return quieted(size, b, fpcr);
  return quieted(size, isNaN(size, addend) ? addend : isNaN(size, a) ? a : b, fpcr);
}
