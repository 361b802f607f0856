import {
  PAYLOAD_MAGIC,
  PAYLOAD_VERSION,
  payloadBlock,
  payloadDirent,
  payloadHeader,
  payloadInode,
  payloadXattrs,
} from '@boxer/abi';
import { PayloadLimitError } from '../errors.ts';
import { encodeName } from '../file-name.ts';
import { type InodeId, statMode } from '../tree/inode.ts';
import type { Tree } from '../tree/tree.ts';
import { InternedBytes } from './interned-bytes.ts';
import { type PayloadLayout, roundUp } from './payload-layout.ts';

const SECTION_ALIGNMENT_BYTES = 8;
const U16_LIMIT = 0xffff;
const U32_LIMIT = 0xffff_ffff;

/** How one block is stored. */
export interface StoredBlock {
  readonly offset: number;
  readonly storedBytes: number;
  readonly method: number;
  readonly plainBytes: number;
}

/** The index of a payload but for its block table, which is known only once the blocks are compressed. */
export class PayloadIndex {
  readonly #bytes: Buffer;
  readonly #blocksAt: number;
  readonly #blockCount: number;
  #blocks = 0;
  #dataBytes = 0;

  /** @throws {@link PayloadLimitError} when something does not fit the format */
  constructor(tree: Tree, layout: PayloadLayout, boot: Uint8Array, blockCount: number) {
    const builder = new SectionBuilder(tree, layout);
    const sections = [
      builder.inodes,
      builder.dirents,
      Buffer.alloc(blockCount * payloadBlock.size),
      builder.xattrs.bytes(),
      builder.names.bytes(),
      boot,
    ];
    const offsets: number[] = [];
    let end = roundUp(payloadHeader.size, SECTION_ALIGNMENT_BYTES);
    for (const section of sections) {
      offsets.push(end);
      end = roundUp(end + section.byteLength, SECTION_ALIGNMENT_BYTES);
    }
    if (end > U32_LIMIT) throw new PayloadLimitError('/', `its index would be ${end} bytes long`);
    const [inodesAt = 0, direntsAt = 0, blocksAt = 0, xattrsAt = 0, namesAt = 0, bootAt = 0] = offsets;
    const bytes = Buffer.alloc(end);
    for (const [index, section] of sections.entries()) bytes.set(section, offsets[index]);
    bytes.writeUInt32LE(PAYLOAD_MAGIC, payloadHeader.magic);
    bytes.writeUInt32LE(PAYLOAD_VERSION, payloadHeader.version);
    bytes.writeBigUInt64LE(BigInt(end), payloadHeader.indexBytes);
    bytes.writeUInt32LE(layout.inodes.length + 1, payloadHeader.inodeCount);
    bytes.writeUInt32LE(builder.direntCount, payloadHeader.direntCount);
    bytes.writeUInt32LE(blockCount, payloadHeader.blockCount);
    bytes.writeUInt32LE(builder.names.sizeBytes, payloadHeader.namesBytes);
    bytes.writeUInt32LE(inodesAt, payloadHeader.inodesAt);
    bytes.writeUInt32LE(direntsAt, payloadHeader.direntsAt);
    bytes.writeUInt32LE(blocksAt, payloadHeader.blocksAt);
    bytes.writeUInt32LE(xattrsAt, payloadHeader.xattrsAt);
    bytes.writeUInt32LE(namesAt, payloadHeader.namesAt);
    bytes.writeUInt32LE(builder.xattrs.sizeBytes, payloadHeader.xattrsBytes);
    bytes.writeUInt32LE(bootAt, payloadHeader.bootAt);
    bytes.writeUInt32LE(boot.byteLength, payloadHeader.bootBytes);
    this.#bytes = bytes;
    this.#blocksAt = blocksAt;
    this.#blockCount = blockCount;
  }

  get sizeBytes(): number {
    return this.#bytes.byteLength;
  }

  /** Bytes of block data so far. */
  get dataBytes(): number {
    return this.#dataBytes;
  }

