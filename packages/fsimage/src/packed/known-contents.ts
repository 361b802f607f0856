import type { Digest } from '@boxer/foundation';

const DIGEST_BYTES = 32;
/** So many bytes of a digest tell contents apart well enough to look at the rest. */
const KEY_BYTES = 12;

/** Digests of contents by number, in 32 bytes each, and the other way round. */
export class KnownContents {
  readonly #numbers = new Map<string, number>();
  #bytes = Buffer.allocUnsafe(64 * DIGEST_BYTES);
  #count = 0;

  /** @returns the number of the content with this digest */
  find(digest: Digest): number | undefined {
    const bytes = bytesOf(digest);
    const number = this.#numbers.get(keyOf(bytes));
    if (number === undefined) return undefined;
    const start = number * DIGEST_BYTES;
    return bytes.equals(this.#bytes.subarray(start, start + DIGEST_BYTES)) ? number : undefined;
  }

  /** Gives the next number to a digest. */
  add(digest: Digest): void {
    const start = this.#count * DIGEST_BYTES;
    if (start === this.#bytes.byteLength) this.#bytes = Buffer.concat([this.#bytes], 2 * start);
    const bytes = bytesOf(digest);
    this.#bytes.set(bytes, start);
    this.#numbers.set(keyOf(bytes), this.#count++);
  }

  /** All digests, one after the other. */
  digests(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#count * DIGEST_BYTES));
  }
}

function bytesOf(digest: Digest): Buffer {
  return Buffer.from(digest.slice('sha256:'.length), 'hex');
}

function keyOf(bytes: Buffer): string {
  return bytes.toString('latin1', 0, KEY_BYTES);
}
