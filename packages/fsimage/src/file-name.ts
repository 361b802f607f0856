/**
 * File names: bytes on Linux, strings here. Valid UTF-8 decodes as usual; every other byte 0x80–0xFF becomes the
 * lone surrogate U+DC80–U+DCFF, so that any name survives the round trip.
 *
 * @source Python PEP 383 ("surrogateescape"), whose mapping this is
 */

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Longest file name and longest path, in bytes (limits.h: NAME_MAX; PATH_MAX without its NUL). */
export const NAME_MAX_BYTES = 255;
export const PATH_MAX_BYTES = 4095;

/** @returns `bytes` as a string from which {@link encodeName} restores them */
export function decodeName(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return decodeInvalid(bytes);
  }
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

function decodeInvalid(bytes: Uint8Array): string {
  let text = '';
  let index = 0;
  while (index < bytes.length) {
    const length = sequenceLength(bytes, index);
    text +=
      length === 0
        ? String.fromCharCode(0xdc00 + (bytes[index] ?? 0))
        : strictUtf8.decode(bytes.subarray(index, index + length));
    index += Math.max(length, 1);
  }
  return text;
}

/** Length of the valid UTF-8 sequence at `index`, or 0. */
function sequenceLength(bytes: Uint8Array, index: number): number {
  for (let length = 1; length <= 4 && index + length <= bytes.length; length++) {
    try {
      strictUtf8.decode(bytes.subarray(index, index + length));
      return length;
    } catch {
      // Longer sequences may still be valid.
    }
  }
  return 0;
}
