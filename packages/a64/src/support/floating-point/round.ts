import type { Environment, Mode } from './control.ts';
import { type Format, infinity, type Ratio, scaled, withSign } from './number.ts';

/** Whether to step away from zero. `twice` is the doubled remainder, to be compared with the divisor. */
function stepsUp(mode: Mode, negative: boolean, odd: boolean, twice: bigint, divisor: bigint): boolean {
  switch (mode) {
    case 'even':
      return twice > divisor || (twice === divisor && odd);
    case 'away':
      return twice >= divisor;
    case 'plus':
      return twice !== 0n && !negative;
    case 'minus':
      return twice !== 0n && negative;
    case 'odd':
      return twice !== 0n && !odd;
    case 'zero':
      return false;
  }
}

/** The integer that a ratio rounds to, and whether that changed it. */
export function toInteger({ over, under }: Ratio, negative: boolean, mode: Mode): [bigint, boolean] {
  const floor = over / under;
  const rest = over % under;
  return [floor + BigInt(stepsUp(mode, negative, (floor & 1n) === 1n, rest * 2n, under)), rest !== 0n];
}

const length = (value: bigint) => value.toString(2).length;

/** The exponent of the leading one. */
function exponentOf({ over, under }: Ratio): number {
  const guess = length(over) - length(under);
  const { over: a, under: b } = scaled({ over, under }, -guess);
  return a < b ? guess - 1 : guess;
}

/** What a magnitude too large becomes. */
export function overflowed(format: Format, negative: boolean, mode: Mode): bigint {
  const infinite = mode === 'even' || mode === 'away' || mode === (negative ? 'minus' : 'plus');
  return withSign(format, negative, infinite ? infinity(format) : infinity(format) - 1n);
}

/**
 * The number of a format nearest to a value other than zero.
 *
 * @source Arm ARM DDI 0487, "FPRoundBase"
 */
export function round(
  e: Environment,
  format: Format,
  negative: boolean,
  value: Ratio,
  { mode = e.mode, flush = e.flushes(format), alternative = false } = {},
): bigint {
  const exponent = exponentOf(value);
  const tiny = exponent < format.minimum;
  if (tiny && flush) {
    e.raise('underflow');
    return withSign(format, negative, 0n);
  }
  const unit = Math.max(exponent, format.minimum) - format.fraction;
  const [integer, changed] = toInteger(scaled(value, -unit), negative, mode);
  const field = BigInt(unit + format.fraction - format.minimum);
  // A leading one in the integer counts as one in the exponent field.
  const bits = (field << BigInt(format.fraction)) + integer;
  if (alternative && bits >> BigInt(format.bits - 1) !== 0n) {
    e.raise('invalid');
    return withSign(format, negative, (1n << BigInt(format.bits - 1)) - 1n);
  }
  if (changed && tiny) e.raise('underflow');
  if (alternative || bits < infinity(format)) {
    if (changed) e.raise('inexact');
    return withSign(format, negative, bits);
  }
  e.raise('overflow');
  e.raise('inexact');
  return overflowed(format, negative, mode);
}
