/**
 * Four halves at once by Wasm's singles and doubles, for FPCR = 0 and where "inexact" is set already: then nothing is
 * raised as long as operands are finite and results normal numbers or zeros. What is not is told by {@link decided}.
 *
 * Singles have 24 bits of precision, twice those of halves and two more: rounding a sum, product, quotient or root to
 * them first does no harm. A sum of a product and a half is rounded to doubles first, which does none either: it is exact
 * unless the product is far below the half's last place.
 *
 * @source S. Figueroa, "When is double rounding innocuous?", 1995
 */

/** Whether the last result is one. */
export let decided: bool = false;

// @ts-ignore: decorator
@inline
function require(condition: bool): void {
  if (!condition) decided = false;
}

/** Clears doubts; to be called before {@link widened}. */
export function begin(): void {
  decided = true;
}

/** The operation is none that can be done so. */
export function undecide(): void {
  decided = false;
}

/** Halves as singles, exactly. */
export function widened(halves: u64): v128 {
  const bits = i32x4.extend_low_i16x8_u(i64x2.splat(<i64>halves));
  const magnitude = v128.and(bits, i32x4.splat(0x7fff));
  require(!v128.any_true(i32x4.gt_s(magnitude, i32x4.splat(0x7bff))));
  // The exponent's bias is 15 instead of 127; multiplying is right for denormal halves, too.
  const scaled = f32x4.mul(i32x4.shl(magnitude, 13), f32x4.splat(reinterpret<f32>(0x7780_0000)));
  return v128.or(scaled, i32x4.shl(v128.xor(bits, magnitude), 16));
}

// @ts-ignore: decorator
@inline
function lower(singles: v128): v128 {
  return f64x2.promote_low_f32x4(singles);
}

// @ts-ignore: decorator
@inline
function upper(singles: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(singles, singles, 1, 1));
}

/** Singles as halves, to nearest. Results that may be denormal, infinite or NaN are left undecided. */
export function narrowed(singles: v128): u64 {
  const magnitude = v128.and(singles, i32x4.splat(0x7fff_ffff));
  const normal = v128.and(
    i32x4.gt_s(magnitude, i32x4.splat(0x3880_0000)),
    i32x4.lt_s(magnitude, i32x4.splat(0x477f_f000)),
  );
  require(i32x4.all_true(v128.or(normal, i32x4.eq(magnitude, i32x4.splat(0)))));
  const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1));
  const rounded = i32x4.shr_u(i32x4.add(i32x4.add(magnitude, i32x4.splat(0xfff)), odd), 13);
  const half = v128.and(i32x4.sub(rounded, i32x4.splat(112 << 10)), normal);
  const sign = v128.and(i32x4.shr_u(singles, 16), i32x4.splat(0x8000));
  return packed(v128.or(half, sign));
}

/** The lower halves of four integers side by side; the upper ones must be zero. */
function packed(integers: v128): u64 {
  return <u64>i64x2.extract_lane(i16x8.narrow_i32x4_u(integers, integers), 0);
}

/** `factor × (addend + a × b)`, rounded once; the factor is a power of two. */
export function fused(addend: v128, a: v128, b: v128, factor: f64): u64 {
  const scale = f64x2.splat(factor);
  const low = f64x2.mul(f64x2.add(f64x2.mul(lower(a), lower(b)), lower(addend)), scale);
  const high = f64x2.mul(f64x2.add(f64x2.mul(upper(a), upper(b)), upper(addend)), scale);
  return packed(v128.shuffle<i32>(narrowedDoubles(low), narrowedDoubles(high), 0, 2, 4, 6));
}

/** Doubles as halves in the lower bits of their lanes. */
function narrowedDoubles(doubles: v128): v128 {
  const magnitude = v128.and(doubles, i64x2.splat(0x7fff_ffff_ffff_ffff));
  const normal = v128.and(
    i64x2.gt_s(magnitude, i64x2.splat(0x3f10_0000_0000_0000)),
    i64x2.lt_s(magnitude, i64x2.splat(0x40ef_fe00_0000_0000)),
  );
  require(i64x2.all_true(v128.or(normal, i64x2.eq(magnitude, i64x2.splat(0)))));
  const odd = v128.and(i64x2.shr_u(magnitude, 42), i64x2.splat(1));
  const rounded = i64x2.shr_u(i64x2.add(i64x2.add(magnitude, i64x2.splat(0x1ff_ffff_ffff)), odd), 42);
  const half = v128.and(i64x2.sub(rounded, i64x2.splat(1008 << 10)), normal);
  return v128.or(half, v128.and(i64x2.shr_u(doubles, 48), i64x2.splat(0x8000)));
}

/** To integral numbers; modes are those of FPCR.RMode. */
export function integral(singles: v128, mode: i32): v128 {
  switch (mode) {
    case 0:
      return f32x4.nearest(singles);
    case 1:
      return f32x4.ceil(singles);
    case 2:
      return f32x4.floor(singles);
    case 3:
      return f32x4.trunc(singles);
    default:
      undecide();
      return singles;
  }
}

/** Integral numbers as integers of 16 bits; those beyond their range are left undecided. */
export function toIntegers(singles: v128, unsigned: bool): u64 {
  const least = f32x4.splat(unsigned ? 0 : -32768);
  const greatest = f32x4.splat(unsigned ? 65535 : 32767);
  require(i32x4.all_true(v128.and(f32x4.ge(singles, least), f32x4.le(singles, greatest))));
  return packed(v128.and(i32x4.trunc_sat_f32x4_s(singles), i32x4.splat(0xffff)));
}

export function fromIntegers(integers: u64, unsigned: bool): u64 {
  const lanes = i64x2.splat(<i64>integers);
  const wide = unsigned ? i32x4.extend_low_i16x8_u(lanes) : i32x4.extend_low_i16x8_s(lanes);
  return narrowed(f32x4.convert_i32x4_s(wide));
}

/** Integers that sort like the halves, -0 below +0; the same again gives the halves. NaNs are left undecided. */
function sortable(halves: u64): v128 {
  const bits = i64x2.splat(<i64>halves);
  const magnitude = v128.and(bits, i16x8.splat(0x7fff));
  require(!v128.any_true(i16x8.gt_s(magnitude, i16x8.splat(0x7c00))));
  return v128.xor(bits, v128.and(i16x8.shr_s(bits, 15), i16x8.splat(0x7fff)));
}

export function extreme(a: u64, b: u64, larger: bool): u64 {
  const x = sortable(a);
  const y = sortable(b);
  const chosen = larger ? i16x8.max_s(x, y) : i16x8.min_s(x, y);
  return <u64>i64x2.extract_lane(v128.xor(chosen, v128.and(i16x8.shr_s(chosen, 15), i16x8.splat(0x7fff))), 0);
}

/** N, Z, C, V of each lane as bits 3 to 0. */
export function compared(a: u64, b: u64): u64 {
  const x = sortable(a);
  const y = sortable(b);
  // Both zeros, -1 and 0, are equal.
  const zeros = v128.and(
    i16x8.eq(v128.and(i64x2.splat(<i64>a), i16x8.splat(0x7fff)), i16x8.splat(0)),
    i16x8.eq(v128.and(i64x2.splat(<i64>b), i16x8.splat(0x7fff)), i16x8.splat(0)),
  );
  const equal = v128.or(zeros, i16x8.eq(x, y));
  const ordered = v128.bitselect(i16x8.splat(0b1000), i16x8.splat(0b0010), i16x8.lt_s(x, y));
  return <u64>i64x2.extract_lane(v128.bitselect(i16x8.splat(0b0110), ordered, equal), 0);
}
