const encoder = new TextEncoder();
const scratch = new DataView(new ArrayBuffer(8));

/** Appends bytes to a buffer that grows by doubling. All `append` methods return the writer. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  byte(value: number): this {
    if (this.#length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  bytes(values: ArrayLike<number>): this {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
    return this;
  }

  /** Unsigned LEB128 of an integer below 2^53. */
  unsigned(value: number): this {
    if (value >= 0 && value < 128 && value === (value | 0)) return this.byte(value);
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`Not an unsigned integer: ${value}`);
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    return this.byte(rest);
  }

  /** Signed LEB128 of a 32-bit integer. */
  signed32(value: number): this {
    let rest = value | 0;
    while (rest < -64 || rest > 63) {
      this.byte((rest & 127) | 128);
      rest >>= 7;
    }
    return this.byte(rest & 127);
  }

  /** Signed LEB128 of a 64-bit integer; unsigned ones are taken modulo 2^64. */
  signed64(value: bigint): this {
    const small = Number(value);
    if (small >= -(2 ** 31) && small < 2 ** 31) return this.signed32(small);
    let rest = BigInt.asIntN(64, value);
    while (rest < -64n || rest > 63n) {
      this.byte(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    return this.byte(Number(rest & 127n));
  }

  float32(value: number): this {
    scratch.setFloat32(0, value, true);
    return this.bytes(new Uint8Array(scratch.buffer, 0, 4));
  }

  float64(value: number): this {
    scratch.setFloat64(0, value, true);
    return this.bytes(new Uint8Array(scratch.buffer, 0, 8));
  }

  /** Length-prefixed UTF-8. */
  name(text: string): this {
    const bytes = encoder.encode(text);
    return this.unsigned(bytes.length).bytes(bytes);
  }

  /** Appends another writer's bytes. */
  append(other: ByteWriter): this {
    return this.bytes(other.view());
  }

  /** The bytes so far, valid until the next append. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy of the bytes so far. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}
