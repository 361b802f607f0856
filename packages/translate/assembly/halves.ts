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
import {
  begin,
  compared,
  decided,
  extreme,
  fromIntegers,
  fused,
  integral,
  narrowed,
  toIntegers,
  undecide,
  widened,
} from './halves-quick';

/** Of FPSR, "inexact"; FPCR has no such bit. */
const INEXACT: i32 = 0x10;

const UNSIGNED: i32 = 1 << 7;
/** Scale and rounding mode of a conversion. */
const SCALE_AND_MODE: i32 = 127 | (7 << 8);

/** @param control - FPCR, and bit 4: "inexact" is set in FPSR already and not raised again */
export function fpHalves(how: i32, a: u64, b: u64, c: u64, control: i32): v128 {
  const bits = ((<u32>how >> 30) + 1) << 4;
  if (control == INEXACT) {
    begin();
    const quick = quickly(how, a, b, c);
    if (decided) return i64x2.replace_lane(i64x2.splat(0), 0, <i64>(quick & (<u64>-1 >> (64 - bits))));
  }
  const fpcr = control & ~INEXACT;
  let results: u64 = 0;
  for (let at: u32 = 0; at < bits; at += 16) {
    const result = half(how, (a >> at) & 0xffff, (b >> at) & 0xffff, (c >> at) & 0xffff, fpcr);
    results |= (result & 0xffff) << at;
  }
  const raised = takeFlags() & ~(control & INEXACT);
  return i64x2.replace_lane(i64x2.splat(<i64>results), 1, <i64>raised);
}

function quickly(how: i32, a: u64, b: u64, c: u64): u64 {
  switch ((how >> 25) & 31) {
    case 0:
      return narrowed(f32x4.add(widened(a), widened(b)));
    case 1:
      return narrowed(f32x4.sub(widened(a), widened(b)));
    case 2:
    case 3:
      return narrowed(f32x4.mul(widened(a), widened(b)));
    case 4:
      return narrowed(f32x4.div(widened(a), widened(b)));
    case 5:
    case 7:
      return extreme(a, b, true);
    case 6:
    case 8:
      return extreme(a, b, false);
    case 9:
    case 10:
      return compared(a, b);
    case 11:
      return fused(f32x4.splat(2), f32x4.neg(widened(a)), widened(b), 1);
    case 12:
      return fused(f32x4.splat(3), f32x4.neg(widened(a)), widened(b), 0.5);
    case 13:
      return narrowed(f32x4.sqrt(widened(a)));
    case 17:
      if (how & 127) break;
      return toIntegers(integral(widened(a), (how >> 8) & 7), (how & UNSIGNED) != 0);
    case 18:
      if (how & SCALE_AND_MODE) break;
      return fromIntegers(a, (how & UNSIGNED) != 0);
    case 19:
      return narrowed(integral(widened(a), (how >> 8) & 7));
    case 20:
      return fused(widened(a), widened(b), widened(c), 1);
  }
  undecide();
  return 0;
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
