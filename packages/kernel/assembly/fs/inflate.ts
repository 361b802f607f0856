/**
 * Inflates raw DEFLATE streams. Bounded on both sides: bad input ends with -1, never beyond a buffer.
 *
 * @source RFC 1951
 */

const LENGTH_BASE: usize = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258, 0, 0, 0,
]);
const LENGTH_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0, 0, 0, 0,
]);
const DISTANCE_BASE: usize = memory.data<u16>([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193,
  12289, 16385, 24577, 0, 0,
]);
const DISTANCE_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 0, 0,
]);
const CODE_LENGTH_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

const MAX_BITS: u32 = 15;
// One full-width table each: entry = symbol << 4 | code length; 0: no such code.
const LITERALS: usize = memory.data(65536, 16);
const DISTANCES: usize = memory.data(65536, 16);
const LENGTHS: usize = memory.data(352, 8);
const COUNTS: usize = memory.data(64, 8);
const NEXT_CODES: usize = memory.data(64, 8);

let builtBits: u32 = 0;

/** Fills the table of a canonical Huffman code; `builtBits` says its index width. @returns false for an over-subscribed code */
function buildTable(table: usize, lengths: usize, n: u32): bool {
  memory.fill(COUNTS, 0, 64);
  let longest: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const length = <u32>load<u8>(lengths + i);
    if (length == 0) continue;
    store<u32>(COUNTS + (length << 2), load<u32>(COUNTS + (length << 2)) + 1);
    if (length > longest) longest = length;
  }
  if (longest == 0) longest = 1;
  if (longest > MAX_BITS) return false;
  let code: u32 = 0;
  for (let bits: u32 = 1; bits <= longest; bits++) {
    store<u32>(NEXT_CODES + (bits << 2), code);
    code += load<u32>(COUNTS + (bits << 2));
    if (code > <u32>1 << bits) return false;
    code <<= 1;
  }
  memory.fill(table, 0, <usize>2 << longest);
  for (let i: u32 = 0; i < n; i++) {
    const length = <u32>load<u8>(lengths + i);
    if (length == 0) continue;
    const value = load<u32>(NEXT_CODES + (length << 2));
    store<u32>(NEXT_CODES + (length << 2), value + 1);
    let reversed: u32 = 0;
    for (let k: u32 = 0; k < length; k++) reversed |= ((value >> k) & 1) << (length - 1 - k);
    const entry = <u16>((i << 4) | length);
    for (let k = reversed; k < <u32>1 << longest; k += <u32>1 << length) store<u16>(table + (k << 1), entry);
  }
  builtBits = longest;
  return true;
}

// The bit reader: bits of the stream not yet used, and how many.
let bits: u64 = 0;
let bitCount: u32 = 0;
let input: usize = 0;
let inputEnd: usize = 0;

/** Tops the bit buffer up to at least 48 bits; beyond the end of the input come zeros, noticed by `overrun`. */
// @ts-ignore: decorator
@inline
function refill(): void {
  if (input + 8 <= inputEnd) {
    bits |= load<u64>(input) << <u64>bitCount;
    const taken = (63 - bitCount) >> 3;
    input += taken;
    bitCount += taken << 3;
  } else {
    while (bitCount < 56) {
      if (input < inputEnd) bits |= <u64>load<u8>(input) << <u64>bitCount;
      input++;
      bitCount += 8;
    }
  }
}

// @ts-ignore: decorator
@inline
function take(n: u32): u32 {
  const value = <u32>(bits & ((<u64>1 << n) - 1));
  bits >>= <u64>n;
  bitCount -= n;
  return value;
}

/** Whether more bits were used than there were. */
function overrun(): bool {
  return input > inputEnd && ((input - inputEnd) << 3) > <usize>bitCount;
}

let literalBits: u32 = 0;
let distanceBits: u32 = 0;

