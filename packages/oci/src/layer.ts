import { type Digest, Digester } from '@boxer/foundation';
import { decompress } from '@boxer/archive';
import { DigestMismatchError } from './errors.ts';
import type { Descriptor } from './manifest/schemas.ts';
import type { BlobStore } from './store/blob-store.ts';

/** One filesystem change-set of an image, named by content. Immutable. */
export interface Layer {
  /** Digest of the bytes as stored, i.e. compressed. Names the blob in a registry. */
  readonly digest: Digest;
  /** Digest of the tar stream after decompression. Listed in the image config. */
  readonly diffId: Digest;
  /** Length of the stored bytes. */
  readonly sizeBytes: number;
  readonly mediaType: string;

  /**
   * Streams the bytes as stored.
   *
   * @throws {@link DigestMismatchError} after the last chunk, when they do not hash to {@link digest}
   */
  stored(signal?: AbortSignal): AsyncIterable<Uint8Array>;

  /**
   * Streams the decompressed tar.
   *
   * @param signal - aborting it cancels the stream and releases the file handle
   * @returns chunks whose concatenation hashes to {@link diffId}
   * @throws {@link DigestMismatchError} after the last chunk, when it does not
   * @source OCI image-spec v1.1.0, layer.md and config.md ("DiffID")
   */
  uncompressed(signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

/** A layer whose blob is in a store. */
export class StoredLayer implements Layer {
  readonly #store: BlobStore;
  readonly #descriptor: Descriptor;
  readonly diffId: Digest;

  constructor(store: BlobStore, descriptor: Descriptor, diffId: Digest) {
    this.#store = store;
    this.#descriptor = descriptor;
    this.diffId = diffId;
  }

  get digest(): Digest {
    return this.#descriptor.digest;
  }

  get sizeBytes(): number {
    return this.#descriptor.size;
  }

  get mediaType(): string {
    return this.#descriptor.mediaType;
  }

  stored(signal?: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#store.read(this.digest, signal);
  }

  async *uncompressed(signal?: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
    const digester = new Digester();
    for await (const chunk of decompress(this.stored(signal))) {
      digester.update(chunk);
      yield chunk;
    }
    const actual = digester.digest();
    if (actual !== this.diffId) throw new DigestMismatchError(this.diffId, actual);
  }
}
