import {
  BLOCK_SIZE_BYTES,
  PAYLOAD_MAGIC,
  PAYLOAD_VERSION,
  payloadBlock,
  payloadDirent,
  payloadHeader,
  payloadInode,
  payloadMethods,
  payloadXattrs,
} from '@boxer/abi';
import { PayloadFormatError } from '../errors.ts';
import { decodeName } from '../file-name.ts';
import { fileTypeBits, type InodeKind, noXattrs, type Timestamp } from '../tree/inode.ts';
import type { StoredBlock } from './payload-index.ts';
import type { PayloadSource } from './payload-source.ts';

const FILE_TYPE_MASK = 0o170000;
const kindByTypeBits = new Map(Object.entries(fileTypeBits).map(([kind, bits]) => [bits, kind as InodeKind]));

/** A row of the inode table. */
export interface PayloadInodeRow {
  readonly kind: InodeKind;
  readonly permissions: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly sizeBytes: number;
  readonly mtime: Timestamp;
  readonly major: number;
  readonly minor: number;
  readonly location: number;
  readonly entryCount: number;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

/** A directory entry: a name and an inode number. */
export interface PayloadDirent {
  readonly name: string;
  readonly inode: number;
}

/** Typed access to the index of a payload. Every read is checked against the bounds of its section. */
export class PayloadIndexView {
  readonly #bytes: Buffer;
  readonly inodeCount: number;
  readonly blockCount: number;
  readonly dataBytes: number;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.inodeCount = this.#header('inodeCount');
    this.blockCount = this.#header('blockCount');
    this.dataBytes = toSafeNumber(bytes.readBigUInt64LE(payloadHeader.dataBytes), 'block data');
    this.#checkSection('inodes', this.#header('inodesAt'), this.inodeCount * payloadInode.size);
    this.#checkSection(
      'directory entries',
      this.#header('direntsAt'),
      this.#header('direntCount') * payloadDirent.size,
    );
    this.#checkSection('blocks', this.#header('blocksAt'), this.blockCount * payloadBlock.size);
    this.#checkSection('xattrs', this.#header('xattrsAt'), this.#header('xattrsBytes'));
    this.#checkSection('names', this.#header('namesAt'), this.#header('namesBytes'));
    this.#checkSection('boot configuration', this.#header('bootAt'), this.#header('bootBytes'));
    if (this.inodeCount < 2) throw new PayloadFormatError('inodes', 'there is no root directory');
  }

  /** @throws {@link PayloadFormatError} when this is no payload, or it is truncated */
  static async read(source: PayloadSource): Promise<PayloadIndexView> {
    if (source.sizeBytes < payloadHeader.size) throw new PayloadFormatError('header', 'it is truncated');
    const header = Buffer.from(await source.read(0, payloadHeader.size));
    if (header.readUInt32LE(payloadHeader.magic) !== PAYLOAD_MAGIC) {
      throw new PayloadFormatError('header', 'this is not a payload');
    }
    const version = header.readUInt32LE(payloadHeader.version);
    if (version !== PAYLOAD_VERSION)
      throw new PayloadFormatError('header', `version ${version} is not supported`);
    const indexBytes = toSafeNumber(header.readBigUInt64LE(payloadHeader.indexBytes), 'index');
    const dataBytes = toSafeNumber(header.readBigUInt64LE(payloadHeader.dataBytes), 'block data');
    if (indexBytes < payloadHeader.size || indexBytes + dataBytes > source.sizeBytes) {
      throw new PayloadFormatError('index', 'the payload is truncated');
    }
    return new PayloadIndexView(Buffer.from(await source.read(0, indexBytes)));
  }

  get sizeBytes(): number {
    return this.#bytes.byteLength;
  }

  /** The boot configuration's bytes. */
  get boot(): Buffer {
    return this.#slice('bootAt', 'bootBytes', 0, this.#header('bootBytes'));
  }

  inode(number: number): PayloadInodeRow {
    if (number < 1 || number >= this.inodeCount)
      throw new PayloadFormatError(`inode ${number}`, 'there is none');
    const at = this.#header('inodesAt') + number * payloadInode.size;
    const row = this.#bytes.subarray(at, at + payloadInode.size);
    const mode = row.readUInt32LE(payloadInode.mode);
    const kind = kindByTypeBits.get(mode & FILE_TYPE_MASK);
    if (kind === undefined)
      throw new PayloadFormatError(`inode ${number}`, `its mode is 0${mode.toString(8)}`);
    const rdev = row.readUInt32LE(payloadInode.rdev);
    return {
      kind,
      permissions: mode & 0o7777,
      uid: row.readUInt32LE(payloadInode.uid),
      gid: row.readUInt32LE(payloadInode.gid),
      nlink: row.readUInt32LE(payloadInode.nlink),
      sizeBytes: toSafeNumber(row.readBigUInt64LE(payloadInode.sizeBytes), `inode ${number}`),
      mtime: {
        seconds: Number(row.readBigInt64LE(payloadInode.mtimeSeconds)),
        nanoseconds: row.readUInt32LE(payloadInode.mtimeNanoseconds),
      },
      major: rdev >>> 20,
      minor: rdev & 0xfffff,
      location: toSafeNumber(row.readBigUInt64LE(payloadInode.location), `inode ${number}`),
      entryCount: row.readUInt32LE(payloadInode.entryCount),
      xattrs: this.#xattrs(row.readUInt32LE(payloadInode.xattrs)),
    };
  }

  /** @returns a directory's entries in their order, which is sorted bytewise */
  *dirents(directory: PayloadInodeRow): Generator<PayloadDirent, void, void> {
    if (directory.location + directory.entryCount > this.#header('direntCount')) {
      throw new PayloadFormatError('directory entries', 'a directory has more than there are');
    }
    for (let index = 0; index < directory.entryCount; index++) {
      const at = this.#header('direntsAt') + (directory.location + index) * payloadDirent.size;
      yield {
        name: this.name(
          this.#bytes.readUInt32LE(at + payloadDirent.nameAt),
          this.#bytes.readUInt32LE(at + payloadDirent.nameBytes),
        ),
        inode: this.#bytes.readUInt32LE(at + payloadDirent.inode),
      };
    }
  }

  /** A string of the names section: a file name, or the target of a symbolic link. */
  name(offset: number, length: number): string {
    return decodeName(this.#slice('namesAt', 'namesBytes', offset, length));
  }

  block(number: number): StoredBlock {
    if (number < 0 || number >= this.blockCount)
      throw new PayloadFormatError(`block ${number}`, 'there is none');
    const at = this.#header('blocksAt') + number * payloadBlock.size;
    const row: StoredBlock = {
      offset: toSafeNumber(this.#bytes.readBigUInt64LE(at + payloadBlock.offset), `block ${number}`),
      storedBytes: this.#bytes.readUInt32LE(at + payloadBlock.storedBytes),
      method: this.#bytes.readUInt16LE(at + payloadBlock.method),
      plainBytes: this.#bytes.readUInt16LE(at + payloadBlock.plainBytes) + 1,
    };
    const isShort = row.plainBytes < BLOCK_SIZE_BYTES && number < this.blockCount - 1;
    const isMisstored = row.method === payloadMethods.stored && row.storedBytes !== row.plainBytes;
    if (row.offset + row.storedBytes > this.dataBytes || isShort || isMisstored) {
      throw new PayloadFormatError(`block ${number}`, 'its table row is wrong');
    }
    return row;
  }

  #xattrs(reference: number): ReadonlyMap<string, Uint8Array> {
    if (reference === 0) return noXattrs;
    const total = this.#header('xattrsBytes');
    let at = reference - 1;
    const take = (length: number): Buffer => {
      const bytes = this.#slice('xattrsAt', 'xattrsBytes', at, length);
      at += length;
      return bytes;
    };
    const count = take(payloadXattrs.first).readUInt32LE(payloadXattrs.count);
    if (count > total) throw new PayloadFormatError('xattrs', 'a count is wrong');
    const xattrs = new Map<string, Uint8Array>();
    for (let index = 0; index < count; index++) {
      const lengths = take(4);
      const name = decodeName(take(lengths.readUInt16LE(0)));
      xattrs.set(name, take(lengths.readUInt16LE(2)));
    }
    return xattrs;
  }

  #header(field: keyof typeof payloadHeader): number {
    return this.#bytes.readUInt32LE(payloadHeader[field]);
  }

  #slice(
    start: 'namesAt' | 'xattrsAt' | 'bootAt',
    size: 'namesBytes' | 'xattrsBytes' | 'bootBytes',
    offset: number,
    length: number,
  ): Buffer {
    if (offset + length > this.#header(size))
      throw new PayloadFormatError(start.replace('At', ''), 'a reference is out of range');
    const at = this.#header(start) + offset;
    return this.#bytes.subarray(at, at + length);
  }

  #checkSection(what: string, start: number, sizeBytes: number): void {
    if (start < payloadHeader.size || start % 8 !== 0 || start + sizeBytes > this.#bytes.byteLength) {
      throw new PayloadFormatError(what, 'the section does not lie within the index');
    }
  }
}

function toSafeNumber(value: bigint, what: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new PayloadFormatError(what, 'a number is out of range');
  return Number(value);
}
