import type { SupportFunction } from '../support-function.ts';

/** Product of polynomials over GF(2). */
function product(a: bigint, b: bigint): bigint {
  let result = 0n;
  for (let bit = 0n; b >> bit !== 0n; bit += 1n) if ((b >> bit) & 1n) result ^= a << bit;
  return result;
}

/** The remainder of the bit-reversed division that both CRCs are. */
const crc = (polynomial: bigint) =>
  ({
    params: [32, 64, 32],
    result: 32,
    reference(...[checksum = 0n, value = 0n, count = 0n]: bigint[]) {
      const bits = 8n * count;
      let rest = checksum ^ BigInt.asUintN(Number(bits), value);
      for (let bit = 0n; bit < bits; bit += 1n) rest = (rest >> 1n) ^ (rest & 1n ? polynomial : 0n);
      return rest;
    },
  }) as const satisfies SupportFunction;

export const polynomials = {
  /** `(checksum, value, bytes)`: continues over the lowest 1, 2, 4 or 8 bytes of the value. */
  crc32: crc(0xedb8_8320n),
  crc32c: crc(0x82f6_3b78n),
  /** 64 × 64 → 128 bits. */
  polynomialMultiply64: {
    params: [64, 64],
    result: 'v128',
    reference: (...[a = 0n, b = 0n]) => product(a, b),
  },
  /** Eight products of 8 × 8 → 16 bits. */
  polynomialMultiply8: {
    params: [64, 64],
    result: 'v128',
    reference(...[a = 0n, b = 0n]) {
      let result = 0n;
      for (let i = 0n; i < 8n; i += 1n) {
        const [x, y] = [(a >> (8n * i)) & 0xffn, (b >> (8n * i)) & 0xffn];
        result |= product(x, y) << (16n * i);
      }
      return result;
    },
  },
} as const satisfies Record<string, SupportFunction>;
