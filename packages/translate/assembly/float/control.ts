/**
 * Fields of FPCR, and the rounding modes.
 *
 * @source Arm ARM DDI 0487, "FPCR, Floating-point Control Register"
 */

export const ALTERNATIVE_HALF: i32 = 1 << 26;
export const DEFAULT_NAN: i32 = 1 << 25;
export const FLUSH_TO_ZERO: i32 = 1 << 24;
export const FLUSH_HALF_TO_ZERO: i32 = 1 << 19;

/** The first four are the values of FPCR.RMode. */
export const NEAREST_EVEN: i32 = 0;
export const TOWARDS_PLUS_INFINITY: i32 = 1;
export const TOWARDS_MINUS_INFINITY: i32 = 2;
export const TOWARDS_ZERO: i32 = 3;
export const NEAREST_AWAY: i32 = 4;
/** To the neighbour with an odd significand, so that a second rounding is right (FCVTXN). */
export const TO_ODD: i32 = 5;

// @ts-ignore: decorator
@inline
export function roundingMode(fpcr: i32): i32 {
  return (fpcr >> 22) & 3;
}

/** Whether denormal numbers of a format are zeros (as operands) or become zeros (as results). */
// @ts-ignore: decorator
@inline
export function flushes(size: i32, fpcr: i32): bool {
  return (fpcr & (size == 16 ? FLUSH_HALF_TO_ZERO : FLUSH_TO_ZERO)) != 0;
}
