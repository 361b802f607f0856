/** The 16 bytes of a vector, lowest first. */
export const bytesOf = (vector: bigint) =>
  Array.from({ length: 16 }, (_, i) => Number((vector >> BigInt(8 * i)) & 0xffn));

export const fromBytes = (bytes: readonly number[]) =>
  bytes.reduce((vector, byte, i) => vector | (BigInt(byte) << BigInt(8 * i)), 0n);

/** Four 32-bit words. */
export type Words = [number, number, number, number];

export const wordsOf = (vector: bigint): Words => [
  Number(BigInt.asUintN(32, vector)),
  Number(BigInt.asUintN(32, vector >> 32n)),
  Number(BigInt.asUintN(32, vector >> 64n)),
  Number(BigInt.asUintN(32, vector >> 96n)),
];

export const fromWords = (words: readonly number[]) =>
  words.reduce((vector, word, i) => vector | (BigInt(word >>> 0) << BigInt(32 * i)), 0n);

export const rotateLeft = (word: number, count: number) => ((word << count) | (word >>> (32 - count))) >>> 0;
export const rotateRight = (word: number, count: number) => rotateLeft(word, 32 - count);
