import { isUtf8 } from 'node:buffer';

/**
 * File names: bytes on Linux, strings here. Valid UTF-8 decodes as usual; every other byte 0x80–0xFF becomes the
 * lone surrogate U+DC80–U+DCFF, so that any name survives the round trip.
 *
 * @source Python PEP 383 ("surrogateescape"), whose mapping this is
 */

/** Bounds of the second byte where they are narrower than 80–BF: no overlong forms, surrogates or values above 10FFFF. */
const SECOND_MINIMUM: Readonly<Record<number, number>> = { 0xe0: 0xa0, 0xf0: 0x90 };
const SECOND_MAXIMUM: Readonly<Record<number, number>> = { 0xed: 0x9f, 0xf4: 0x8f };
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Longest file name and longest path, in bytes (limits.h: NAME_MAX; PATH_MAX without its NUL). */
export const NAME_MAX_BYTES = 255;
export const PATH_MAX_BYTES = 4095;

/** @returns `bytes` as a string from which {@link encodeName} restores them */
export function decodeName(bytes: Uint8Array): string {
  return isUtf8(bytes) ? decodeUtf8(bytes) : decodeInvalid(bytes);
}

/** @returns the bytes that `name` stands for */
export function encodeName(name: string): Buffer {
  if (!LONE_SURROGATE.test(name)) return Buffer.from(name, 'utf8');
  const parts: Buffer[] = [];
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    parts.push(
      code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(character, 'utf8'),
    );
  }
  return Buffer.concat(parts);
}

/** Orders names by their bytes, as a payload does; for use with `Array.sort`. */
export function compareNames(left: string, right: string): number {
  if (left === right) return 0;
  // UTF-16 order differs from byte order only where surrogates are compared.
  if (!hasSurrogate(left) && !hasSurrogate(right)) return left < right ? -1 : 1;
  return Buffer.compare(encodeName(left), encodeName(right));
}

function hasSurrogate(name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    if ((name.charCodeAt(index) & 0xf800) === 0xd800) return true;
  }
  return false;
}

function decodeUtf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

function decodeInvalid(bytes: Uint8Array): string {
  let text = '';
  let index = 0;
  while (index < bytes.length) {
    const length = sequenceLength(bytes, index);
    text +=
      length === 0
        ? String.fromCharCode(0xdc00 + (bytes[index] ?? 0))
        : decodeUtf8(bytes.subarray(index, index + length));
    index += Math.max(length, 1);
  }
  return text;
}

/** Length of the valid UTF-8 sequence at `index`, or 0. @source Unicode 15, table 3-7 (Well-Formed UTF-8 Byte Sequences) */
function sequenceLength(bytes: Uint8Array, index: number): number {
  const first = bytes[index] ?? 0;
  const length =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length < 2) return length;
  const second = bytes[index + 1] ?? 0;
  if (second < (SECOND_MINIMUM[first] ?? 0x80) || second > (SECOND_MAXIMUM[first] ?? 0xbf)) return 0;
  for (let offset = 2; offset < length; offset++) {
    if (((bytes[index + offset] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}
