import type { ByteSource } from './byte-source.ts';

/** A stretch of a file. */
export interface ByteRange {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** What is wrong with the bytes, and where. */
export class FormatError extends Error {}

const WINDOW_BYTES = 4096;

/**
 * Reads numbers and names from a stretch of a source, through a small window. Every length is checked against what is
 * left of the stretch before anything is read or allocated.
 */
export class ByteCursor {
  offset: number;
  readonly end: number;
  readonly #source: ByteSource;
  #window = new Uint8Array(0);
  #windowAt = 0;

  constructor(source: ByteSource, range: ByteRange = { offset: 0, sizeBytes: source.sizeBytes }) {
    this.#source = source;
    this.offset = range.offset;
    this.end = range.offset + range.sizeBytes;
  }

  get left(): number {
    return this.end - this.offset;
  }

  fail(why: string): FormatError {
    return new FormatError(`${why} at byte ${this.offset}`);
  }

  byte(): number {
    if (this.offset >= this.end) throw this.fail('it ends too early');
    const at = this.offset - this.#windowAt;
    const value = at >= 0 ? this.#window[at] : undefined;
    if (value === undefined) return this.#refill();
    this.offset++;
    return value;
  }

  #refill(): number {
    const window = new Uint8Array(Math.min(WINDOW_BYTES, this.left));
    const n = this.#source.readInto(window, this.offset);
    this.#window = window.subarray(0, n);
    this.#windowAt = this.offset;
    const value = this.#window[0];
    if (value === undefined) throw this.fail('it ends too early');
    this.offset++;
    return value;
  }

  /** Unsigned LEB128 of at most 32 bits, as all lengths and indices are. */
  unsigned(): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte >= 0x80) continue;
      if (value >= 2 ** 32) break;
      return value;
    }
    this.offset = start;
    throw this.fail('a number does not fit in 32 bits');
  }

  /** A number of items, each of which takes at least one byte. */
  count(): number {
    const n = this.unsigned();
    if (n > this.left) throw this.fail(`a list of ${n} items does not fit in the ${this.left} bytes left`);
    return n;
  }

  /** Skips so many bytes. @returns where they lie */
  skip(sizeBytes: number): ByteRange {
    if (sizeBytes > this.left)
      throw this.fail(`${sizeBytes} bytes do not fit in the ${this.left} bytes left`);
    const range = { offset: this.offset, sizeBytes };
    this.offset += sizeBytes;
    return range;
  }

  bytes(sizeBytes: number): Uint8Array {
    const { offset } = this.skip(sizeBytes);
    const bytes = new Uint8Array(sizeBytes);
    if (this.#source.readInto(bytes, offset) !== sizeBytes) throw this.fail('it ends too early');
    return bytes;
  }

  name(): string {
    const bytes = this.bytes(this.unsigned());
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw this.fail('a name is not UTF-8');
    }
  }

  /** The section that starts here; the cursor moves behind it. */
  section(): { readonly id: number; readonly range: ByteRange } {
    const id = this.byte();
    const sizeBytes = this.unsigned();
    return { id, range: this.skip(sizeBytes) };
  }
}
