import { BLOCK_SIZE_BYTES, payloadMethods } from '@boxer/abi';
import type { ByteRange, PayloadLocation } from '@boxer/component';
import { readSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

/** A stretch of a file that is open. */
export interface OpenRange extends ByteRange {
  readonly fd: number;
}

/** A payload whose parts lie in open files; the index may be at hand. */
export interface ScatteredPayload {
  readonly index: Uint8Array | OpenRange;
  /** Stretches whose concatenation is the block data. */
  readonly data: readonly OpenRange[];
}

/** The payload of a component. @param fd - the component's file */
export function payloadOfComponent(fd: number, { index, data }: PayloadLocation): ScatteredPayload {
  return { index: { ...index, fd }, data: data.map((range) => ({ ...range, fd })) };
}

/** Reads a payload from files, block by block. They stay open as long as this is used. */
export class PayloadFile {
  readonly #payload: ScatteredPayload;
  /** Offset in the block data of each range. */
  readonly #starts: number[] = [];
  #scratch = new Uint8Array(128 * 1024);

  constructor(payload: ScatteredPayload) {
    this.#payload = payload;
    let start = 0;
    for (const { sizeBytes } of payload.data) {
      this.#starts.push(start);
      start += sizeBytes;
    }
  }

  /** Reads the first bytes of the index. @returns how many */
  readIndex(target: Uint8Array): number {
    const { index } = this.#payload;
    const n = Math.min(index instanceof Uint8Array ? index.length : index.sizeBytes, target.length);
    if (index instanceof Uint8Array) target.set(index.subarray(0, n));
    else if (!read(index, 0, target.subarray(0, n))) return 0;
    return n;
  }

  /** Fills `target` with stored bytes. @returns false when they are not there */
  readData(offset: number, target: Uint8Array): boolean {
    let done = 0;
    for (let n = this.#rangeAt(offset); done < target.length; n++) {
      const range = this.#payload.data[n];
      const skip = offset + done - (this.#starts[n] ?? 0);
      if (range === undefined || skip < 0) return false;
      const part = Math.min(range.sizeBytes - skip, target.length - done);
      if (!read(range, skip, target.subarray(done, done + part))) return false;
      done += part;
    }
    return true;
  }

  /** Reads and inflates a block. @returns false when it is damaged or not there */
  readBlock(offset: number, storedBytes: number, method: number, target: Uint8Array): boolean {
    if (method === payloadMethods.stored) {
      return storedBytes === target.length && this.readData(offset, target);
    }
    // No block is longer: what a kernel asks for beyond would be the host's memory, not its own.
    if (target.length > BLOCK_SIZE_BYTES) return false;
    if (method !== payloadMethods.deflateRaw || storedBytes > target.length * 2 + 1024) return false;
    if (this.#scratch.length < storedBytes) this.#scratch = new Uint8Array(storedBytes);
    const stored = this.#scratch.subarray(0, storedBytes);
    if (!this.readData(offset, stored)) return false;
    try {
      // In one chunk with a byte to spare: zlib joins several by copying, and asks for one more when the first is full.
      const chunkSize = Math.max(64, target.length + 1);
      const plain = inflateRawSync(stored, { maxOutputLength: target.length, chunkSize });
      if (plain.length !== target.length) return false;
      target.set(plain);
      return true;
    } catch {
      return false;
    }
  }

  /** The last range that begins at or before an offset. */
  #rangeAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}

function read({ fd, offset }: OpenRange, skip: number, target: Uint8Array): boolean {
  for (let done = 0; done < target.length;) {
    const n = readSync(fd, target, done, target.length - done, offset + skip + done);
    if (n === 0) return false;
    done += n;
  }
  return true;
}
