import { createHash, type Hash } from 'node:crypto';

declare const brand: unique symbol;

/**
 * Content address: `sha256:` and 64 lower-case hexadecimal digits.
 *
 * @source OCI image-spec v1.1.0, descriptor.md ("Digests")
 */
export type Digest = string & { readonly [brand]: 'Digest' };

const PATTERN = /^sha256:[0-9a-f]{64}$/;

/** @returns whether `text` is a well-formed digest of a supported algorithm */
export function isDigest(text: string): text is Digest {
  return PATTERN.test(text);
}

/** @throws {@link TypeError} when `text` is not a sha256 digest */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw new TypeError(`Not a sha256 digest: ${JSON.stringify(text)}`);
  return text;
}

/** Computes the digest of bytes that arrive in pieces. */
export class Digester {
  readonly #hash: Hash = createHash('sha256');

  update(chunk: Uint8Array): this {
    this.#hash.update(chunk);
    return this;
  }

  /** Ends the computation; call once. */
  digest(): Digest {
    return parseDigest(`sha256:${this.#hash.digest('hex')}`);
  }
}

/** Digest of bytes that are all at hand. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}
