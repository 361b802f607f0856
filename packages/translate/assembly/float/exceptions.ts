/**
 * The cumulative exception bits of FPSR, and those raised since they were last taken.
 *
 * The only state of the library. It never outlives one instruction: the interpreter takes the flags right behind the
 * call that may have raised them.
 *
 * @source Arm ARM DDI 0487, "FPSR, Floating-point Status Register"
 */

export const INVALID_OPERATION: i32 = 0x01;
export const DIVIDE_BY_ZERO: i32 = 0x02;
export const OVERFLOW: i32 = 0x04;
export const UNDERFLOW: i32 = 0x08;
export const INEXACT: i32 = 0x10;
export const INPUT_DENORMAL: i32 = 0x80;

let raised: i32 = 0;

// @ts-ignore: decorator
@inline
export function raise(flags: i32): void {
  raised |= flags;
}

/** The flags raised since the last call, as FPSR bits; forgets them. */
export function takeFlags(): i32 {
  const flags = raised;
  raised = 0;
  return flags;
}
