import { Environment, type Mode } from './control.ts';
import {
  defaultNaN,
  type Format,
  infinity,
  isNaN,
  type Ratio,
  scaled,
  signBit,
  take,
  withSign,
} from './number.ts';
import { round, toInteger } from './round.ts';

export interface FixedPoint {
  /** The integer is the number times `2^scale`. */
  readonly scale: number;
  readonly unsigned: boolean;
  readonly mode: Mode;
}

/** @source Arm ARM DDI 0487, "FPToFixed" */
export function toFixed(
  e: Environment,
  format: Format,
  bits: bigint,
  width: number,
  { scale, unsigned, mode }: FixedPoint,
): bigint {
  const a = e.take(format, bits);
  if (isNaN(a)) {
    e.raise('invalid');
    return 0n;
  }
  if (a.class === 'zero') return 0n;
  const [lowest, highest] = unsigned
    ? [0n, (1n << BigInt(width)) - 1n]
    : [-(1n << BigInt(width - 1)), (1n << BigInt(width - 1)) - 1n];
  const [magnitude, changed] = toInteger(scaled(a.value, scale), a.negative, mode);
  const integer = a.negative ? -magnitude : magnitude;
  const clamped = integer < lowest ? lowest : integer > highest ? highest : integer;
  if (a.class === 'infinite' || clamped !== integer) {
    e.raise('invalid');
    return BigInt.asUintN(width, a.negative ? lowest : highest);
  }
  if (changed) e.raise('inexact');
  return BigInt.asUintN(width, integer);
}

/** @source Arm ARM DDI 0487, "FixedToFP" */
export function fromFixed(
  e: Environment,
  format: Format,
  integer: bigint,
  { scale, unsigned, mode }: FixedPoint,
): bigint {
  const value = unsigned ? BigInt.asUintN(64, integer) : BigInt.asIntN(64, integer);
  if (value === 0n) return 0n;
  const magnitude: Ratio = { over: value < 0n ? -value : value, under: 1n };
  return round(e, format, value < 0n, scaled(magnitude, -scale), { mode });
}

/** @source Arm ARM DDI 0487, "FPRoundInt" */
export function toIntegral(e: Environment, format: Format, bits: bigint, mode: Mode, exact: boolean): bigint {
  const a = e.take(format, bits);
  const nan = e.nanOf(format, a);
  if (nan !== undefined) return nan;
  if (a.class !== 'finite') return a.bits;
  const [integer, changed] = toInteger(a.value, a.negative, mode);
  if (changed && exact) e.raise('inexact');
  if (integer === 0n) return withSign(format, a.negative, 0n);
  return round(new Environment(0), format, a.negative, { over: integer, under: 1n });
}

/** @source Arm ARM DDI 0487, "FPConvert" */
export function convert(e: Environment, from: Format, to: Format, bits: bigint, mode: Mode): bigint {
  const alternative = e.alternativeHalf;
  const a = take(from, bits, {
    flush: from.bits !== 16 && e.flushes(from),
    alternative: alternative && from.bits === 16,
  });
  if (a.flushed) e.raise('inputDenormal');
  const toAlternative = alternative && to.bits === 16;
  if (isNaN(a)) {
    if (a.class === 'signalling' || toAlternative) e.raise('invalid');
    if (toAlternative) return withSign(to, a.negative, 0n);
    if (e.defaultNaN) return defaultNaN(to);
    const fraction = BigInt.asUintN(from.fraction, a.bits);
    const shift = BigInt(to.fraction - from.fraction);
    return withSign(to, a.negative, defaultNaN(to) | (shift >= 0n ? fraction << shift : fraction >> -shift));
  }
  if (a.class === 'infinite') {
    if (!toAlternative) return withSign(to, a.negative, infinity(to));
    e.raise('invalid');
    return withSign(to, a.negative, signBit(to) - 1n);
  }
  if (a.class === 'zero') return withSign(to, a.negative, 0n);
  const flush = to.bits !== 16 && e.flushes(to);
  return round(e, to, a.negative, a.value, { mode, flush, alternative: toAlternative });
}
