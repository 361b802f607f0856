/**
 * Byte strings: Linux names are bytes, not text, so the kernel keeps them as strings whose every character is one byte
 * (0…255). They compare, hash and round-trip exactly. Literals in the source are ASCII, so they are byte strings already.
 */

/** Makes a byte string of n bytes at an address. */
export function byteString(at: usize, n: i32): string {
  const text = changetype<string>(__new(<usize>n << 1, idof<string>()));
  const to = changetype<usize>(text);
  for (let i: i32 = 0; i < n; i++) store<u16>(to + (<usize>i << 1), load<u8>(at + i));
  return text;
}

/** Writes a byte string to an address, without terminator. @returns its length */
export function storeByteString(text: string, to: usize): i32 {
  const n = text.length;
  const from = changetype<usize>(text);
  for (let i: i32 = 0; i < n; i++) store<u8>(to + i, load<u8>(from + (<usize>i << 1)));
  return n;
}

/** Length of the NUL-terminated bytes at an address, at most `max`. */
export function lengthToZero(at: usize, max: i32): i32 {
  for (let i: i32 = 0; i < max; i++) if (load<u8>(at + i) == 0) return i;
  return max;
}
