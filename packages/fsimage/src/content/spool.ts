import { randomBytes } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Digest, Digester } from '@boxer/foundation';
import { ContentError } from '../errors.ts';
import { type Content, emptyContent } from './content.ts';
import { DigestList } from './digest-list.ts';

const WRITE_BUFFER_BYTES = 1024 * 1024;
const READ_BYTES = 256 * 1024;

/**
 * A temporary file that holds the contents of many files, one after the other. It has no name while it is open
 * (where the host allows that), so nothing is left behind when the process is killed.
 *
 * Files are stored one after the other, whoever asks; any number of readers.
 */
export class Spool implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #pathToRemove: string | undefined;
  #buffer: Buffer = Buffer.allocUnsafeSlow(WRITE_BUFFER_BYTES);
  /** Buffers that have been written: kept, since garbage outside the heap is slow to be collected. */
  readonly #spareBuffers: Buffer[] = [];
  #buffered = 0;
  /** Offset in the file where the buffer's first byte belongs. */
  #bufferStart = 0;
  #writes: Promise<void> = Promise.resolve();
  /** Kept when the file that is being stored is complete. */
  #turn: Promise<void> = Promise.resolve();
  #closed = false;
  /** What was read last. */
  #window = { start: 0, bytes: Buffer.alloc(0) };
  readonly #digests = new DigestList();

  private constructor(file: FileHandle, pathToRemove: string | undefined) {
    this.#file = file;
    this.#pathToRemove = pathToRemove;
  }

  /** @param directory - where the file lies; the system's temporary directory when absent */
  static async create(directory = tmpdir()): Promise<Spool> {
    const path = join(directory, `boxer-spool-${randomBytes(8).toString('hex')}`);
    const file = await open(path, 'wx+', 0o600);
    const removed = await unlink(path).then(
      () => true,
      () => false,
    );
    return new Spool(file, removed ? undefined : path);
  }

  /** Bytes stored so far. */
  get sizeBytes(): number {
    return this.#bufferStart + this.#buffered;
  }

  /**
   * Appends one file's bytes and digests them on the way. `chunks` must not wait for another file of this spool.
   *
   * @returns a reference to them, valid until {@link close}
   */
  async store(chunks: AsyncIterable<Uint8Array>): Promise<Content> {
    const turn = this.#turn;
    let end = () => {};
    this.#turn = new Promise((resolve) => (end = resolve));
    await turn;
    try {
      const start = this.sizeBytes;
      const digester = new Digester();
      for await (const chunk of chunks) {
        digester.update(chunk);
        await this.#append(chunk);
      }
      const sizeBytes = this.sizeBytes - start;
      return sizeBytes === 0
        ? emptyContent
        : new SpooledContent(this, start, sizeBytes, this.#digests.add(digester.digest()));
    } finally {
      end();
    }
  }

  /** Frees the disk space; contents stored here can no longer be read. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close();
    if (this.#pathToRemove !== undefined) await unlink(this.#pathToRemove);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #append(chunk: Uint8Array): Promise<void> {
    let rest = chunk;
    while (rest.byteLength > 0) {
      const part = rest.subarray(0, WRITE_BUFFER_BYTES - this.#buffered);
      this.#buffer.set(part, this.#buffered);
      this.#buffered += part.byteLength;
      rest = rest.subarray(part.byteLength);
      if (this.#buffered === WRITE_BUFFER_BYTES) await this.#flush();
    }
  }

  /** Hands the buffer to the file. Readers may call this while a file is being stored. */
  #flush(): Promise<void> {
    const pending = this.#buffer.subarray(0, this.#buffered);
    const position = this.#bufferStart;
    const used = this.#buffer;
    this.#buffer = this.#spareBuffers.pop() ?? Buffer.allocUnsafeSlow(WRITE_BUFFER_BYTES);
    this.#buffered = 0;
    this.#bufferStart += pending.byteLength;
    this.#writes = this.#writes.then(async () => {
      await writeFully(this.#file, pending, position);
      this.#spareBuffers.push(used);
    });
    return this.#writes;
  }

  /** @internal */
  digest(number: number): Digest {
    return this.#digests.get(number);
  }

  /** @internal */
  async *read(start: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
    if (this.#closed) throw new ContentError('a spooled file', 'its spool is closed');
    if (start + sizeBytes > this.#bufferStart) await this.#flush();
    else await this.#writes;
    const end = start + sizeBytes;
    for (let position = start; position < end;) {
      const window = await this.#windowAt(position);
      const part = window.bytes.subarray(position - window.start, end - window.start);
      yield part;
      position += part.byteLength;
    }
  }

  /** Files are mostly read in the order in which they were stored, and many are small: they are read together. */
  async #windowAt(position: number): Promise<{ readonly start: number; readonly bytes: Buffer }> {
    const known = this.#window;
    if (position >= known.start && position < known.start + known.bytes.byteLength) return known;
    const length = Math.min(READ_BYTES, this.#bufferStart - position);
    const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, position);
    if (bytesRead === 0) throw new ContentError('a spooled file', 'the spool is shorter than it was');
    this.#window = { start: position, bytes: buffer.subarray(0, bytesRead) };
    return this.#window;
  }
}

/** A stretch of a spool. A class, since an image has hundreds of thousands of them. */
class SpooledContent implements Content {
  constructor(
    readonly spool: Spool,
    readonly start: number,
    readonly sizeBytes: number,
    readonly number: number,
  ) {}

  get knownDigest(): Digest {
    return this.spool.digest(this.number);
  }

  chunks(): AsyncIterable<Uint8Array> {
    return this.spool.read(this.start, this.sizeBytes);
  }
}

async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, position + done);
    done += bytesWritten;
  }
}
