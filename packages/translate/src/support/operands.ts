import type { RandomSource } from '../testing/random-source.ts';

/** An integer: of any length, or near a power of two. */
export function randomInteger(random: RandomSource): bigint {
  const shift = BigInt(random.below(64));
  if (random.below(3) === 0) return BigInt.asUintN(64, (1n << shift) + BigInt(random.below(5) - 2));
  const value = random.bits(64) >> shift;
  return BigInt.asUintN(64, random.below(2) ? -value : value);
}

const extras = [0, 1 << 24, 1 << 25, 1 << 19, (1 << 24) | (1 << 25) | (1 << 19)];
const alternativeHalf = [0, 1 << 26];

/** Every rounding mode, with and without flushing, default NaNs and the alternative half precision. */
export const controls: readonly number[] = [0, 1, 2, 3].flatMap((mode) =>
  extras.flatMap((extra) => alternativeHalf.map((half) => (mode << 22) | extra | half)),
);