function readFixedTables(): bool {
  for (let i = 0; i < 288; i++) store<u8>(LENGTHS + i, i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
  if (!buildTable(LITERALS, LENGTHS, 288)) return false;
  literalBits = builtBits;
  for (let i = 0; i < 30; i++) store<u8>(LENGTHS + i, 5);
  if (!buildTable(DISTANCES, LENGTHS, 30)) return false;
  distanceBits = builtBits;
  return true;
}

function readDynamicTables(): bool {
  const literals = take(5) + 257;
  const distances = take(5) + 1;
  const codeLengths = take(4) + 4;
  memory.fill(LENGTHS, 0, 20);
  for (let i: u32 = 0; i < codeLengths; i++) {
    refill();
    store<u8>(LENGTHS + load<u8>(CODE_LENGTH_ORDER + i), <u8>take(3));
  }
  if (!buildTable(LITERALS, LENGTHS, 19)) return false;
  const width = builtBits;
  const total = literals + distances;
  let i: u32 = 0;
  while (i < total) {
    refill();
    const entry = <u32>load<u16>(LITERALS + (<usize>(bits & ((<u64>1 << width) - 1)) << 1));
    if (entry == 0) return false;
    take(entry & 15);
    const symbol = entry >> 4;
    if (symbol < 16) {
      store<u8>(LENGTHS + i++, <u8>symbol);
      continue;
    }
    let value: u8 = 0;
    let repeat: u32 = 0;
    if (symbol == 16) {
      if (i == 0) return false;
      value = load<u8>(LENGTHS + i - 1);
      repeat = 3 + take(2);
    } else repeat = symbol == 17 ? 3 + take(3) : 11 + take(7);
    if (i + repeat > total) return false;
    memory.fill(LENGTHS + i, value, repeat);
    i += repeat;
  }
  if (!buildTable(LITERALS, LENGTHS, literals)) return false;
  literalBits = builtBits;
  if (!buildTable(DISTANCES, LENGTHS + literals, distances)) return false;
  distanceBits = builtBits;
  return true;
}

/**
 * Inflates one raw DEFLATE stream.
 *
 * @returns bytes written, or -1 for a damaged or truncated stream or when `capacity` does not suffice
 */
export function inflate(from: usize, length: usize, to: usize, capacity: usize): i32 {
  bits = 0;
  bitCount = 0;
  input = from;
  inputEnd = from + length;
  let at = to;
  const end = to + capacity;
  let isLast: u32 = 0;
  do {
    refill();
    isLast = take(1);
    const type = take(2);
    if (type == 3) return -1;
    if (type == 0) {
      take(bitCount & 7);
      // Whole bytes still in the bit buffer go back to the input.
      input -= bitCount >> 3;
      bits = 0;
      bitCount = 0;
      if (input + 4 > inputEnd) return -1;
      const n = <usize>load<u16>(input);
      if (<u32>(n ^ 0xffff) != <u32>load<u16>(input, 2)) return -1;
      input += 4;
      if (input + n > inputEnd || at + n > end) return -1;
      memory.copy(at, input, n);
      input += n;
      at += n;
      continue;
    }
    if (!(type == 1 ? readFixedTables() : readDynamicTables())) return -1;
    const literalMask = (<u64>1 << literalBits) - 1;
    const distanceMask = (<u64>1 << distanceBits) - 1;
    for (;;) {
      if (bitCount < 48) refill();
      let entry = <u32>load<u16>(LITERALS + (<usize>(bits & literalMask) << 1));
      if (entry == 0) return -1;
      bits >>= <u64>(entry & 15);
      bitCount -= entry & 15;
      let symbol = entry >> 4;
      if (symbol < 256) {
        if (at >= end) return -1;
        store<u8>(at++, <u8>symbol);
        // Literals need at most 15 bits: two more fit without a refill.
        if (bitCount >= 15) continue;
        if (overrun()) return -1;
        continue;
      }
      if (symbol == 256) break;
      symbol -= 257;
      if (symbol > 28) return -1;
      const copyLength = <u32>load<u16>(LENGTH_BASE + (symbol << 1)) + take(load<u8>(LENGTH_EXTRA + symbol));
      if (bitCount < 48) refill();
      entry = <u32>load<u16>(DISTANCES + (<usize>(bits & distanceMask) << 1));
      if (entry == 0) return -1;
      bits >>= <u64>(entry & 15);
      bitCount -= entry & 15;
      symbol = entry >> 4;
      if (symbol > 29) return -1;
      const distance = <u32>load<u16>(DISTANCE_BASE + (symbol << 1)) + take(load<u8>(DISTANCE_EXTRA + symbol));
      if (distance > <u32>(at - to) || at + copyLength > end) return -1;
      if (distance >= copyLength) memory.copy(at, at - distance, copyLength);
      else if (distance >= 8 && at + copyLength + 8 <= end) {
        for (let k: u32 = 0; k < copyLength; k += 8) store<u64>(at + k, load<u64>(at - distance + k));
      } else for (let k: u32 = 0; k < copyLength; k++) store<u8>(at + k, load<u8>(at - distance + k));
      at += copyLength;
      if (input > inputEnd && overrun()) return -1;
    }
    if (overrun()) return -1;
  } while (isLast == 0);
  return <i32>(at - to);
}
