import { type Digest, parseDigest } from '@boxer/foundation';

const DIGEST_BYTES = 32;

/** Digests by number, in 32 bytes each: an image has hundreds of thousands, and as strings they take three times as much. */
export class DigestList {
  #bytes = Buffer.allocUnsafe(64 * DIGEST_BYTES);
  #count = 0;

  /** @returns the number of the digest that is added */
  add(digest: Digest): number {
    const start = this.#count * DIGEST_BYTES;
    if (start === this.#bytes.byteLength) this.#bytes = Buffer.concat([this.#bytes], 2 * start);
    this.#bytes.write(digest.slice('sha256:'.length), start, 'hex');
    return this.#count++;
  }

  get(number: number): Digest {
    return digestAt(this.#bytes, number);
  }

  /** All digests, one after the other. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#count * DIGEST_BYTES);
  }
}

/** @param bytes - digests, one after the other */
export function digestAt(bytes: Buffer, number: number): Digest {
  const start = number * DIGEST_BYTES;
  return parseDigest(`sha256:${bytes.toString('hex', start, start + DIGEST_BYTES)}`);
}