  /** Enters the next block, which follows the one before. @returns its row */
  addBlock(storedBytes: number, method: number, plainBytes: number): StoredBlock {
    const row = { offset: this.#dataBytes, storedBytes, method, plainBytes };
    const at = this.#blocksAt + this.#blocks * payloadBlock.size;
    this.#bytes.writeBigUInt64LE(BigInt(row.offset), at + payloadBlock.offset);
    this.#bytes.writeUInt32LE(storedBytes, at + payloadBlock.storedBytes);
    this.#bytes.writeUInt16LE(method, at + payloadBlock.method);
    this.#bytes.writeUInt16LE(plainBytes - 1, at + payloadBlock.plainBytes);
    this.#blocks++;
    this.#dataBytes += storedBytes;
    return row;
  }

  /** @returns the complete index, once all blocks are entered */
  finish(): Buffer {
    if (this.#blocks !== this.#blockCount)
      throw new RangeError(`${this.#blocks} of ${this.#blockCount} blocks entered`);
    this.#bytes.writeBigUInt64LE(BigInt(this.#dataBytes), payloadHeader.dataBytes);
    return this.#bytes;
  }
}

class SectionBuilder {
  readonly names = new InternedBytes(1);
  readonly xattrs = new InternedBytes(4);
  readonly inodes: Buffer;
  readonly dirents: Buffer;
  direntCount = 0;
  readonly #tree: Tree;
  readonly #layout: PayloadLayout;

  constructor(tree: Tree, layout: PayloadLayout) {
    this.#tree = tree;
    this.#layout = layout;
    let direntTotal = 0;
    for (const id of layout.inodes) {
      const inode = tree.inode(id);
      if (inode.kind === 'directory') direntTotal += inode.entries.size;
    }
    this.inodes = Buffer.alloc((layout.inodes.length + 1) * payloadInode.size);
    this.dirents = Buffer.alloc(direntTotal * payloadDirent.size);
    for (const [index, id] of layout.inodes.entries()) this.#addInode(index + 1, id);
  }

  #addInode(number: number, id: InodeId): void {
    const inode = this.#tree.inode(id);
    const row = this.inodes.subarray(number * payloadInode.size, (number + 1) * payloadInode.size);
    row.writeUInt32LE(statMode(inode), payloadInode.mode);
    row.writeUInt32LE(inode.uid, payloadInode.uid);
    row.writeUInt32LE(inode.gid, payloadInode.gid);
    row.writeUInt32LE(this.#tree.linkCount(id), payloadInode.nlink);
    row.writeBigInt64LE(BigInt(inode.mtime.seconds), payloadInode.mtimeSeconds);
    row.writeUInt32LE(inode.mtime.nanoseconds, payloadInode.mtimeNanoseconds);
    if (inode.xattrs.size > 0) {
      row.writeUInt32LE(
        this.xattrs.add(encodeXattrs(inode.xattrs, () => pathOf(this.#tree, id))) + 1,
        payloadInode.xattrs,
      );
    }
    switch (inode.kind) {
      case 'file':
        row.writeBigUInt64LE(BigInt(inode.content.sizeBytes), payloadInode.sizeBytes);
        row.writeBigUInt64LE(BigInt(this.#layout.starts[number] ?? 0), payloadInode.location);
        break;
      case 'symlink': {
        const target = encodeName(inode.target);
        row.writeBigUInt64LE(BigInt(target.byteLength), payloadInode.sizeBytes);
        row.writeBigUInt64LE(BigInt(this.names.add(target)), payloadInode.location);
        break;
      }
      case 'directory':
        row.writeBigUInt64LE(BigInt(this.direntCount), payloadInode.location);
        row.writeUInt32LE(inode.entries.size, payloadInode.entryCount);
        this.#addDirents(number, id);
        break;
      case 'character-device':
      case 'block-device':
        row.writeUInt32LE(((inode.major << 20) | inode.minor) >>> 0, payloadInode.rdev);
        break;
      case 'fifo':
      case 'socket':
        break;
    }
  }

  #addDirents(parent: number, directory: InodeId): void {
    for (const { name, id } of this.#tree.list(directory)) {
      const bytes = encodeName(name);
      const at = this.direntCount++ * payloadDirent.size;
      this.dirents.writeUInt32LE(this.names.add(bytes), at + payloadDirent.nameAt);
      this.dirents.writeUInt32LE(bytes.byteLength, at + payloadDirent.nameBytes);
      this.dirents.writeUInt32LE(this.#layout.numbers[id] ?? 0, at + payloadDirent.inode);
      this.dirents.writeUInt32LE(parent, at + payloadDirent.parent);
    }
  }
}

function encodeXattrs(xattrs: ReadonlyMap<string, Uint8Array>, path: () => string): Buffer {
  const header = Buffer.alloc(payloadXattrs.first);
  header.writeUInt32LE(xattrs.size, payloadXattrs.count);
  const parts: Uint8Array[] = [header];
  const named = [...xattrs].map(([name, value]) => ({ name: encodeName(name), value }));
  for (const { name, value } of named.sort((left, right) => Buffer.compare(left.name, right.name))) {
    if (name.byteLength > U16_LIMIT || value.byteLength > U16_LIMIT) {
      throw new PayloadLimitError(path(), 'an extended attribute is longer than 65535 bytes');
    }
    const lengths = Buffer.alloc(4);
    lengths.writeUInt16LE(name.byteLength, 0);
    lengths.writeUInt16LE(value.byteLength, 2);
    parts.push(lengths, name, value);
  }
  return Buffer.concat(parts);
}

/** The first path of an inode; slow, for messages. */
function pathOf(tree: Tree, id: InodeId): string {
  for (const entry of tree.walk()) if (entry.id === id) return entry.path;
  return `inode ${id}`;
}
