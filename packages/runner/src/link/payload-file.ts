import { payloadMethods } from '@boxer/abi';
import type { PayloadLocation } from '@boxer/component';
import { readSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

/** Reads the payload from the component's file, block by block. */
export class PayloadFile {
  readonly #fd: number;
  readonly #location: PayloadLocation;
  #scratch = new Uint8Array(128 * 1024);

  /** @param fd - the component's file, open as long as this is used */
  constructor(fd: number, location: PayloadLocation) {
    this.#fd = fd;
    this.#location = location;
  }

  /** Reads the first bytes of the index. @returns how many */
  readIndex(target: Uint8Array): number {
    const { offset, sizeBytes } = this.#location.index;
    const n = Math.min(sizeBytes, target.length);
    return this.#read(offset, target.subarray(0, n)) ? n : 0;
  }

  /** Fills `target` with stored bytes. @returns false when they are not there */
  readData(offset: number, target: Uint8Array): boolean {
    let done = 0;
    let start = 0;
    for (const range of this.#location.data) {
      const skip = offset + done - start;
      if (done < target.length && skip >= 0 && skip < range.sizeBytes) {
        const n = Math.min(range.sizeBytes - skip, target.length - done);
        if (!this.#read(range.offset + skip, target.subarray(done, done + n))) return false;
        done += n;
      }
      start += range.sizeBytes;
    }
    return done === target.length;
  }

  /** Reads and inflates a block. @returns false when it is damaged or not there */
  readBlock(offset: number, storedBytes: number, method: number, target: Uint8Array): boolean {
    if (method === payloadMethods.stored) {
      return storedBytes === target.length && this.readData(offset, target);
    }
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

  #read(offset: number, target: Uint8Array): boolean {
    for (let done = 0; done < target.length;) {
      const n = readSync(this.#fd, target, done, target.length - done, offset + done);
      if (n === 0) return false;
      done += n;
    }
    return true;
  }
}
