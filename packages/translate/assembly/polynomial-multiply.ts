/**
 * Multiplication of polynomials over GF(2), without carries.
 *
 * @source Arm ARM DDI 0487, "PMULL, PMULL2", "PolynomialMult"
 */

/** 64 × 64 → 128 bits. */
export function polynomialMultiply64(a: u64, b: u64): v128 {
  const low = lowHalf(a, b);
  // The upper half of a product is the lower half of the product of the reversed factors, reversed.
  const upper = reversed(lowHalf(reversed(a), reversed(b))) >> 1;
  return i64x2.replace_lane(i64x2.splat(low), 1, upper);
}

/**
 * Every fourth bit at a time: a sum of at most 15 products of single bits then stays below the next bit that is kept.
 *
 * @source BearSSL, src/hash/ghash_ctmul64.c, bmul64
 */
function lowHalf(a: u64, b: u64): u64 {
  const a0 = a & 0x1111_1111_1111_1111;
  const a1 = a & 0x2222_2222_2222_2222;
  const a2 = a & 0x4444_4444_4444_4444;
  const a3 = a & 0x8888_8888_8888_8888;
  const b0 = b & 0x1111_1111_1111_1111;
  const b1 = b & 0x2222_2222_2222_2222;
  const b2 = b & 0x4444_4444_4444_4444;
  const b3 = b & 0x8888_8888_8888_8888;
  const r0 = (a0 * b0) ^ (a1 * b3) ^ (a2 * b2) ^ (a3 * b1);
  const r1 = (a0 * b1) ^ (a1 * b0) ^ (a2 * b3) ^ (a3 * b2);
  const r2 = (a0 * b2) ^ (a1 * b1) ^ (a2 * b0) ^ (a3 * b3);
  const r3 = (a0 * b3) ^ (a1 * b2) ^ (a2 * b1) ^ (a3 * b0);
  return (
    (r0 & 0x1111_1111_1111_1111) |
    (r1 & 0x2222_2222_2222_2222) |
    (r2 & 0x4444_4444_4444_4444) |
    (r3 & 0x8888_8888_8888_8888)
  );
}

function reversed(value: u64): u64 {
  value = ((value & 0x5555_5555_5555_5555) << 1) | ((value >> 1) & 0x5555_5555_5555_5555);
  value = ((value & 0x3333_3333_3333_3333) << 2) | ((value >> 2) & 0x3333_3333_3333_3333);
  value = ((value & 0x0f0f_0f0f_0f0f_0f0f) << 4) | ((value >> 4) & 0x0f0f_0f0f_0f0f_0f0f);
  return bswap<u64>(value);
}

/** Eight products of 8 × 8 → 16 bits. */
export function polynomialMultiply8(a: u64, b: u64): v128 {
  const wideA = i16x8.extend_low_i8x16_u(i64x2.splat(a));
  const wideB = i16x8.extend_low_i8x16_u(i64x2.splat(b));
  let sum = i16x8.splat(0);
  for (let bit = 0; bit < 8; bit++) {
    // All ones in the lanes whose factor has the bit.
    const mask = i16x8.shr_s(i16x8.shl(wideB, 15 - bit), 15);
    sum = v128.xor(sum, v128.and(i16x8.shl(wideA, bit), mask));
  }
  return sum;
}
