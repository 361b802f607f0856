/** Which NaN an operation gives whose Wasm counterpart gave some NaN; see packages/a64/src/support/not-a-number.ts. */
import { takeFlags } from './float';
import { defaultNaN, isNaN } from './float/format';
import { quietedOf } from './float/nan';

function chosen(size: i32, a: u64, b: u64): u64 {
  if (!isNaN(size, a) && !isNaN(size, b)) return defaultNaN(size);
  const result = quietedOf(size, a, b, 0);
  takeFlags();
  return result;
}

export function nan64(a: f64, b: f64): f64 {
  return reinterpret<f64>(chosen(64, reinterpret<u64>(a), reinterpret<u64>(b)));
}

export function nan32(a: f32, b: f32): f32 {
  return reinterpret<f32>(<u32>chosen(32, reinterpret<u32>(a), reinterpret<u32>(b)));
}

export function nan64x2(a: v128, b: v128, result: v128): v128 {
  return inLanes(64, a, b, result);
}

export function nan32x4(a: v128, b: v128, result: v128): v128 {
  return inLanes(32, a, b, result);
}

function inLanes(size: i32, a: v128, b: v128, result: v128): v128 {
  const low = inHalf(size, i64x2.extract_lane(a, 0), i64x2.extract_lane(b, 0), i64x2.extract_lane(result, 0));
  const high = inHalf(size, i64x2.extract_lane(a, 1), i64x2.extract_lane(b, 1), i64x2.extract_lane(result, 1));
  return i64x2.replace_lane(i64x2.splat(low), 1, high);
}

function inHalf(size: i32, a: u64, b: u64, result: u64): u64 {
  const mask: u64 = u64.MAX_VALUE >> (64 - size);
  let mended: u64 = 0;
  for (let at = 0; at < 64; at += size) {
    const lane = (result >> at) & mask;
    mended |= (isNaN(size, lane) ? chosen(size, (a >> at) & mask, (b >> at) & mask) : lane) << at;
  }
  return mended;
}
