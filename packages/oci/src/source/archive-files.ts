import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, type FileHandle, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { decompress, detectCompression } from '@boxer/archive';
import { InvalidArchiveError } from '../errors.ts';
import type { ImageFiles } from './image-files.ts';

const READ_BYTES = 256 * 1024;
const LINK_LIMIT = 8;

/** Where a member's bytes lie in the archive, or the member that it links to. */
type Member = { readonly offset: number; readonly sizeBytes: number } | { readonly target: string };

/**
 * Opens a tar archive, compressed or not, for access to its members in any order. The archive is read once to find
 * them; a compressed one is unpacked into a temporary file without a name.
 *
 * @throws {@link InvalidArchiveError}
 */
export async function openArchiveFiles(path: string): Promise<ImageFiles> {
  const file = await openPlain(path);
  try {
    return new ArchiveFiles(path, file, await findMembers(path, file));
  } catch (error) {
    await file.close();
    throw error;
  }
}

class ArchiveFiles implements ImageFiles {
  readonly description: string;
  readonly #file: FileHandle;
  readonly #members: ReadonlyMap<string, Member>;

  constructor(description: string, file: FileHandle, members: ReadonlyMap<string, Member>) {
    this.description = description;
    this.#file = file;
    this.#members = members;
  }

  async sizeOf(name: string): Promise<number | undefined> {
    return this.#find(name)?.sizeBytes;
  }

  async *read(name: string, offset = 0): AsyncGenerator<Uint8Array, void, void> {
    const member = this.#find(name);
    if (member === undefined) throw new InvalidArchiveError(this.description, `there is no ${name}`);
    let position = member.offset + offset;
    const end = member.offset + member.sizeBytes;
    while (position < end) {
      const length = Math.min(READ_BYTES, end - position);
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, position);
      if (bytesRead === 0) throw new InvalidArchiveError(this.description, `it ends within ${name}`);
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** Old versions of `docker save` write layers that occur twice as symbolic links. */
  #find(name: string): Extract<Member, { offset: number }> | undefined {
    let member = this.#members.get(posix.normalize(name));
    for (let links = 0; member !== undefined && 'target' in member && links < LINK_LIMIT; links++) {
      member = this.#members.get(member.target);
    }
    return member !== undefined && 'offset' in member ? member : undefined;
  }
}

/** @returns the archive, decompressed where it must be */
async function openPlain(path: string): Promise<FileHandle> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new InvalidArchiveError(path, 'it cannot be opened', { cause });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
    if (detectCompression(buffer.subarray(0, bytesRead)) === 'none') return file;
  } catch (cause) {
    await file.close();
    throw new InvalidArchiveError(path, 'it cannot be read', { cause });
  }
  await file.close();
  const temporary = join(tmpdir(), `boxer-archive-${randomBytes(8).toString('hex')}`);
  try {
    await pipeline(
      decompress(createReadStream(path)),
      createWriteStream(temporary, { flags: 'wx', mode: 0o600 }),
    );
    return await open(temporary, 'r');
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

async function findMembers(path: string, file: FileHandle): Promise<Map<string, Member>> {
  const members = new Map<string, Member>();
  const parser = extract();
  parser.on('entry', (header: Header & { byteOffset?: number }, stream, next) => {
    const name = posix.normalize(header.name);
    if (header.type === 'file' || header.type === 'contiguous-file') {
      members.set(name, { offset: header.byteOffset ?? 0, sizeBytes: header.size ?? 0 });
    } else if (header.type === 'symlink') {
      members.set(name, { target: posix.join(posix.dirname(name), header.linkname ?? '') });
    } else if (header.type === 'link') {
      members.set(name, { target: posix.normalize(header.linkname ?? '') });
    }
    stream.on('end', () => next());
    // The pipeline reports what goes wrong; a stream without a listener would end the process.
    stream.on('error', () => undefined);
    stream.resume();
  });
  try {
    await pipeline(file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 20 }), parser);
  } catch (cause) {
    const why =
      typeof cause === 'object' && cause !== null && 'message' in cause
        ? String(cause.message)
        : String(cause);
    throw new InvalidArchiveError(path, why, { cause });
  }
  return members;
}
