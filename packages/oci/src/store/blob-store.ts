import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  cacheDirectory,
  type Digest,
  Digester,
  digestOf,
  isDigest,
  isErrno,
  makeDirectories,
} from '@boxer/foundation';
import { BlobNotFoundError, DigestMismatchError, SizeMismatchError } from '../errors.ts';
import { type BlobDescriptor, BlobWriter } from './blob-writer.ts';

/** Temporary files older than this were left behind by a process that was killed. */
const STALE_AFTER_MS = 24 * 60 * 60 * 1000;
const READ_CHUNK_BYTES = 256 * 1024;
const PREFIX = 'sha256:';

/**
 * Blobs on disk, named by content. Blobs appear whole or not at all, so any number of processes may use one store,
 * and one that is killed leaves nothing but a temporary file, which is removed when it is a day old.
 *
 *     DIRECTORY/blobs/sha256/HEX…   blobs
 *     DIRECTORY/tmp/…               blobs on their way
 */
export class BlobStore {
  /** The cache directory; other things are kept beside the blobs. */
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** @param directory - default {@link cacheDirectory}; made when missing */
  static async open(directory: string = cacheDirectory()): Promise<BlobStore> {
    const store = new BlobStore(directory);
    makeDirectories(store.#blobs);
    makeDirectories(store.#temporary);
    await store.#removeStaleFiles();
    return store;
  }

  /** @returns where a blob lies, or would lie */
  pathOf(digest: Digest): string {
    return join(this.#blobs, digest.slice(PREFIX.length));
  }

  /** @returns the length of a stored blob, or undefined when it is not there */
  async sizeOf(digest: Digest): Promise<number | undefined> {
    try {
      return (await stat(this.pathOf(digest))).size;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Whether a blob of that digest and size is stored. */
  async has({ digest, size }: BlobDescriptor): Promise<boolean> {
    return (await this.sizeOf(digest)) === size;
  }

  /**
   * Begins to write a blob; {@link finish} or {@link BlobWriter.abort} must follow.
   *
   * @param expected - what the blob must turn out to be, when that is known
   */
  async begin(expected?: BlobDescriptor): Promise<BlobWriter> {
    return BlobWriter.create(join(this.#temporary, randomBytes(16).toString('hex')), expected);
  }

  /** Verifies and stores what was written. */
  async finish(writer: BlobWriter): Promise<BlobDescriptor> {
    return writer.commit((digest) => this.pathOf(digest));
  }

  /** Stores a stream of bytes, verified against `expected` when given. */
  async put(
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    expected?: BlobDescriptor,
  ): Promise<BlobDescriptor> {
    const writer = await this.begin(expected);
    try {
      for await (const chunk of source) await writer.write(chunk);
    } catch (error) {
      await writer.abort();
      throw error;
    }
    return this.finish(writer);
  }

  /**
   * Streams a blob and verifies it.
   *
   * @throws {@link BlobNotFoundError}
   * @throws {@link DigestMismatchError} after the last chunk, when the file was damaged
   */
  async *read(digest: Digest, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
    const digester = new Digester();
    try {
      const stream = createReadStream(this.pathOf(digest), {
        highWaterMark: READ_CHUNK_BYTES,
        ...(signal === undefined ? {} : { signal }),
      });
      for await (const chunk of stream) {
        digester.update(chunk as Buffer);
        yield chunk as Buffer;
      }
    } catch (cause) {
      signal?.throwIfAborted();
      if (isErrno(cause, 'ENOENT')) throw new BlobNotFoundError(digest, { cause });
      throw cause;
    }
    const actual = digester.digest();
    if (actual !== digest) throw new DigestMismatchError(digest, actual);
  }

  /**
   * Reads a small blob at once, verified.
   *
   * @throws {@link SizeMismatchError} when it is longer than `limitBytes`
   */
  async readWhole(digest: Digest, limitBytes: number): Promise<Buffer> {
    const size = await this.sizeOf(digest);
    if (size !== undefined && size > limitBytes) throw new SizeMismatchError(digest, limitBytes, size);
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.read(digest)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** Stores bytes that are at hand. */
  async putWhole(bytes: Uint8Array): Promise<BlobDescriptor> {
    const descriptor = { digest: digestOf(bytes), size: bytes.byteLength };
    return (await this.has(descriptor)) ? descriptor : this.put([bytes], descriptor);
  }

  /** Removes a blob, if it is there. */
  async remove(digest: Digest): Promise<void> {
    await rm(this.pathOf(digest), { force: true });
  }

  /** Digests of all stored blobs, sorted. */
  async list(): Promise<Digest[]> {
    const names = await readdir(this.#blobs);
    return names
      .map((name) => `${PREFIX}${name}`)
      .filter(isDigest)
      .sort();
  }

  get #blobs(): string {
    return join(this.directory, 'blobs', 'sha256');
  }

  get #temporary(): string {
    return join(this.directory, 'tmp');
  }

  async #removeStaleFiles(): Promise<void> {
    for (const name of await readdir(this.#temporary)) {
      const path = join(this.#temporary, name);
      try {
        if (Date.now() - (await stat(path)).mtimeMs > STALE_AFTER_MS) await rm(path, { force: true });
      } catch (error) {
        // Another process finished or removed it.
        if (!isErrno(error, 'ENOENT')) throw error;
      }
    }
  }
}
