import { TarFormatError } from '../errors.ts';
import { decodeName } from '../file-name.ts';
import { ByteReader } from '@boxer/archive';
import { parsePaxRecords, parsePaxTime, type PaxRecords, type TarTime } from './pax.ts';
import { timestamp } from '../tree/timestamps.ts';
import { isZeroBlock, parseTarHeader, type RawTarHeader, TAR_BLOCK_BYTES } from './tar-header.ts';

export type TarEntryType =
  'file' | 'hard-link' | 'symlink' | 'character-device' | 'block-device' | 'directory' | 'fifo';

/** One member of an archive, with its extended headers applied. */
export interface TarEntry {
  readonly type: TarEntryType;
  /** As written in the archive: may be absolute, end in a slash, or be hostile. */
  readonly name: string;
  /** Target of a symbolic or hard link. */
  readonly linkName: string;
  /** Permission bits, set-user-ID, set-group-ID and sticky bit. */
  readonly permissions: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: TarTime;
  readonly sizeBytes: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  /** Offset of the entry's header in the archive. */
  readonly offset: number;
  /** Streams the contents; to be read before the next entry is asked for. Chunks are valid until the next one. */
  readonly body: () => AsyncIterable<Uint8Array>;
}

const TYPES: Readonly<Record<string, TarEntryType>> = {
  '0': 'file',
  '1': 'hard-link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
};

const REFUSED: Readonly<Record<string, string>> = {
  S: 'sparse files are not supported',
  M: 'multi-volume archives are not supported',
  D: 'incremental GNU archives are not supported',
};

/** Most bytes of extended headers for one member, and of global ones: attribute values are at most 64 KiB each on Linux. */
const EXTENDED_HEADERS_LIMIT_BYTES = 4 * 1024 * 1024;
/** What a global header may set: what can sensibly be the same for many members. */
const GLOBAL_KEYWORDS: readonly string[] = ['mtime', 'uid', 'gid'];
const XATTR_PREFIX = 'SCHILY.xattr.';
const ID_LIMIT = 0xffff_ffff;

/**
 * Reads a tar archive (v7, ustar, pax, GNU, star) entry by entry. The source is read to its very end, past the
 * archive's end marker, so that a verifying source can complete. Breaking out of the loop ends the source.
 *
 * @throws {@link TarFormatError} when the archive is malformed, truncated, or uses sparse or multi-volume members
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void, void> {
  const reader = new ByteReader(source);
  let finished = false;
  try {
    const members = new MemberReader(reader);
    for (let entry = await members.next(); entry !== undefined; entry = await members.next()) yield entry;
    await reader.drain();
    finished = true;
  } finally {
    if (!finished) await reader.cancel();
  }
}

/** Headers that describe the member after them. */
interface Extensions {
  pax: PaxRecords;
  longName?: Uint8Array;
  longLinkName?: Uint8Array;
}

class MemberReader {
  readonly #reader: ByteReader;
  #global: PaxRecords = new Map();
  /** Bytes of the current member's contents and padding that are still in the stream. */
  #bodyBytes = 0;
  #paddingBytes = 0;
  /** Bytes of extended headers: before the current member, and of all global ones. */
  #extensionBytes = 0;
  #globalBytes = 0;

  constructor(reader: ByteReader) {
    this.#reader = reader;
  }

