import type { Environment } from './control.ts';
import { type Format, infinity, type Ratio, scaled, withSign } from './number.ts';
import { overflowed } from './round.ts';

/** Exponent and the fraction as 256…511 of a finite number. */
function leadingBits({ over, under }: Ratio): { exponent: number; leading: bigint } {
  // `under` is a power of two.
  const exponent = over.toString(2).length - under.toString(2).length;
  const { over: a, under: b } = scaled({ over, under }, 8 - exponent);
  return { exponent, leading: a / b };
}

/** @source Arm ARM DDI 0487, "FPRecipEstimate" and "RecipEstimate" */
export function reciprocalEstimate(e: Environment, format: Format, bits: bigint): bigint {
  const a = e.take(format, bits);
  const nan = e.nanOf(format, a);
  if (nan !== undefined) return nan;
  if (a.class === 'infinite') return withSign(format, a.negative, 0n);
  if (a.class === 'zero') {
    e.raise('divideByZero');
    return withSign(format, a.negative, infinity(format));
  }
  const { exponent, leading } = leadingBits(a.value);
  if (exponent < format.minimum - 2) {
    e.raise('overflow');
    e.raise('inexact');
    return overflowed(format, a.negative, e.mode);
  }
  if (exponent >= -format.minimum && e.flushes(format)) {
    e.raise('underflow');
    return withSign(format, a.negative, 0n);
  }
  const odd = leading * 2n + 1n;
  const estimate = ((1n << 19n) / odd + 1n) / 2n;
  // The estimate is exact in the format: 256…511 / 256, times 2^(-exponent - 1).
  const unit = Math.max(-exponent - 1, format.minimum) - format.fraction;
  const { over, under } = scaled({ over: estimate, under: 256n }, -exponent - 1 - unit);
  const field = BigInt(unit + format.fraction - format.minimum);
  return withSign(format, a.negative, (field << BigInt(format.fraction)) + over / under);
}

/** @source Arm ARM DDI 0487, "FPRSqrtEstimate" and "RecipSqrtEstimate" */
export function reciprocalSquareRootEstimate(e: Environment, format: Format, bits: bigint): bigint {
  const a = e.take(format, bits);
  const nan = e.nanOf(format, a);
  if (nan !== undefined) return nan;
  if (a.class === 'zero') {
    e.raise('divideByZero');
    return withSign(format, a.negative, infinity(format));
  }
  if (a.negative) return e.invalid(format);
  if (a.class === 'infinite') return 0n;
  const { exponent, leading } = leadingBits(a.value);
  // The operand lies in the middle of the interval that its bits leave open; an even power of two is split off.
  const middle = exponent % 2 === 0 ? (leading >> 1n) * 2n + 1n : ((leading >> 1n) * 2n + 1n) * 2n;
  let root = 512n;
  while (middle * (root + 1n) * (root + 1n) < 1n << 28n) root += 1n;
  const estimate = (root + 1n) / 2n;
  const field = BigInt(Math.floor((-exponent - 1) / 2) - format.minimum + 1);
  return (field << BigInt(format.fraction)) + ((estimate - 256n) << BigInt(format.fraction - 8));
}

/** @source Arm ARM DDI 0487, "FPRecpX" */
export function reciprocalExponent(e: Environment, format: Format, bits: bigint): bigint {
  const a = e.take(format, bits);
  const nan = e.nanOf(format, a);
  if (nan !== undefined) return nan;
  const largest = infinity(format);
  const field = a.bits & largest;
  const unit = 1n << BigInt(format.fraction);
  return withSign(format, a.negative, field === 0n ? largest - unit : largest ^ field);
}
