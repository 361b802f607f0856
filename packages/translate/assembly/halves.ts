/**
 * One operation on up to four halves side by side; see packages/a64/src/support/floating-point/halves.ts for the
 * parameters and the order of the operations.
 */
import {
  add,
  compare,
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

const UNSIGNED: i32 = 1 << 7;

export function fpHalves(how: i32, a: u64, b: u64, c: u64, fpcr: i32): v128 {
  const bits = ((<u32>how >> 30) + 1) << 4;
  let results: u64 = 0;
  for (let at: u32 = 0; at < bits; at += 16) {
    const result = half(how, (a >> at) & 0xffff, (b >> at) & 0xffff, (c >> at) & 0xffff, fpcr);
    results |= (result & 0xffff) << at;
  }
  return i64x2.replace_lane(i64x2.splat(<i64>results), 1, <i64>takeFlags());
}

function half(how: i32, a: u64, b: u64, c: u64, fpcr: i32): u64 {
  switch ((how >> 25) & 31) {
    case 0:
      return add(16, a, b, fpcr);
    case 1:
      return subtract(16, a, b, fpcr);
    case 2:
      return multiply(16, a, b, fpcr);
    case 3:
      return multiplyExtended(16, a, b, fpcr);
    case 4:
      return divide(16, a, b, fpcr);
    case 5:
      return maximum(16, a, b, fpcr);
    case 6:
      return minimum(16, a, b, fpcr);
    case 7:
      return maximumNumber(16, a, b, fpcr);
    case 8:
      return minimumNumber(16, a, b, fpcr);
    case 9:
      return compare(16, a, b, 0, fpcr);
    case 10:
      return compare(16, a, b, 1, fpcr);
    case 11:
      return reciprocalStep(16, a, b, fpcr);
    case 12:
      return reciprocalSquareRootStep(16, a, b, fpcr);
    case 13:
      return squareRoot(16, a, fpcr);
    case 14:
      return reciprocalEstimate(16, a, fpcr);
    case 15:
      return reciprocalSquareRootEstimate(16, a, fpcr);
    case 16:
      return reciprocalExponent(16, a, fpcr);
    case 17:
      return toInteger(16, a, how & 127, (how >> 7) & 1, (how >> 18) & 127, (how >> 8) & 7, fpcr);
    case 18: {
      const integer = how & UNSIGNED ? a : <u64>(<i64>(<i16>a));
      return fromInteger(16, integer, how & 127, (how >> 7) & 1, (how >> 8) & 7, fpcr);
    }
    case 19:
      return toIntegral(16, a, (how >> 8) & 7, (how >> 7) & 1, fpcr);
    default:
      return multiplyAdd(16, a, b, c, fpcr);
  }
}
