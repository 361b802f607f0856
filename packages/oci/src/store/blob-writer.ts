import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { type Digest, Digester } from '@boxer/foundation';
import { DigestMismatchError, SizeMismatchError } from '../errors.ts';

/** What a blob must be. */
export interface BlobDescriptor {
  readonly digest: Digest;
  readonly size: number;
}

/**
 * A blob on its way into the store: a temporary file that becomes the blob when it is complete and right. It survives
 * lost connections, so that a download can go on where it stopped.
 */
export class BlobWriter {
  readonly #file: FileHandle;
  readonly #temporary: string;
  readonly #expected: BlobDescriptor | undefined;
  #digester = new Digester();
  #sizeBytes = 0;

  private constructor(file: FileHandle, temporary: string, expected: BlobDescriptor | undefined) {
    this.#file = file;
    this.#temporary = temporary;
    this.#expected = expected;
  }

  /** @param expected - checked while writing and at the end, when given */
  static async create(temporary: string, expected?: BlobDescriptor): Promise<BlobWriter> {
    return new BlobWriter(await open(temporary, 'wx'), temporary, expected);
  }

  /** Bytes written so far. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** @throws {@link SizeMismatchError} as soon as there are too many bytes */
  async write(chunk: Uint8Array): Promise<void> {
    const end = this.#sizeBytes + chunk.byteLength;
    if (this.#expected !== undefined && end > this.#expected.size) {
      throw new SizeMismatchError(this.#expected.digest, this.#expected.size, end);
    }
    let done = 0;
    while (done < chunk.byteLength) {
      const { bytesWritten } = await this.#file.write(
        chunk,
        done,
        chunk.byteLength - done,
        this.#sizeBytes + done,
      );
      done += bytesWritten;
    }
    this.#digester.update(chunk);
    this.#sizeBytes = end;
  }

  /**
   * Checks the blob and gives it its name, at once and for all processes.
   *
   * @param pathOf - where a blob of a digest belongs
   * @throws {@link SizeMismatchError} or {@link DigestMismatchError}; nothing is stored then
   */
  async commit(pathOf: (digest: Digest) => string): Promise<BlobDescriptor> {
    try {
      const digest = this.#digester.digest();
      if (this.#expected !== undefined) {
        if (this.#sizeBytes !== this.#expected.size) {
          throw new SizeMismatchError(this.#expected.digest, this.#expected.size, this.#sizeBytes);
        }
        if (digest !== this.#expected.digest) throw new DigestMismatchError(this.#expected.digest, digest);
      }
      // The data must be on disk before the name is: a blob that exists is whole, whatever happens to the machine.
      await this.#file.sync();
      await this.#file.close();
      await rename(this.#temporary, pathOf(digest));
      return { digest, size: this.#sizeBytes };
    } catch (error) {
      await this.abort();
      throw error;
    }
  }

  /** Discards what was written. */
  async abort(): Promise<void> {
    await this.#file.close();
    await rm(this.#temporary, { force: true });
  }
}