  async next(): Promise<TarEntry | undefined> {
    await this.#skipRest();
    this.#extensionBytes = 0;
    const extensions: Extensions = { pax: this.#global };
    for (;;) {
      const offset = this.#reader.position;
      const header = await this.#header(offset);
      if (header === undefined) return undefined;
      if (header.type === 'V') await this.#longBody(header, offset);
      else if (!(await this.#extend(extensions, header, offset)))
        return this.#entry(header, extensions, offset);
    }
  }

  /** @returns the next header, or undefined at the end of the archive */
  async #header(offset: number): Promise<RawTarHeader | undefined> {
    const block = await this.#reader.read(TAR_BLOCK_BYTES);
    if (block.byteLength === 0) return undefined;
    if (block.byteLength < TAR_BLOCK_BYTES)
      throw new TarFormatError('the archive ends within a header', offset);
    if (!isZeroBlock(block)) return parsing(offset, () => parseTarHeader(block));
    const second = await this.#reader.read(TAR_BLOCK_BYTES);
    if (!isZeroBlock(second)) throw new TarFormatError('a lone block of zeros is followed by data', offset);
    return undefined;
  }

  /** @returns whether `header` was one that describes the member after it */
  async #extend(extensions: Extensions, header: RawTarHeader, offset: number): Promise<boolean> {
    switch (header.type) {
      case 'x':
      case 'X': {
        const body = await this.#longBody(header, offset);
        extensions.pax = new Map([...extensions.pax, ...parsing(offset, () => parsePaxRecords(body))]);
        return true;
      }
      case 'g': {
        const body = await this.#longBody(header, offset);
        const defaults = [...parsing(offset, () => parsePaxRecords(body))].filter(([key]) =>
          GLOBAL_KEYWORDS.includes(key),
        );
        this.#global = new Map([...this.#global, ...defaults]);
        extensions.pax = new Map([...this.#global, ...extensions.pax]);
        return true;
      }
      case 'L':
        extensions.longName = untilNul(await this.#longBody(header, offset));
        return true;
      case 'K':
        extensions.longLinkName = untilNul(await this.#longBody(header, offset));
        return true;
      default:
        return false;
    }
  }

  async #longBody(header: RawTarHeader, offset: number): Promise<Uint8Array> {
    this.#extensionBytes += header.size;
    if (header.type === 'g') this.#globalBytes += header.size;
    const longest = Math.max(this.#extensionBytes, this.#globalBytes);
    if (header.size < 0 || longest > EXTENDED_HEADERS_LIMIT_BYTES) {
      throw new TarFormatError(`extended headers of ${longest} bytes are too long`, offset);
    }
    const body = await this.#reader.read(header.size);
    this.#bodyBytes = header.size - body.byteLength;
    this.#paddingBytes = padding(header.size);
    await this.#skipRest();
    return body;
  }

  #entry(header: RawTarHeader, extensions: Extensions, offset: number): TarEntry {
    const { pax } = extensions;
    const refused = [...pax.keys()].some((key) => key.startsWith('GNU.sparse.'))
      ? REFUSED['S']
      : REFUSED[header.type];
    if (refused !== undefined) throw new TarFormatError(refused, offset);
    const name = decodeName(present(pax, 'path') ?? extensions.longName ?? header.name);
    const type = memberType(header.type, name);
    if (type === undefined) {
      throw new TarFormatError(`members of type ${JSON.stringify(header.type)} are not supported`, offset);
    }
    const metadata = parsing(offset, () => readMetadata(header, pax));
    const sizeBytes = type === 'file' ? metadata.size : 0;
    this.#bodyBytes = sizeBytes;
    this.#paddingBytes = padding(sizeBytes);
    return {
      type,
      name,
      linkName: decodeName(present(pax, 'linkpath') ?? extensions.longLinkName ?? header.linkName),
      permissions: header.mode & 0o7777,
      uid: metadata.uid,
      gid: metadata.gid,
      mtime: metadata.mtime,
      sizeBytes,
      deviceMajor: header.deviceMajor,
      deviceMinor: header.deviceMinor,
      xattrs: extendedAttributes(pax),
      offset,
      body: () => this.#body(offset),
    };
  }

  async *#body(offset: number): AsyncGenerator<Uint8Array> {
    while (this.#bodyBytes > 0) {
      const chunk = await this.#reader.readSome(this.#bodyBytes);
      if (chunk.byteLength === 0) throw truncated(offset, this.#bodyBytes);
      this.#bodyBytes -= chunk.byteLength;
      yield chunk;
    }
  }

  async #skipRest(): Promise<void> {
    const offset = this.#reader.position;
    let missing = this.#bodyBytes + this.#paddingBytes;
    while (missing > 0) {
      const chunk = await this.#reader.readSome(missing);
      if (chunk.byteLength === 0) throw truncated(offset, missing);
      missing -= chunk.byteLength;
    }
    this.#bodyBytes = 0;
    this.#paddingBytes = 0;
  }
}

/** Runs a parser of this archive's headers and gives its complaint a place. */
function parsing<T>(offset: number, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof RangeError) throw new TarFormatError(cause.message, offset, { cause });
    throw cause;
  }
}

function truncated(offset: number, missing: number): TarFormatError {
  return new TarFormatError(`the archive ends ${missing} bytes too early`, offset);
}

function padding(size: number): number {
  return (TAR_BLOCK_BYTES - (size % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
}

/** Archives before POSIX mark directories by a trailing slash only. */
function memberType(flag: string, name: string): TarEntryType | undefined {
  const type = TYPES[flag];
  return type === 'file' && name.endsWith('/') ? 'directory' : type;
}

/** An empty value withdraws the record (POSIX). */
function present(pax: PaxRecords, keyword: string): Uint8Array | undefined {
  const value = pax.get(keyword);
  return value === undefined || value.byteLength === 0 ? undefined : value;
}

interface Metadata {
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: TarTime;
}

function readMetadata(header: RawTarHeader, pax: PaxRecords): Metadata {
  const mtime = present(pax, 'mtime');
  return {
    size: integer('size', pax, header.size, Number.MAX_SAFE_INTEGER),
    uid: integer('uid', pax, header.uid, ID_LIMIT),
    gid: integer('gid', pax, header.gid, ID_LIMIT),
    mtime:
      mtime === undefined ? timestamp(header.mtime, 0) : parsePaxTime(Buffer.from(mtime).toString('latin1')),
  };
}

function integer(keyword: string, pax: PaxRecords, otherwise: number, limit: number): number {
  const record = present(pax, keyword);
  const digits = record === undefined ? undefined : Buffer.from(record).toString('latin1');
  if (digits !== undefined && !/^[0-9]+$/.test(digits)) {
    throw new RangeError(`${keyword} is not a number: ${JSON.stringify(digits)}`);
  }
  const value = digits === undefined ? otherwise : Number(digits);
  if (value < 0 || value > limit) throw new RangeError(`${keyword} is out of range: ${value}`);
  return value;
}

function extendedAttributes(pax: PaxRecords): ReadonlyMap<string, Uint8Array> {
  const attributes = new Map<string, Uint8Array>();
  for (const [keyword, value] of pax) {
    if (keyword.startsWith(XATTR_PREFIX)) attributes.set(keyword.slice(XATTR_PREFIX.length), value);
  }
  return attributes;
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return Uint8Array.from(end < 0 ? bytes : bytes.subarray(0, end));
}
