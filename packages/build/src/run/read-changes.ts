import { changeKinds, changeMetadata } from '@boxer/abi';
import { type Attributes, decodeName, type Timestamp } from '@boxer/fsimage';
import { ChangeStreamError } from '../errors/run-errors.ts';
import { ByteSource } from './byte-source.ts';

/** What kind of file a record's mode says. */
export interface ChangeAttributes extends Attributes {
  /** S_IFMT bits. */
  readonly type: number;
  readonly major: number;
  readonly minor: number;
}

/** One record of the change stream; see `change-stream.ts` in package abi. Paths are absolute here. */
export type Change =
  | { readonly kind: 'deleted'; readonly path: string }
  | {
      readonly kind: 'directory' | 'opaqueDirectory' | 'fileMetadata' | 'special';
      readonly path: string;
      readonly attributes: ChangeAttributes;
    }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly attributes: ChangeAttributes;
      readonly body: AsyncIterable<Uint8Array>;
    }
  | {
      readonly kind: 'symlink' | 'fileFrom';
      readonly path: string;
      readonly attributes: ChangeAttributes;
      readonly target: string;
    }
  | { readonly kind: 'hardlink'; readonly path: string; readonly target: string };

const PATH_LIMIT_BYTES = 4096;
const XATTRS_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Reads a change stream record by record. A file's body is to be read before the next record is asked for.
 *
 * @param latest - later modification times, in seconds since 1970, are given as this
 * @throws {@link ChangeStreamError} when it is malformed or has no end record
 */
export async function* readChanges(
  chunks: AsyncIterable<Uint8Array>,
  latest = Infinity,
): AsyncGenerator<Change, void, void> {
  const reader = new ChangeReader(chunks, latest);
  try {
    for (let change = await reader.next(); change !== undefined; change = await reader.next()) yield change;
  } finally {
    await reader.close();
  }
}

class ChangeReader {
  readonly #source: ByteSource;
  /** Bytes of the current file that nobody has read yet. */
  #bodyBytes = 0n;

  constructor(
    chunks: AsyncIterable<Uint8Array>,
    readonly latest: number,
  ) {
    this.#source = new ByteSource(chunks);
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  async next(): Promise<Change | undefined> {
    for await (const _ of this.#body());
    const kind = (await this.#bytes(1)).readUInt8();
    const path = `/${await this.#text(PATH_LIMIT_BYTES)}`;
    switch (kind) {
      case changeKinds.end:
        return undefined;
      case changeKinds.deleted:
        return { kind: 'deleted', path };
      case changeKinds.directory:
        return { kind: 'directory', path, attributes: await this.#attributes() };
      case changeKinds.opaqueDirectory:
        return { kind: 'opaqueDirectory', path, attributes: await this.#attributes() };
      case changeKinds.fileMetadata:
        return { kind: 'fileMetadata', path, attributes: await this.#attributes() };
      case changeKinds.special:
        return { kind: 'special', path, attributes: await this.#attributes() };
      case changeKinds.file: {
        const attributes = await this.#attributes();
        this.#bodyBytes = (await this.#bytes(8)).readBigUInt64LE();
        return { kind: 'file', path, attributes, body: this.#body() };
      }
      case changeKinds.symlink:
        return {
          kind: 'symlink',
          path,
          attributes: await this.#attributes(),
          target: await this.#text(PATH_LIMIT_BYTES),
        };
      case changeKinds.fileFrom:
        return {
          kind: 'fileFrom',
          path,
          attributes: await this.#attributes(),
          target: `/${await this.#text(PATH_LIMIT_BYTES)}`,
        };
      case changeKinds.hardlink:
        return { kind: 'hardlink', path, target: `/${await this.#text(PATH_LIMIT_BYTES)}` };
      default:
        throw new ChangeStreamError(`a record is of the unknown kind ${kind}`);
    }
  }

  async *#body(): AsyncGenerator<Uint8Array> {
    while (this.#bodyBytes > 0n) {
      const limit = this.#bodyBytes > 0x10_0000n ? 0x10_0000 : Number(this.#bodyBytes);
      const chunk = await this.#source.some(limit);
      if (chunk === undefined) throw new ChangeStreamError('it ends within a file');
      this.#bodyBytes -= BigInt(chunk.byteLength);
      yield chunk;
    }
  }

  async #attributes(): Promise<ChangeAttributes> {
    const fixed = await this.#bytes(changeMetadata.fixedBytes);
    const mode = fixed.readUInt32LE(0);
    const rdev = fixed.readUInt32LE(12);
    const xattrBytes = fixed.readUInt32LE(28);
    if (xattrBytes > XATTRS_LIMIT_BYTES)
      throw new ChangeStreamError(`${xattrBytes} bytes of extended attributes`);
    return {
      type: mode & 0o170000,
      permissions: mode & 0o7777,
      uid: fixed.readUInt32LE(4),
      gid: fixed.readUInt32LE(8),
      major: rdev >>> 20,
      minor: rdev & 0xf_ffff,
      mtime: this.#time(Number(fixed.readBigInt64LE(16)), fixed.readUInt32LE(24)),
      xattrs: parseXattrs(await this.#bytes(xattrBytes)),
    };
  }

  #time(seconds: number, nanoseconds: number): Timestamp {
    return seconds >= this.latest ? { seconds: this.latest, nanoseconds: 0 } : { seconds, nanoseconds };
  }

  async #text(limit: number): Promise<string> {
    const length = (await this.#bytes(4)).readUInt32LE();
    if (length > limit) throw new ChangeStreamError(`a path has ${length} bytes`);
    const text = decodeName(await this.#bytes(length));
    if (text.includes('\0')) throw new ChangeStreamError('a path holds a NUL byte');
    return text;
  }

  async #bytes(length: number): Promise<Buffer> {
    const bytes = await this.#source.exactly(length);
    if (bytes === undefined) throw new ChangeStreamError('it ends within a record');
    return bytes;
  }
}

/** u32 count, then per attribute u16 name length, u16 value length, name, value. */
function parseXattrs(bytes: Buffer): ReadonlyMap<string, Uint8Array> {
  const xattrs = new Map<string, Uint8Array>();
  if (bytes.byteLength < 4) return xattrs;
  let at = 4;
  for (let count = bytes.readUInt32LE(0); count > 0; count--) {
    if (at + 4 > bytes.byteLength) throw new ChangeStreamError('extended attributes are cut off');
    const nameEnd = at + 4 + bytes.readUInt16LE(at);
    const valueEnd = nameEnd + bytes.readUInt16LE(at + 2);
    if (valueEnd > bytes.byteLength) throw new ChangeStreamError('extended attributes are cut off');
    xattrs.set(
      decodeName(bytes.subarray(at + 4, nameEnd)),
      Uint8Array.from(bytes.subarray(nameEnd, valueEnd)),
    );
    at = valueEnd;
  }
  return xattrs;
}
