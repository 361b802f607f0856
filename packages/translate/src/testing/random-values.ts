import { randomFloat } from './random-floats.ts';
import type { RandomSource } from './random-source.ts';

/** Integers that reach corner cases more often than uniform ones. */
export function randomInteger(random: RandomSource, bits: number): bigint {
  switch (random.below(8)) {
    case 0:
      return 0n;
    case 1:
      return BigInt.asUintN(bits, -1n);
    case 2:
      return BigInt(random.below(130));
    case 3:
      return 1n << BigInt(random.below(bits));
    case 4:
      return BigInt.asUintN(bits, (1n << BigInt(random.below(bits))) - 1n);
    case 5:
      return BigInt.asUintN(bits, -BigInt(random.below(130)));
    default:
      return random.bits(bits);
  }
}

/** Vectors of such integers, of floats, or of anything. */
export function randomVector(random: RandomSource): bigint {
  const lanes = (size: number, lane: () => bigint) => {
    let value = 0n;
    for (let at = 0; at < 128; at += size) value |= lane() << BigInt(at);
    return value;
  };
  switch (random.below(8)) {
    case 0:
    case 1:
      return lanes(64, () => randomFloat(random, 64));
    case 2:
    case 3:
      return lanes(32, () => randomFloat(random, 32));
    case 4:
      return lanes(16, () => randomFloat(random, 16));
    case 5:
      return lanes(8, () => BigInt(random.below(40)));
    case 6: {
      const size = random.oneOf([8, 16, 32, 64]);
      return lanes(size, () => randomInteger(random, size));
    }
    default:
      return random.bits(128);
  }
}
