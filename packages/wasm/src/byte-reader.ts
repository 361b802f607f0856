import { MalformedWasmError } from './errors.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads bytes in sequence; every method throws {@link MalformedWasmError} at the end of the bytes. */
export class ByteReader {
  constructor(
    readonly bytes: Uint8Array,
    /** What is being read, for messages. */
    readonly what: string,
    public at = 0,
    readonly end: number = bytes.length,
  ) {}

  get done(): boolean {
    return this.at >= this.end;
  }

  fail(why: string): never {
    throw new MalformedWasmError(this.what, why, this.at);
  }

  byte(): number {
    const value = this.at < this.end ? this.bytes[this.at] : undefined;
    if (value === undefined) this.fail('it ends too early');
    this.at += 1;
    return value;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value > 0xffff_ffff ? this.fail('an integer is out of range') : value;
    }
    return this.fail('an integer is too long');
  }

  take(count: number): Uint8Array {
    if (this.at + count > this.end) this.fail('it ends too early');
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  name(): string {
    const bytes = this.take(this.unsigned());
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new MalformedWasmError(`${this.what} (${String(cause)})`, 'a name is not UTF-8', this.at);
    }
  }
}
