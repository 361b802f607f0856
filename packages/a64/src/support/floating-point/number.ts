/** An IEEE binary format. */
export interface Format {
  readonly bits: 16 | 32 | 64;
  readonly fraction: number;
  /** Exponent of the smallest normal number. */
  readonly minimum: number;
}

const formats: Readonly<Record<number, Format>> = {
  16: { bits: 16, fraction: 10, minimum: -14 },
  32: { bits: 32, fraction: 23, minimum: -126 },
  64: { bits: 64, fraction: 52, minimum: -1022 },
};

/** @throws RangeError for a size other than 16, 32 and 64 */
export function formatOf(size: number): Format {
  const format = formats[size];
  if (!format) throw new RangeError(`Cannot take ${size} bits as a float: sizes are 16, 32 and 64`);
  return format;
}

/** An exact, non-negative fraction. */
export interface Ratio {
  readonly over: bigint;
  readonly under: bigint;
}

export type NumberClass = 'signalling' | 'quiet' | 'infinite' | 'zero' | 'finite';

/** A float taken apart. */
export interface Operand {
  readonly bits: bigint;
  readonly class: NumberClass;
  readonly negative: boolean;
  /** The exact magnitude of a finite number. */
  readonly value: Ratio;
  /** Whether it was a denormal number that counts as zero. */
  readonly flushed: boolean;
}

export const signBit = (format: Format) => 1n << BigInt(format.bits - 1);
export const infinity = (format: Format) =>
  BigInt.asUintN(format.bits - 1, -1n) - (1n << BigInt(format.fraction)) + 1n;
export const quietBit = (format: Format) => 1n << BigInt(format.fraction - 1);
export const defaultNaN = (format: Format) => infinity(format) | quietBit(format);
export const withSign = (format: Format, negative: boolean, bits: bigint) =>
  negative ? bits | signBit(format) : bits;

/** `2^exponent` as a factor of a ratio. */
export function scaled({ over, under }: Ratio, exponent: number): Ratio {
  return exponent >= 0
    ? { over: over << BigInt(exponent), under }
    : { over, under: under << BigInt(-exponent) };
}

export interface TakeOptions {
  /** Denormal numbers are zeros. */
  readonly flush?: boolean;
  /** The largest exponent field is that of numbers, as in the alternative half precision. */
  readonly alternative?: boolean;
}

/** @source Arm ARM DDI 0487, "FPUnpackBase" */
export function take(format: Format, operand: bigint, { flush, alternative }: TakeOptions = {}): Operand {
  const bits = BigInt.asUintN(format.bits, operand);
  const magnitude = BigInt.asUintN(format.bits - 1, bits);
  const fraction = BigInt.asUintN(format.fraction, bits);
  const field = Number(magnitude >> BigInt(format.fraction));
  const denormal = field === 0 && fraction !== 0n;
  const integer = field === 0 ? fraction : fraction | (1n << BigInt(format.fraction));
  const common = {
    bits,
    negative: bits !== magnitude,
    flushed: denormal && flush === true,
    value: scaled({ over: integer, under: 1n }, Math.max(field, 1) - 1 + format.minimum - format.fraction),
  };
  if (!alternative && magnitude > infinity(format))
    return { ...common, class: (bits & quietBit(format)) === 0n ? 'signalling' : 'quiet' };
  if (!alternative && magnitude === infinity(format)) return { ...common, class: 'infinite' };
  if (magnitude === 0n || common.flushed)
    return { ...common, bits: withSign(format, common.negative, 0n), class: 'zero' };
  return { ...common, class: 'finite' };
}

export const isNaN = (operand: Operand) => operand.class === 'signalling' || operand.class === 'quiet';
