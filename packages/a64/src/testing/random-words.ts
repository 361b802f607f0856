import type { Instruction } from '../instruction.ts';

/** A source of random 32-bit words: the same words for the same seed (xorshift128). */
export function randomWords(seed: number): () => number {
  let [x, y, z, w] = [seed >>> 0 || 1, 362436069, 521288629, 88675123];
  const next = () => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return w >>> 0;
  };
  for (let i = 0; i < 16; i++) next();
  return next;
}

/** `perRow` words of each row's pattern with random operands. */
export function wordsOfRows(rows: readonly Instruction[], perRow: number, random: () => number): Uint32Array {
  const words = rows.flatMap(({ pattern: { mask, value } }) =>
    Array.from({ length: perRow }, () => (value | (random() & ~mask)) >>> 0),
  );
  return Uint32Array.from(words);
}
