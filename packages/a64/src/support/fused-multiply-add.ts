import type { SupportFunction } from './support-function.ts';

interface Format {
  readonly bits: number;
  readonly fraction: number;
  readonly bias: number;
}

const single: Format = { bits: 32, fraction: 23, bias: 127 };
const double: Format = { bits: 64, fraction: 52, bias: 1023 };

/** A float taken apart: `significand × 2^exponent`, sign in the significand. */
interface Parts {
  readonly class: 'nan' | 'infinite' | 'finite';
  readonly negative: boolean;
  readonly significand: bigint;
  readonly exponent: number;
}

function take(format: Format, bits: bigint): Parts {
  const { fraction, bias } = format;
  const negative = bits >> BigInt(format.bits - 1) === 1n;
  const biased = Number((bits >> BigInt(fraction)) & ((1n << BigInt(format.bits - 1 - fraction)) - 1n));
  const low = bits & ((1n << BigInt(fraction)) - 1n);
  if (biased === 2 * bias + 1) {
    return { class: low === 0n ? 'infinite' : 'nan', negative, significand: low, exponent: 0 };
  }
  const magnitude = biased === 0 ? low : low | (1n << BigInt(fraction));
  return {
    class: 'finite',
    negative,
    significand: negative ? -magnitude : magnitude,
    exponent: (biased === 0 ? 1 : biased) - bias - fraction,
  };
}

/** Rounds `significand × 2^exponent` to nearest, ties to even. */
function round(format: Format, significand: bigint, exponent: number): bigint {
  const { fraction, bias } = format;
  const sign = significand < 0n ? 1n << BigInt(format.bits - 1) : 0n;
  let magnitude = significand < 0n ? -significand : significand;
  const smallest = 1 - bias - fraction;
  const excess = Math.max(magnitude.toString(2).length - (fraction + 1), smallest - exponent);
  if (excess > 0) {
    const rest = magnitude & ((1n << BigInt(excess)) - 1n);
    const half = 1n << BigInt(excess - 1);
    magnitude >>= BigInt(excess);
    if (rest > half || (rest === half && (magnitude & 1n) === 1n)) magnitude += 1n;
  } else {
    magnitude <<= BigInt(-excess);
  }
  const scale = exponent + excess - smallest;
  // A carry out of the significand, or into the first normal number, moves into the exponent field by itself.
  const encoded =
    magnitude >= 1n << BigInt(fraction) ? magnitude + (BigInt(scale) << BigInt(fraction)) : magnitude;
  const infinity = BigInt(2 * bias + 1) << BigInt(fraction);
  return sign | (encoded >= infinity ? infinity : encoded);
}

/**
 * `addend + a × b`, rounded once, to nearest. A NaN result is the default NaN; which NaN Arm wants is the caller's
 * matter.
 */
function multiplyAdd(format: Format, addend: bigint, a: bigint, b: bigint): bigint {
  const [c, x, y] = [take(format, addend), take(format, a), take(format, b)];
  const exponentOnes = BigInt(2 * format.bias + 1) << BigInt(format.fraction);
  const nan = exponentOnes | (1n << BigInt(format.fraction - 1));
  const signOf = (negative: boolean) => (negative ? 1n << BigInt(format.bits - 1) : 0n);
  if ([c, x, y].some((parts) => parts.class === 'nan')) return nan;
  const negative = x.negative !== y.negative;
  if (x.class === 'infinite' || y.class === 'infinite') {
    const zero = [x, y].some((parts) => parts.class === 'finite' && parts.significand === 0n);
    if (zero || (c.class === 'infinite' && c.negative !== negative)) return nan;
    return exponentOnes | signOf(negative);
  }
  if (c.class === 'infinite') return addend;
  const exponent = Math.min(c.exponent, x.exponent + y.exponent);
  const product = (x.significand * y.significand) << BigInt(x.exponent + y.exponent - exponent);
  const sum = product + (c.significand << BigInt(c.exponent - exponent));
  if (sum !== 0n) return round(format, sum, exponent);
  // An exact zero is positive unless both terms are negative zeros.
  return signOf(c.significand === 0n && product === 0n && c.negative && negative);
}

export const fusedMultiplyAdd = {
  /** `(addend, a, b)` → `addend + a × b` in double precision, rounded once; default rounding mode. */
  fma64: {
    params: ['f64', 'f64', 'f64'],
    result: 'f64',
    reference: (...[addend = 0n, a = 0n, b = 0n]) => multiplyAdd(double, addend, a, b),
  },
  /** The same in single precision. */
  fma32: {
    params: ['f32', 'f32', 'f32'],
    result: 'f32',
    reference: (...[addend = 0n, a = 0n, b = 0n]) => multiplyAdd(single, addend, a, b),
  },
} as const satisfies Record<string, SupportFunction>;
