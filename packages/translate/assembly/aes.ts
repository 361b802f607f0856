/**
 * Steps of an AES round. Byte i of the vector is row i mod 4, column i / 4 of the state.
 *
 * @source FIPS 197, 5.1 "Cipher()" and 5.3 "InvCipher()"; Arm ARM DDI 0487, "AESE", "AESD", "AESMC", "AESIMC"
 */

const substitution = memory.data(256, 16);
const inverseSubstitution = memory.data(256, 16);
fillSubstitutions();

/** FIPS 197, 5.1.1: the inverse in GF(2^8), then an affine map. Inverses come in pairs of powers of 3. */
function fillSubstitutions(): void {
  let power: u32 = 1;
  let inverse: u32 = 1;
  do {
    power = (power ^ (power << 1) ^ (power & 0x80 ? 0x11b : 0)) & 0xff;
    // Division by 3.
    inverse ^= inverse << 1;
    inverse ^= inverse << 2;
    inverse ^= inverse << 4;
    inverse &= 0xff;
    if (inverse & 0x80) inverse ^= 0x09;
    setPair(power, inverse);
  } while (power != 1);
  setPair(0, 0);
}

function setPair(byte: u32, inverse: u32): void {
  const repeated = inverse | (inverse << 8);
  const mapped = (inverse ^ (repeated >> 7) ^ (repeated >> 6) ^ (repeated >> 5) ^ (repeated >> 4) ^ 0x63) & 0xff;
  store<u8>(substitution + byte, <u8>mapped);
  store<u8>(inverseSubstitution + mapped, <u8>byte);
}

// @ts-ignore: decorator
@inline
function substituted(table: usize, bytes: u64): u64 {
  let result: u64 = 0;
  for (let shift: u64 = 0; shift < 64; shift += 8) {
    result |= (<u64>load<u8>(table + <usize>((bytes >> shift) & 0xff))) << shift;
  }
  return result;
}

// @ts-ignore: decorator
@inline
function substitutedVector(table: usize, state: v128): v128 {
  const low = substituted(table, i64x2.extract_lane(state, 0));
  const high = substituted(table, i64x2.extract_lane(state, 1));
  return i64x2.replace_lane(i64x2.splat(low), 1, high);
}

/** SubBytes and ShiftRows. */
export function aesEncrypt(state: v128): v128 {
  const shifted = i8x16.shuffle(state, state, 0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11);
  return substitutedVector(substitution, shifted);
}

/** Their inverses. */
export function aesDecrypt(state: v128): v128 {
  const shifted = i8x16.shuffle(state, state, 0, 13, 10, 7, 4, 1, 14, 11, 8, 5, 2, 15, 12, 9, 6, 3);
  return substitutedVector(inverseSubstitution, shifted);
}

/** Each byte times 2 in GF(2^8). */
// @ts-ignore: decorator
@inline
function doubled(state: v128): v128 {
  const reduction = v128.and(i8x16.shr_s(state, 7), i8x16.splat(0x1b));
  return v128.xor(i8x16.add(state, state), reduction);
}

/** Each column by one byte, by two bytes. */
// @ts-ignore: decorator
@inline
function rotated(state: v128): v128 {
  return i8x16.shuffle(state, state, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
}

// @ts-ignore: decorator
@inline
function rotatedTwice(state: v128): v128 {
  return i8x16.shuffle(state, state, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

/** MixColumns: `2·b0 + 3·b1 + b2 + b3` in each column, and so on. */
export function aesMixColumns(state: v128): v128 {
  const next = rotated(state);
  const pairs = v128.xor(state, next);
  return v128.xor(v128.xor(doubled(pairs), next), rotatedTwice(pairs));
}

/** InvMixColumns is MixColumns after adding `4·(b0 + b2)` to each byte. */
export function aesInverseMixColumns(state: v128): v128 {
  const quadrupled = doubled(doubled(v128.xor(state, rotatedTwice(state))));
  return aesMixColumns(v128.xor(state, quadrupled));
}
