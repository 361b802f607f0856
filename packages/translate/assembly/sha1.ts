/**
 * Four rounds of SHA-1 at a time, and its message schedule.
 *
 * @source Arm ARM DDI 0487, "SHA1C", "SHA1P", "SHA1M", "SHA1SU0", "SHA1SU1"; FIPS 180-4, 6.1
 */

const CHOOSE: i32 = 0;
const PARITY: i32 = 1;
const MAJORITY: i32 = 2;

// @ts-ignore: decorator
@inline
function mixed(kind: i32, b: u32, c: u32, d: u32): u32 {
  if (kind == CHOOSE) return ((c ^ d) & b) ^ d;
  if (kind == MAJORITY) return (b & c) | ((b | c) & d);
  return b ^ c ^ d;
}

/** @param abcd - a in lane 0; @param e - in lane 0; @param words - schedule plus constant */
// @ts-ignore: decorator
@inline
function rounds(kind: i32, abcd: v128, e: v128, words: v128): v128 {
  let a: u32 = i32x4.extract_lane(abcd, 0);
  let b: u32 = i32x4.extract_lane(abcd, 1);
  let c: u32 = i32x4.extract_lane(abcd, 2);
  let d: u32 = i32x4.extract_lane(abcd, 3);
  let last: u32 = i32x4.extract_lane(e, 0);
  for (let i = 0; i < 4; i++) {
    const next = last + rotl<u32>(a, 5) + mixed(kind, b, c, d) + <u32>i32x4.extract_lane(words, 0);
    words = i8x16.shuffle(words, words, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    last = d;
    d = c;
    c = rotl<u32>(b, 30);
    b = a;
    a = next;
  }
  return i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(a), 1, b), 2, c), 3, d);
}

export function sha1Choose(abcd: v128, e: v128, words: v128): v128 {
  return rounds(CHOOSE, abcd, e, words);
}

export function sha1Parity(abcd: v128, e: v128, words: v128): v128 {
  return rounds(PARITY, abcd, e, words);
}

export function sha1Majority(abcd: v128, e: v128, words: v128): v128 {
  return rounds(MAJORITY, abcd, e, words);
}

export function sha1Schedule0(d: v128, n: v128, m: v128): v128 {
  const middle = i64x2.shuffle(d, n, 1, 2);
  return v128.xor(v128.xor(middle, d), m);
}

export function sha1Schedule1(d: v128, n: v128): v128 {
  // The words of n move down by one; word 3 of the result needs word 0 of it.
  const zero = i32x4.splat(0);
  const mixedWords = v128.xor(d, i32x4.shuffle(n, zero, 1, 2, 3, 4));
  const rotatedWords = v128.or(i32x4.shl(mixedWords, 1), i32x4.shr_u(mixedWords, 31));
  const first: u32 = i32x4.extract_lane(mixedWords, 0);
  const last: u32 = i32x4.extract_lane(rotatedWords, 3);
  return i32x4.replace_lane(rotatedWords, 3, last ^ rotl<u32>(first, 2));
}
