import type { Digest } from '@boxer/foundation';
import { DigestList } from '../content/digest-list.ts';

/** So many bytes of a digest tell contents apart well enough to look at the rest. */
const KEY_BYTES = 12;

/** Digests of contents by number, and the other way round. */
export class KnownContents {
  readonly #numbers = new Map<string, number>();
  readonly #digests = new DigestList();

  /** @returns the number of the content with this digest */
  find(digest: Digest): number | undefined {
    const number = this.#numbers.get(keyOf(digest));
    return number !== undefined && this.#digests.get(number) === digest ? number : undefined;
  }

  /** Gives the next number to a digest. */
  add(digest: Digest): void {
    this.#numbers.set(keyOf(digest), this.#digests.add(digest));
  }

  /** All digests, one after the other. */
  digests(): Buffer {
    return this.#digests.bytes();
  }
}

function keyOf(digest: Digest): string {
  const start = 'sha256:'.length;
  return Buffer.from(digest.slice(start, start + 2 * KEY_BYTES), 'hex').toString('latin1');
}
