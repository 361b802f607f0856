import { randomBytes } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Digest, Digester } from './digest.ts';

/** A file that was written whole. */
export interface WrittenFile {
  readonly sizeBytes: number;
  readonly digest: Digest;
}

export interface WriteOptions {
  /** Whether the bytes are on disk before the file has its name; default true. False for what can be made again. */
  readonly sync?: boolean;
}

/** Takes bytes in order. */
export type Append = (bytes: Uint8Array) => Promise<void>;

/** Files with such names are on their way to another name, or were left by a process that was killed. */
export const TEMPORARY_FILE = /^\..*\.tmp$/;

/**
 * Replaces a file, or makes it, so that it is there whole or not at all: under another name beside it, then renamed.
 *
 * @param write - makes the file that it is given the path of; when it throws, nothing is left behind
 * @param pathOf - its path, when that is known only then; `path` is any beside it
 */
export async function replaceFile<T>(
  path: string,
  write: (temporary: string) => Promise<T>,
  pathOf: (result: T) => string = () => path,
): Promise<T> {
  const temporary = temporaryBeside(path);
  try {
    const result = await write(temporary);
    await rename(temporary, pathOf(result));
    return result;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * As {@link replaceFile}, for bytes that come in pieces.
 *
 * @param write - appends the content
 */
export function writeAtomically(
  path: string,
  write: (append: Append) => Promise<void>,
  { sync = true }: WriteOptions = {},
): Promise<WrittenFile> {
  return replaceFile(path, async (temporary) => {
    const file = await open(temporary, 'wx', 0o644);
    try {
      const written = await appendAll(file, write);
      if (sync) await file.sync();
      return written;
    } finally {
      await file.close();
    }
  });
}

/** As {@link writeAtomically}, for chunks that can be asked for. */
export function writeFileAtomically(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: WriteOptions = {},
): Promise<WrittenFile> {
  const write = async (append: Append) => {
    for await (const chunk of chunks) await append(chunk);
  };
  return writeAtomically(path, write, options);
}

/** As {@link replaceFile}, at once, for a file that only this user may read. It need not be on disk afterwards. */
export function replaceFileSync(path: string, bytes: Uint8Array): void {
  const temporary = temporaryBeside(path);
  try {
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`);
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
