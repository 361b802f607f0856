/**
 * Four rounds of SHA-256 at a time, and its message schedule.
 *
 * @source Arm ARM DDI 0487, "SHA256H", "SHA256H2", "SHA256SU0", "SHA256SU1", "SHA256hash"; FIPS 180-4, 6.2
 */

/** Four rounds; `abcd` and `efgh` with the first word in lane 0. @returns efgh when `second`, else abcd */
// @ts-ignore: decorator
@inline
function rounds(abcd: v128, efgh: v128, words: v128, second: bool): v128 {
  let a: u32 = i32x4.extract_lane(abcd, 0);
  let b: u32 = i32x4.extract_lane(abcd, 1);
  let c: u32 = i32x4.extract_lane(abcd, 2);
  let d: u32 = i32x4.extract_lane(abcd, 3);
  let e: u32 = i32x4.extract_lane(efgh, 0);
  let f: u32 = i32x4.extract_lane(efgh, 1);
  let g: u32 = i32x4.extract_lane(efgh, 2);
  let h: u32 = i32x4.extract_lane(efgh, 3);
  for (let i = 0; i < 4; i++) {
    const choice = ((f ^ g) & e) ^ g;
    const majority = (a & b) | ((a | b) & c);
    const sum = h + (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)) + choice + <u32>i32x4.extract_lane(words, 0);
    words = i8x16.shuffle(words, words, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    h = g;
    g = f;
    f = e;
    e = d + sum;
    d = c;
    c = b;
    b = a;
    a = sum + (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + majority;
  }
  return second ? vector(e, f, g, h) : vector(a, b, c, d);
}

// @ts-ignore: decorator
@inline
function vector(w0: u32, w1: u32, w2: u32, w3: u32): v128 {
  return i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(w0), 1, w1), 2, w2), 3, w3);
}

export function sha256Hash(abcd: v128, efgh: v128, words: v128): v128 {
  return rounds(abcd, efgh, words, false);
}

export function sha256Hash2(efgh: v128, abcd: v128, words: v128): v128 {
  return rounds(abcd, efgh, words, true);
}

// @ts-ignore: decorator
@inline
function rotatedRight(words: v128, count: i32): v128 {
  return v128.or(i32x4.shr_u(words, count), i32x4.shl(words, 32 - count));
}

export function sha256Schedule0(d: v128, n: v128): v128 {
  const next = i32x4.shuffle(d, n, 1, 2, 3, 4);
  const sigma = v128.xor(v128.xor(rotatedRight(next, 7), rotatedRight(next, 18)), i32x4.shr_u(next, 3));
  return i32x4.add(d, sigma);
}

// @ts-ignore: decorator
@inline
function sigma1(word: u32): u32 {
  return rotr<u32>(word, 17) ^ rotr<u32>(word, 19) ^ (word >> 10);
}

export function sha256Schedule1(d: v128, n: v128, m: v128): v128 {
  const sum = i32x4.add(d, i32x4.shuffle(n, m, 1, 2, 3, 4));
  const w0 = <u32>i32x4.extract_lane(sum, 0) + sigma1(i32x4.extract_lane(m, 2));
  const w1 = <u32>i32x4.extract_lane(sum, 1) + sigma1(i32x4.extract_lane(m, 3));
  const w2 = <u32>i32x4.extract_lane(sum, 2) + sigma1(w0);
  const w3 = <u32>i32x4.extract_lane(sum, 3) + sigma1(w1);
  return vector(w0, w1, w2, w3);
}
