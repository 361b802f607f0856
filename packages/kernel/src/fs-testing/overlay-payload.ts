import { deflateRawSync } from 'node:zlib';
import {
  BLOCK_SIZE_BYTES,
  PAYLOAD_MAGIC,
  PAYLOAD_VERSION,
  payloadBlock,
  payloadDirent,
  payloadHeader,
  payloadInode,
  payloadMethods,
} from '@boxer/abi';

/** One inode of a payload tree; `names` may hold the same inode several times (hard links). */
export interface LowerInode {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  readonly content?: Uint8Array | string;
  readonly target?: string;
  readonly names?: Readonly<Record<string, LowerInode>>;
  readonly xattrs?: Readonly<Record<string, string>>;
}

interface Numbered {
  readonly inode: LowerInode;
  readonly parent: number;
  nlink: number;
}

const align = (n: number): number => (n + 7) & ~7;

/**
 * Writes a payload by the format's description alone, with deflated blocks: an independent counterpart of
 * @boxer/fsimage for tests of its reader.
 */
export function writeTestPayload(root: LowerInode): { index: Uint8Array; data: Uint8Array } {
  const numbers = new Map<LowerInode, number>();
  const inodes: Numbered[] = [{ inode: root, parent: 1, nlink: 2 }];
  const visit = (inode: LowerInode, parent: number): number => {
    const known = numbers.get(inode);
    if (known !== undefined) {
      (inodes[known - 1] as Numbered).nlink++;
      return known;
    }
    const number = inode === root ? 1 : inodes.length + 1;
    if (inode !== root) inodes.push({ inode, parent, nlink: inode.names ? 2 : 1 });
    numbers.set(inode, number);
    for (const child of Object.values(inode.names ?? {})) {
      visit(child, number);
      if (child.names) (inodes[number - 1] as Numbered).nlink++;
    }
    return number;
  };
  visit(root, 1);

  const stream: Buffer[] = [];
  let streamBytes = 0;
  const names: Buffer[] = [];
  let namesBytes = 0;
  const addName = (name: string): number => {
    const at = namesBytes;
    names.push(Buffer.from(name, 'latin1'));
    namesBytes += name.length;
    return at;
  };
  const dirents: Buffer[] = [];
  const xattrs: Buffer[] = [];
  let xattrsBytes = 0;
  const inodeTable = Buffer.alloc((inodes.length + 1) * payloadInode.size);
  for (const [at, { inode, nlink }] of inodes.entries()) {
    const record = inodeTable.subarray((at + 1) * payloadInode.size);
    record.writeUInt32LE(inode.mode, payloadInode.mode);
    record.writeUInt32LE(inode.uid ?? 0, payloadInode.uid);
    record.writeUInt32LE(inode.gid ?? 0, payloadInode.gid);
    record.writeUInt32LE(nlink, payloadInode.nlink);
    record.writeBigInt64LE(BigInt(inode.mtime ?? 1_000_000_000), payloadInode.mtimeSeconds);
    if (inode.content !== undefined) {
      const content = Buffer.from(inode.content);
      record.writeBigUInt64LE(BigInt(content.length), payloadInode.sizeBytes);
      record.writeBigUInt64LE(BigInt(streamBytes), payloadInode.location);
      stream.push(content);
      streamBytes += content.length;
    }
    if (inode.target !== undefined) {
      record.writeBigUInt64LE(BigInt(inode.target.length), payloadInode.sizeBytes);
      record.writeBigUInt64LE(BigInt(addName(inode.target)), payloadInode.location);
    }
    if (inode.names) {
      const entries = Object.entries(inode.names).toSorted(([a], [b]) =>
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      );
      record.writeBigUInt64LE(BigInt(dirents.length), payloadInode.location);
      record.writeUInt32LE(entries.length, payloadInode.entryCount);
      for (const [name, child] of entries) {
        const dirent = Buffer.alloc(payloadDirent.size);
        dirent.writeUInt32LE(addName(name), payloadDirent.nameAt);
        dirent.writeUInt32LE(name.length, payloadDirent.nameBytes);
        dirent.writeUInt32LE(numbers.get(child) ?? 0, payloadDirent.inode);
        dirent.writeUInt32LE(at + 1, payloadDirent.parent);
        dirents.push(dirent);
      }
    }
    if (inode.xattrs) {
      const pairs = Object.entries(inode.xattrs);
      const head = Buffer.alloc(4);
      head.writeUInt32LE(pairs.length);
      const parts = pairs.map(([name, value]) => {
        const lengths = Buffer.alloc(4);
        lengths.writeUInt16LE(name.length);
        lengths.writeUInt16LE(value.length, 2);
        return Buffer.concat([lengths, Buffer.from(name), Buffer.from(value)]);
      });
      const body = Buffer.concat([head, ...parts]);
      record.writeUInt32LE(xattrsBytes + 1, payloadInode.xattrs);
      xattrs.push(body, Buffer.alloc((4 - (body.length % 4)) % 4));
      xattrsBytes += (body.length + 3) & ~3;
    }
  }

  const content = Buffer.concat(stream);
  const blocks: Buffer[] = [];
  const data: Buffer[] = [];
  let dataBytes = 0;
  for (let at = 0; at < content.length; at += BLOCK_SIZE_BYTES) {
    const plain = content.subarray(at, at + BLOCK_SIZE_BYTES);
    const deflated = deflateRawSync(plain);
    const stored = deflated.length < plain.length ? deflated : plain;
    const block = Buffer.alloc(payloadBlock.size);
    block.writeBigUInt64LE(BigInt(dataBytes), payloadBlock.offset);
    block.writeUInt32LE(stored.length, payloadBlock.storedBytes);
    block.writeUInt16LE(
      stored === plain ? payloadMethods.stored : payloadMethods.deflateRaw,
      payloadBlock.method,
    );
    block.writeUInt16LE(plain.length - 1, payloadBlock.plainBytes);
    blocks.push(block);
    data.push(stored);
    dataBytes += stored.length;
  }

  const sections = [inodeTable, ...[dirents, blocks, xattrs, names].map((parts) => Buffer.concat(parts))];
  const offsets: number[] = [];
  let at: number = payloadHeader.size;
  for (const section of sections) {
    at = align(at);
    offsets.push(at);
    at += section.length;
  }
  const index = Buffer.alloc(align(at));
  for (const [n, section] of sections.entries()) section.copy(index, offsets[n]);
  index.writeUInt32LE(PAYLOAD_MAGIC, payloadHeader.magic);
  index.writeUInt32LE(PAYLOAD_VERSION, payloadHeader.version);
  index.writeBigUInt64LE(BigInt(index.length), payloadHeader.indexBytes);
  index.writeBigUInt64LE(BigInt(dataBytes), payloadHeader.dataBytes);
  index.writeUInt32LE(inodes.length + 1, payloadHeader.inodeCount);
  index.writeUInt32LE(dirents.length, payloadHeader.direntCount);
  index.writeUInt32LE(blocks.length, payloadHeader.blockCount);
  index.writeUInt32LE(namesBytes, payloadHeader.namesBytes);
  index.writeUInt32LE(xattrsBytes, payloadHeader.xattrsBytes);
  const [inodesAt = 0, direntsAt = 0, blocksAt = 0, xattrsAt = 0, namesAt = 0] = offsets;
  index.writeUInt32LE(inodesAt, payloadHeader.inodesAt);
  index.writeUInt32LE(direntsAt, payloadHeader.direntsAt);
  index.writeUInt32LE(blocksAt, payloadHeader.blocksAt);
  index.writeUInt32LE(xattrsAt, payloadHeader.xattrsAt);
  index.writeUInt32LE(namesAt, payloadHeader.namesAt);
  index.writeUInt32LE(index.length, payloadHeader.bootAt);
  return { index, data: Buffer.concat(data) };
}
