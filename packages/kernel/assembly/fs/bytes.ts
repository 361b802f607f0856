/** Helpers for byte ranges in kernel memory: names and paths are never String objects on hot paths. */

// @ts-ignore: decorator
@inline
export function sameBytes(a: usize, b: usize, n: u32): bool {
  return memory.compare(a, b, n) == 0;
}

/** FNV-1a over a name, mixed with the identity of its directory. */
export function hashName(seed: u32, at: usize, n: u32): u32 {
  let hash: u32 = 0x811c9dc5 ^ seed;
  for (let i: u32 = 0; i < n; i++) hash = (hash ^ load<u8>(at + i)) * 0x01000193;
  return hash ^ (hash >> 15);
}

/** Copies `n` bytes to memory of their own; never freed unless the owner calls `heap.free`. */
export function duplicateBytes(at: usize, n: u32): usize {
  const copy = heap.alloc(n == 0 ? 1 : n);
  memory.copy(copy, at, n);
  return copy;
}

/** Whether the bytes are this ASCII literal. */
export function bytesEqual(at: usize, n: u32, text: string): bool {
  if (<u32>text.length != n) return false;
  for (let i: u32 = 0; i < n; i++) if (load<u8>(at + i) != <u8>text.charCodeAt(i)) return false;
  return true;
}

/** Whether the bytes start with this ASCII literal. */
export function bytesStartWith(at: usize, n: u32, text: string): bool {
  return n >= <u32>text.length && bytesEqual(at, text.length, text);
}

/** @returns the decimal number that the bytes spell, or -1 (also for "", leading zeros or more than 9 digits) */
export function parseDecimal(at: usize, n: u32): i32 {
  if (n == 0 || n > 9 || (n > 1 && load<u8>(at) == 48)) return -1;
  let value = 0;
  for (let i: u32 = 0; i < n; i++) {
    const digit = <i32>load<u8>(at + i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
