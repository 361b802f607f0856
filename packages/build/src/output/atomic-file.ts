import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Digest, Digester } from '@boxer/foundation';

/** A file that was written whole. */
export interface WrittenFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
}

/**
 * Writes a file so that it is there whole or not at all: under another name in the same directory, then renamed.
 *
 * @param target - its path, or what makes the path from the digest of its content
 * @param options - `directory`: where it is written first, when `target` is a function; `sync`: whether its bytes are on
 *   disk before it has its name, default true
 */
export async function writeFileAtomically(
  target: string | ((digest: Digest) => string),
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: { readonly directory?: string; readonly sync?: boolean } = {},
): Promise<WrittenFile> {
  const directory = options.directory ?? (typeof target === 'string' ? dirname(target) : '.');
  const stem = typeof target === 'string' ? basename(target) : 'boxer';
  const temporary = join(directory, `.${stem}.${randomBytes(8).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx', 0o644);
  try {
    const digester = new Digester();
    let sizeBytes = 0;
    for await (const chunk of chunks) {
      digester.update(chunk);
      for (let done = 0; done < chunk.byteLength;) {
        done += (await file.write(chunk, done, chunk.byteLength - done)).bytesWritten;
      }
      sizeBytes += chunk.byteLength;
    }
    if (options.sync !== false) await file.sync();
    await file.close();
    const digest = digester.digest();
    const path = typeof target === 'string' ? target : target(digest);
    await rename(temporary, path);
    return { path, sizeBytes, digest };
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
