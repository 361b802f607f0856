import { inflateRawSync } from 'node:zlib';

/** One file as {@link readPayloadNaively} sees it. */
export interface NaiveFile {
  readonly path: string;
  readonly inode: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly seconds: bigint;
  readonly nanoseconds: number;
  readonly rdev: number;
  readonly bytes: Buffer;
  readonly xattrs: [string, string][];
  readonly location: number;
}

/**
 * Reads a payload by the offsets that are written down in the comments of `payload-format.ts`, repeated here as plain
 * numbers on purpose: an independent witness that the writer writes what the format says.
 */
export function readPayloadNaively(payload: Buffer): { files: NaiveFile[]; boot: string } {
  const u16 = (at: number): number => payload.readUInt16LE(at);
  const u32 = (at: number): number => payload.readUInt32LE(at);
  const u64 = (at: number): number => Number(payload.readBigUInt64LE(at));
  if (u32(0) !== 0x53465842 || u32(4) !== 1) throw new Error('not a payload');
  if (u64(8) + u64(16) !== payload.byteLength) throw new Error('wrong lengths');

  const blocks: Buffer[] = [];
  for (let index = 0; index < u32(32); index++) {
    const row = u32(48) + index * 16;
    const stored = payload.subarray(u64(8) + u64(row), u64(8) + u64(row) + u32(row + 8));
    const plain = u16(row + 12) === 1 ? inflateRawSync(stored) : stored;
    if (plain.byteLength !== u16(row + 14) + 1) throw new Error('wrong block length');
    blocks.push(plain);
  }
  const stream = Buffer.concat(blocks);
  const names = payload.subarray(u32(56), u32(56) + u32(36));

  const readXattrs = (reference: number): [string, string][] => {
    if (reference === 0) return [];
    let at = u32(52) + reference - 1;
    const found: [string, string][] = [];
    const count = u32(at);
    at += 4;
    for (let index = 0; index < count; index++) {
      const [nameBytes, valueBytes] = [u16(at), u16(at + 2)];
      const name = payload.toString('utf8', at + 4, at + 4 + nameBytes);
      found.push([name, payload.toString('hex', at + 4 + nameBytes, at + 4 + nameBytes + valueBytes)]);
      at += 4 + nameBytes + valueBytes;
    }
    return found;
  };

  const files: NaiveFile[] = [];
  const visit = (inode: number, path: string): void => {
    const row = u32(40) + inode * 64;
    const type = u32(row) & 0o170000;
    const [size, location] = [u64(row + 16), u64(row + 40)];
    let bytes: Buffer = Buffer.alloc(0);
    if (type === 0o100000) bytes = stream.subarray(location, location + size);
    if (type === 0o120000) bytes = names.subarray(location, location + size);
    files.push({
      path,
      inode,
      mode: u32(row),
      uid: u32(row + 4),
      gid: u32(row + 8),
      nlink: u32(row + 12),
      seconds: payload.readBigInt64LE(row + 24),
      nanoseconds: u32(row + 32),
      rdev: u32(row + 36),
      bytes,
      xattrs: readXattrs(u32(row + 52)),
      location,
    });
    if (type !== 0o040000) return;
    let previous: Buffer | undefined;
    for (let index = 0; index < u32(row + 48); index++) {
      const dirent = u32(44) + (location + index) * 16;
      const name = names.subarray(u32(dirent), u32(dirent) + u32(dirent + 4));
      if (previous !== undefined && Buffer.compare(previous, name) >= 0)
        throw new Error('entries are not sorted');
      if (u32(dirent + 12) !== inode) throw new Error('wrong parent');
      previous = name;
      visit(u32(dirent + 8), path === '/' ? `/${name.toString()}` : `${path}/${name.toString()}`);
    }
  };
  visit(1, '/');
  return { files, boot: payload.toString('utf8', u32(64), u32(64) + u32(68)) };
}
