import { roundUp } from './payload-layout.ts';

const FIRST_SLOTS = 1 << 10;

/** Byte strings one after the other, equal ones once. Found by a hash table of offsets, which is smaller than a map of strings. */
export class InternedBytes {
  readonly #alignment: number;
  #buffer = Buffer.alloc(64 * 1024);
  /** By hash: offset of the string + 1, or 0; and its length. */
  #offsets = new Uint32Array(FIRST_SLOTS);
  #lengths = new Uint32Array(FIRST_SLOTS);
  #count = 0;
  sizeBytes = 0;

  constructor(alignment: number) {
    this.#alignment = alignment;
  }

  /** @returns where the bytes lie */
  add(bytes: Uint8Array): number {
    const slot = this.#find(bytes);
    const known = this.#offsets[slot] ?? 0;
    if (known > 0) return known - 1;
    const offset = this.sizeBytes;
    const end = roundUp(offset + bytes.byteLength, this.#alignment);
    if (end > this.#buffer.byteLength) {
      this.#buffer = Buffer.concat([this.#buffer], Math.max(end, 2 * this.#buffer.byteLength));
    }
    this.#buffer.set(bytes, offset);
    this.sizeBytes = end;
    this.#offsets[slot] = offset + 1;
    this.#lengths[slot] = bytes.byteLength;
    if (++this.#count * 2 > this.#offsets.length) this.#grow();
    return offset;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.sizeBytes);
  }

  /** @returns the slot of equal bytes, or the one where they belong */
  #find(bytes: Uint8Array): number {
    const mask = this.#offsets.length - 1;
    for (let slot = hash(bytes) & mask; ; slot = (slot + 1) & mask) {
      const offset = this.#offsets[slot] ?? 0;
      if (offset === 0) return slot;
      const length = this.#lengths[slot] ?? 0;
      if (
        length === bytes.byteLength &&
        this.#buffer.compare(bytes, 0, length, offset - 1, offset - 1 + length) === 0
      )
        return slot;
    }
  }

  #grow(): void {
    const offsets = this.#offsets;
    const lengths = this.#lengths;
    this.#offsets = new Uint32Array(2 * offsets.length);
    this.#lengths = new Uint32Array(2 * offsets.length);
    for (const [slot, offset] of offsets.entries()) {
      if (offset === 0) continue;
      const length = lengths[slot] ?? 0;
      const target = this.#find(this.#buffer.subarray(offset - 1, offset - 1 + length));
      this.#offsets[target] = offset;
      this.#lengths[target] = length;
    }
  }
}

/** FNV-1a. @source RFC 9923 */
function hash(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}
