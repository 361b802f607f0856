import type { SupportFunction } from '../support-function.ts';
import { bytesOf, fromBytes } from './lanes.ts';

/** Product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1. */
function product(a: number, b: number): number {
  let result = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    result = (result << 1) ^ (result & 0x80 ? 0x11b : 0);
    if ((b >> bit) & 1) result ^= a;
  }
  return result;
}

/** The affine map of the inverse, found by search. FIPS 197, 5.1.1. */
function substitute(byte: number): number {
  const inverse = byte && Array.from({ length: 256 }, (_, i) => i).findIndex((i) => product(byte, i) === 1);
  let result = 0x63;
  for (let turn = 0; turn < 5; turn += 1) result ^= (inverse << turn) | (inverse >> (8 - turn));
  return result & 0xff;
}

const substitution = Array.from({ length: 256 }, (_, byte) => substitute(byte));
const inverseSubstitution = Array.from({ length: 256 }, (_, byte) => substitution.indexOf(byte));

/** Row r of column c moves to column c - r · direction. */
function subBytesShiftRows(table: readonly number[], direction: 1 | -1) {
  return (state = 0n) => {
    const bytes = bytesOf(state);
    const at = (column: number, row: number) => bytes[4 * ((column + direction * row + 4) & 3) + row] ?? 0;
    return fromBytes(bytes.map((_, i) => table[at(i >> 2, i & 3)] ?? 0));
  };
}

/** Multiplies each column by a circulant matrix, given by its first row. FIPS 197, 5.1.3 and 5.3.3. */
function mixColumns(row: readonly number[]) {
  return (state = 0n) => {
    const bytes = bytesOf(state);
    const mixed = (i: number) =>
      row.reduce((sum, factor, k) => sum ^ product(bytes[(i & 12) | ((i + k) & 3)] ?? 0, factor), 0);
    return fromBytes(bytes.map((_, i) => mixed(i)));
  };
}

/** Steps of an AES round; the key is added outside. */
export const aes = {
  /** SubBytes and ShiftRows. */
  aesEncrypt: { params: ['v128'], result: 'v128', reference: subBytesShiftRows(substitution, 1) },
  /** Their inverses. */
  aesDecrypt: { params: ['v128'], result: 'v128', reference: subBytesShiftRows(inverseSubstitution, -1) },
  aesMixColumns: { params: ['v128'], result: 'v128', reference: mixColumns([2, 3, 1, 1]) },
  aesInverseMixColumns: { params: ['v128'], result: 'v128', reference: mixColumns([14, 11, 13, 9]) },
} as const satisfies Record<string, SupportFunction>;
