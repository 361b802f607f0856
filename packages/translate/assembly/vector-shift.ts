/**
 * Shifts of vector elements by amounts in another vector; what `control` means is told in
 * packages/a64/src/support/vector-shift.ts.
 */
const UNSIGNED: i32 = 4;
const ROUNDED: i32 = 8;
const SATURATING: i32 = 16;

export function shiftElements(elements: v128, amounts: v128, control: i32): v128 {
  const low = shiftHalf(i64x2.extract_lane(elements, 0), i64x2.extract_lane(amounts, 0), control, false);
  const high = shiftHalf(i64x2.extract_lane(elements, 1), i64x2.extract_lane(amounts, 1), control, false);
  return i64x2.replace_lane(i64x2.splat(low), 1, high);
}

export function shiftSaturates(elements: v128, amounts: v128, control: i32): v128 {
  const low = shiftHalf(i64x2.extract_lane(elements, 0), i64x2.extract_lane(amounts, 0), control, true);
  const high = shiftHalf(i64x2.extract_lane(elements, 1), i64x2.extract_lane(amounts, 1), control, true);
  return i64x2.replace_lane(i64x2.splat(low), 1, high);
}

/** The elements of 64 bits: their shifted values, or with `mask` all ones where they saturate. */
function shiftHalf(elements: u64, amounts: u64, control: i32, mask: bool): u64 {
  const bits: i32 = 8 << (control & 3);
  const ones: u64 = u64.MAX_VALUE >> (64 - bits);
  let result: u64 = 0;
  for (let at = 0; at < 64; at += bits) {
    const element = (elements >> at) & ones;
    const amount = <i32>(<i8>(amounts >> at));
    const saturates = amount > 0 && (control & SATURATING) != 0 && overflows(element, bits, amount, control);
    let value: u64;
    if (mask) value = saturates ? ones : 0;
    else if (saturates) value = limit(element, bits, control);
    else value = amount < 0 ? shiftRight(element, bits, -amount, control) : amount >= bits ? 0 : element << amount;
    result |= (value & ones) << at;
  }
  return result;
}

/** The element as a number of 64 bits. */
@inline
function extended(element: u64, bits: i32, control: i32): u64 {
  return control & UNSIGNED ? element : <u64>(<i64>(element << (64 - bits)) >> (64 - bits));
}

function shiftRight(element: u64, bits: i32, amount: i32, control: i32): u64 {
  const number = extended(element, bits, control);
  // One place short of the whole way; the last bit out is the one that rounds.
  const almost = shiftDown(number, amount - 1, control);
  const shifted = control & UNSIGNED ? almost >> 1 : <u64>(<i64>almost >> 1);
  return control & ROUNDED ? shifted + (almost & 1) : shifted;
}

@inline
function shiftDown(number: u64, amount: i32, control: i32): u64 {
  if (control & UNSIGNED) return amount > 63 ? 0 : number >> amount;
  return <u64>(<i64>number >> min(amount, 63));
}

/** Whether bits that matter are shifted out to the left. */
function overflows(element: u64, bits: i32, amount: i32, control: i32): bool {
  if (element == 0) return false;
  if (amount >= bits) return true;
  const number = extended(element, bits, control);
  const back = extended((element << amount) & (u64.MAX_VALUE >> (64 - bits)), bits, control);
  return shiftDown(back, amount, control) != number;
}

@inline
function limit(element: u64, bits: i32, control: i32): u64 {
  if (control & UNSIGNED) return u64.MAX_VALUE;
  const negative = (element >> (bits - 1)) & 1;
  return negative ? <u64>1 << (bits - 1) : (<u64>1 << (bits - 1)) - 1;
}
