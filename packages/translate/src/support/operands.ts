import { AHP, DN, FZ, FZ16, RMODE } from '../fuzz/float-control.ts';
import type { RandomSource } from '../testing/random-source.ts';

/** An integer: of any length, or near a power of two. */
export function randomInteger(random: RandomSource): bigint {
  const shift = BigInt(random.below(64));
  if (random.below(3) === 0) return BigInt.asUintN(64, (1n << shift) + BigInt(random.below(5) - 2));
  const value = random.bits(64) >> shift;
  return BigInt.asUintN(64, random.below(2) ? -value : value);
}

const extras = [0, FZ, DN, FZ16, FZ | DN | FZ16];
const alternativeHalf = [0, AHP];

/** Every rounding mode, with and without flushing, default NaNs and the alternative half precision. */
export const controls: readonly number[] = [0, 1, 2, 3].flatMap((mode) =>
  extras.flatMap((extra) => alternativeHalf.map((half) => (mode << RMODE) | extra | half)),
);
