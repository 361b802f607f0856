import type { RandomSource } from './random-source.ts';

/** Zeros, denormals, infinities, NaNs, powers of two, halves and limits of integers, neighbours of all of them. */
const edges: Readonly<Record<number, readonly bigint[]>> = Object.fromEntries(
  [16, 32, 64].map((size) => [size, edgesOf(size)]),
);

/** IEEE 754's format of 16, 32 or 64 bits: length of the fraction, bias, and the bits of some numbers. */
export function floatFormat(size: number) {
  const fraction = size === 64 ? 52n : size === 32 ? 23n : 10n;
  const bias = (1n << (BigInt(size) - 2n - fraction)) - 1n;
  /** Two to the power. */
  const power = (exponent: bigint) => (exponent + bias) << fraction;
  return {
    fraction,
    bias,
    power,
    sign: 1n << BigInt(size - 1),
    infinity: power(bias + 1n),
    /** What makes a NaN quiet. */
    quiet: 1n << (fraction - 1n),
  };
}

function edgesOf(size: number): bigint[] {
  const { fraction, bias, power, infinity, quiet } = floatFormat(size);
  const exponents = [
    -bias + 1n,
    -1n,
    0n,
    1n,
    2n,
    7n,
    8n,
    15n,
    fraction - 1n,
    fraction,
    fraction + 1n,
    bias,
    -bias / 2n,
  ];
  const integers = size === 16 ? [] : [31n, 32n, 63n, 64n, -14n, -24n, -25n, 16n];
  const wide = size === 64 ? [-126n, -149n, -150n, 128n, 127n] : [];
  const powers = [...exponents, ...integers, ...wide].map(power);
  const near = powers.flatMap((bits) => [bits, bits + 1n, bits - 1n]);
  const nans = [infinity | quiet, infinity | 1n, infinity | quiet | 3n, infinity | (quiet >> 1n) | 2n];
  const singleHalfway = size === 64 ? [0x47ef_ffff_efff_ffffn, 0x47ef_ffff_f000_0000n] : [];
  const halfHalfway = size === 32 ? [0x477f_f000n, 0x477f_efffn, 0x477f_e000n] : [];
  const threeHalves = power(0n) | quiet;
  return [
    0n,
    1n,
    2n,
    quiet,
    power(1n - bias) - 1n,
    infinity,
    infinity - 1n,
    threeHalves,
    ...nans,
    ...near,
    ...singleHalfway,
    ...halfHalfway,
  ];
}

/** Floats of 16, 32 or 64 bits with the sign bit clear. */
export const floatEdges = (size: number): readonly bigint[] => edges[size] ?? [];

/** A float of a size: often an edge, often near 1 and with few significant bits, else any bits. */
export function randomFloat(random: RandomSource, size: number): bigint {
  const sign = random.bits(1) << BigInt(size - 1);
  const kind = random.below(8);
  if (kind < 3) return random.oneOf(edges[size] ?? []) | sign;
  if (kind < 5) return random.bits(size);
  const format = floatFormat(size);
  const [fraction, bias] = [Number(format.fraction), Number(format.bias)];
  const exponent = Math.min(Math.max(bias + random.below(80) - 40, 1), 2 * bias);
  const cleared = kind < 7 ? BigInt(random.below(fraction)) : 0n;
  const bits = (random.bits(fraction) >> cleared) << cleared;
  return sign | (BigInt(exponent) << BigInt(fraction)) | bits;
}
