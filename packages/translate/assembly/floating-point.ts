/**
 * Floating point as the Arm ARM defines it; see packages/a64/src/support/floating-point for the parameters. Each function
 * gives the result's bits in the lower half and the exceptions it raised, as bits of FPSR, in the upper half.
 */
import {
  add,
  compare,
  convert,
  divide,
  fromInteger,
  maximum,
  maximumNumber,
  minimum,
  minimumNumber,
  multiply,
  multiplyAdd,
  multiplyExtended,
  reciprocalEstimate,
  reciprocalExponent,
  reciprocalSquareRootEstimate,
  reciprocalSquareRootStep,
  reciprocalStep,
  squareRoot,
  subtract,
  takeFlags,
  toInteger,
  toIntegral,
} from './float';

// @ts-ignore: decorator
@inline
function withFlags(result: u64): v128 {
  return i64x2.replace_lane(i64x2.splat(<i64>result), 1, <i64>takeFlags());
}

export function fpAdd(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(add(size, a, b, fpcr));
}

export function fpSubtract(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(subtract(size, a, b, fpcr));
}

export function fpMultiply(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(multiply(size, a, b, fpcr));
}

export function fpMultiplyExtended(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(multiplyExtended(size, a, b, fpcr));
}

export function fpDivide(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(divide(size, a, b, fpcr));
}

export function fpMaximum(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(maximum(size, a, b, fpcr));
}

export function fpMinimum(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(minimum(size, a, b, fpcr));
}

export function fpMaximumNumber(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(maximumNumber(size, a, b, fpcr));
}

export function fpMinimumNumber(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(minimumNumber(size, a, b, fpcr));
}

export function fpCompare(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(compare(size, a, b, 0, fpcr));
}

export function fpCompareSignalling(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(compare(size, a, b, 1, fpcr));
}

export function fpMultiplyAdd(size: i32, addend: u64, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(multiplyAdd(size, addend, a, b, fpcr));
}

export function fpReciprocalStep(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(reciprocalStep(size, a, b, fpcr));
}

export function fpReciprocalSquareRootStep(size: i32, a: u64, b: u64, fpcr: i32): v128 {
  return withFlags(reciprocalSquareRootStep(size, a, b, fpcr));
}

export function fpSquareRoot(size: i32, a: u64, fpcr: i32): v128 {
  return withFlags(squareRoot(size, a, fpcr));
}

export function fpReciprocalEstimate(size: i32, a: u64, fpcr: i32): v128 {
  return withFlags(reciprocalEstimate(size, a, fpcr));
}

export function fpReciprocalSquareRootEstimate(size: i32, a: u64, fpcr: i32): v128 {
  return withFlags(reciprocalSquareRootEstimate(size, a, fpcr));
}

export function fpReciprocalExponent(size: i32, a: u64, fpcr: i32): v128 {
  return withFlags(reciprocalExponent(size, a, fpcr));
}

export function fpToFixed(how: i32, a: u64, fpcr: i32): v128 {
  const result = toInteger((how >> 11) & 127, a, how & 127, (how >> 7) & 1, (how >> 18) & 127, (how >> 8) & 7, fpcr);
  return withFlags(result);
}

export function fpFromFixed(how: i32, a: u64, fpcr: i32): v128 {
  return withFlags(fromInteger((how >> 11) & 127, a, how & 127, (how >> 7) & 1, (how >> 8) & 7, fpcr));
}

export function fpToIntegral(how: i32, a: u64, fpcr: i32): v128 {
  return withFlags(toIntegral((how >> 11) & 127, a, (how >> 8) & 7, (how >> 7) & 1, fpcr));
}

export function fpConvert(how: i32, a: u64, fpcr: i32): v128 {
  return withFlags(convert((how >> 11) & 127, how & 127, a, (how >> 8) & 7, fpcr));
}
