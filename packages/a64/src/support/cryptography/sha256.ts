import type { SupportFunction } from '../support-function.ts';
import { fromWords, rotateRight, wordsOf } from './lanes.ts';

const rotations = (word: number, ...counts: readonly number[]) =>
  counts.reduce((sum, count) => sum ^ rotateRight(word, count), 0);

/** @source FIPS 180-4, 6.2.2 */
function rounds(abcd: bigint, efgh: bigint, words: bigint): [bigint, bigint] {
  let [a, b, c, d] = wordsOf(abcd);
  let [e, f, g, h] = wordsOf(efgh);
  for (const word of wordsOf(words)) {
    const t1 = (h + rotations(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + word) | 0;
    const t2 = (rotations(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) >>> 0, c, b, a, (t1 + t2) >>> 0];
  }
  return [fromWords([a, b, c, d]), fromWords([e, f, g, h])];
}

const sigma0 = (word: number) => rotations(word, 7, 18) ^ (word >>> 3);
const sigma1 = (word: number) => rotations(word, 17, 19) ^ (word >>> 10);
const sum = (a: number, b: number) => (a + b) >>> 0;

/** Operands d, n, m as the instructions have them. */
export const sha256 = {
  /** `(abcd, efgh, words)` → abcd after four rounds. */
  sha256Hash: {
    params: ['v128', 'v128', 'v128'],
    result: 'v128',
    reference: (...[d = 0n, n = 0n, m = 0n]) => rounds(d, n, m)[0],
  },
  /** `(efgh, abcd, words)` → efgh after four rounds. */
  sha256Hash2: {
    params: ['v128', 'v128', 'v128'],
    result: 'v128',
    reference: (...[d = 0n, n = 0n, m = 0n]) => rounds(n, d, m)[1],
  },
  sha256Schedule0: {
    params: ['v128', 'v128'],
    result: 'v128',
    reference(...[d = 0n, n = 0n]) {
      const [, ...next] = wordsOf(d);
      const following = [...next, wordsOf(n)[0]];
      return fromWords(wordsOf(d).map((word, i) => sum(word, sigma0(following[i] ?? 0))));
    },
  },
  sha256Schedule1: {
    params: ['v128', 'v128', 'v128'],
    result: 'v128',
    reference(...[d = 0n, n = 0n, m = 0n]) {
      const added = [...wordsOf(n).slice(1), wordsOf(m)[0]];
      // Each word adds sigma1 of the word two before: the last two of m, then the first two of the result.
      const words = wordsOf(m).slice(2);
      wordsOf(d).forEach((word, i) => words.push(sum(sum(word, added[i] ?? 0), sigma1(words[i] ?? 0))));
      return fromWords(words.slice(2));
    },
  },
} as const satisfies Record<string, SupportFunction>;
