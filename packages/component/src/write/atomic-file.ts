import { type Digest, Digester } from '@boxer/foundation';
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What was written. */
export interface WrittenFile {
  readonly sizeBytes: number;
  readonly digest: Digest;
}

export interface WriteOptions {
  /** Whether the bytes are on disk before the file has its name; default true. False for what is used once. */
  readonly sync?: boolean;
}

/** Takes bytes in order. */
export type Append = (bytes: Uint8Array) => Promise<void>;

/**
 * Writes a file so that it is there whole or not at all: under another name beside it, synced, then renamed.
 *
 * @param write - appends the content; when it throws, nothing is left behind
 */
export async function writeAtomically(
  path: string,
  write: (append: Append) => Promise<void>,
  { sync = true }: WriteOptions = {},
): Promise<WrittenFile> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', 0o644);
  try {
    const written = await appendAll(file, write);
    if (sync) await file.sync();
    await file.close();
    await rename(temporary, path);
    return written;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

async function appendAll(file: FileHandle, write: (append: Append) => Promise<void>): Promise<WrittenFile> {
  const digester = new Digester();
  let sizeBytes = 0;
  await write(async (bytes) => {
    digester.update(bytes);
    for (let done = 0; done < bytes.length;) {
      done += (await file.write(bytes, done, bytes.length - done)).bytesWritten;
    }
    sizeBytes += bytes.length;
  });
  return { sizeBytes, digest: digester.digest() };
}
