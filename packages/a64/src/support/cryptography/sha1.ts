import type { SupportFunction } from '../support-function.ts';
import { fromWords, rotateLeft, wordsOf } from './lanes.ts';

type Mix = (x: number, y: number, z: number) => number;

/** @source Arm ARM DDI 0487, "SHA1C" (operation); FIPS 180-4, 6.1.2 */
const rounds = (mix: Mix) =>
  ({
    params: ['v128', 'v128', 'v128'],
    result: 'v128',
    reference(...[abcd = 0n, e = 0n, words = 0n]: bigint[]) {
      let [a, b, c, d] = wordsOf(abcd);
      let [y] = wordsOf(e);
      for (const word of wordsOf(words)) {
        const next = (y + rotateLeft(a, 5) + mix(b, c, d) + word) >>> 0;
        [y, d, c, b, a] = [d, c, rotateLeft(b, 30), a, next];
      }
      return fromWords([a, b, c, d]);
    },
  }) as const satisfies SupportFunction;

/** `(abcd, e, words)`: four rounds. The schedule functions take the operands d, n, m of the instruction. */
export const sha1 = {
  sha1Choose: rounds((x, y, z) => (x & y) ^ (~x & z)),
  sha1Parity: rounds((x, y, z) => x ^ y ^ z),
  sha1Majority: rounds((x, y, z) => (x & y) ^ (x & z) ^ (y & z)),
  sha1Schedule0: {
    params: ['v128', 'v128', 'v128'],
    result: 'v128',
    reference: (...[d = 0n, n = 0n, m = 0n]) => ((BigInt.asUintN(64, n) << 64n) | (d >> 64n)) ^ d ^ m,
  },
  sha1Schedule1: {
    params: ['v128', 'v128'],
    result: 'v128',
    reference(...[d = 0n, n = 0n]) {
      const [t0, t1, t2, t3] = wordsOf(d ^ (n >> 32n));
      const last = rotateLeft(t3, 1) ^ rotateLeft(t0, 2);
      return fromWords([rotateLeft(t0, 1), rotateLeft(t1, 1), rotateLeft(t2, 1), last]);
    },
  },
} as const satisfies Record<string, SupportFunction>;
