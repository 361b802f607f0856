import { payloadIndex } from '../host/slots';

/**
 * The payload's index in kernel memory: read whole at boot, validated once, then trusted.
 *
 * @source @boxer/abi, payload-format.ts
 */
import {
  BLOCK_SIZE_BYTES,
  PAYLOAD_BLOCK_OFFSET,
  PAYLOAD_BLOCK_PLAIN_BYTES,
  PAYLOAD_BLOCK_METHOD,
  PAYLOAD_BLOCK_SIZE,
  PAYLOAD_BLOCK_STORED_BYTES,
  PAYLOAD_DIRENT_INODE,
  PAYLOAD_DIRENT_NAME_AT,
  PAYLOAD_DIRENT_NAME_BYTES,
  PAYLOAD_DIRENT_PARENT,
  PAYLOAD_DIRENT_SIZE,
  PAYLOAD_HEADER_BLOCKS_AT,
  PAYLOAD_HEADER_BLOCK_COUNT,
  PAYLOAD_HEADER_BOOT_AT,
  PAYLOAD_HEADER_BOOT_BYTES,
  PAYLOAD_HEADER_DATA_BYTES,
  PAYLOAD_HEADER_DIRENTS_AT,
  PAYLOAD_HEADER_DIRENT_COUNT,
  PAYLOAD_HEADER_INDEX_BYTES,
  PAYLOAD_HEADER_INODES_AT,
  PAYLOAD_HEADER_INODE_COUNT,
  PAYLOAD_HEADER_MAGIC,
  PAYLOAD_HEADER_NAMES_AT,
  PAYLOAD_HEADER_NAMES_BYTES,
  PAYLOAD_HEADER_SIZE,
  PAYLOAD_HEADER_VERSION,
  PAYLOAD_HEADER_XATTRS_AT,
  PAYLOAD_HEADER_XATTRS_BYTES,
  PAYLOAD_INODE_ENTRY_COUNT,
  PAYLOAD_INODE_LOCATION,
  PAYLOAD_INODE_MODE,
  PAYLOAD_INODE_SIZE,
  PAYLOAD_INODE_SIZE_BYTES,
  PAYLOAD_INODE_XATTRS,
  PAYLOAD_MAGIC,
  PAYLOAD_VERSION,
} from '../abi.gen';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../linux/stat';

let index: usize = 0;
/** One more than the largest inode number. */
export let inodeCount: u32 = 0;
export let direntCount: u32 = 0;
export let blockCount: u32 = 0;
let inodesAt: usize = 0;
let direntsAt: usize = 0;
let blocksAt: usize = 0;
let xattrsAt: usize = 0;
let xattrsBytes: u32 = 0;
let namesAt: usize = 0;
let namesBytes: u32 = 0;
/** The boot configuration baked into the payload. */
export let bootConfigAt: usize = 0;
export let bootConfigBytes: u32 = 0;
let dataBytes: u64 = 0;

/** What is wrong with the payload, for the boot error; '' when nothing is. */
export let payloadProblem: string = '';

/** Address of an inode record. */
// @ts-ignore: decorator
@inline
export function lowerInode(ino: u32): usize {
  return inodesAt + <usize>ino * PAYLOAD_INODE_SIZE;
}

// @ts-ignore: decorator
@inline
export function lowerDirent(n: u32): usize {
  return direntsAt + <usize>n * PAYLOAD_DIRENT_SIZE;
}

// @ts-ignore: decorator
@inline
export function lowerBlock(n: u32): usize {
  return blocksAt + <usize>n * PAYLOAD_BLOCK_SIZE;
}

// @ts-ignore: decorator
@inline
export function lowerName(dirent: usize): usize {
  return namesAt + load<u32>(dirent, PAYLOAD_DIRENT_NAME_AT);
}

/** Address of a symbolic link's target. */
export function lowerTarget(ino: u32): usize {
  return namesAt + <usize>load<u64>(lowerInode(ino), PAYLOAD_INODE_LOCATION);
}

/** Address of the xattr record of an inode, or 0. */
export function lowerXattrs(ino: u32): usize {
  const at = load<u32>(lowerInode(ino), PAYLOAD_INODE_XATTRS);
  return at == 0 ? 0 : xattrsAt + at - 1;
}

/** @returns length of an xattr record in bytes, padding included */
export function xattrRecordBytes(record: usize): u32 {
  const count = load<u32>(record);
  let at: u32 = 4;
  for (let i: u32 = 0; i < count; i++) at += 4 + load<u16>(record + at) + load<u16>(record + at, 2);
  return (at + 3) & ~3;
}

/** Finds a name in a directory by binary search. @returns its dirent, or 0 */
export function findLower(directory: u32, name: usize, length: u32): usize {
  const inode = lowerInode(directory);
  const first = <u32>load<u64>(inode, PAYLOAD_INODE_LOCATION);
  let low: u32 = 0;
  let high = load<u32>(inode, PAYLOAD_INODE_ENTRY_COUNT);
  while (low < high) {
    const middle = (low + high) >> 1;
    const dirent = lowerDirent(first + middle);
    const direntLength = load<u32>(dirent, PAYLOAD_DIRENT_NAME_BYTES);
    let order = memory.compare(name, lowerName(dirent), min(length, direntLength));
    if (order == 0) order = <i32>length - <i32>direntLength;
    if (order == 0) return dirent;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return 0;
}

/**
 * Reads the index and checks every offset in it.
 *
 * @returns false when the payload is damaged (see payloadProblem); true also without a payload, then inodeCount is 0
 */
export function loadPayloadIndex(): bool {
  const header = memory.data(96, 8);
  inodeCount = 0;
  const got = payloadIndex(header, PAYLOAD_HEADER_SIZE);
  if (got == 0) return true;
  if (got < <i32>PAYLOAD_HEADER_SIZE) return damaged('the header is truncated');
  if (load<u32>(header, PAYLOAD_HEADER_MAGIC) != <u32>PAYLOAD_MAGIC) return damaged('the magic number is not BXFS');
  if (load<u32>(header, PAYLOAD_HEADER_VERSION) != <u32>PAYLOAD_VERSION) return damaged('its version is not supported');
  const bytes = load<u64>(header, PAYLOAD_HEADER_INDEX_BYTES);
  if (bytes < <u64>PAYLOAD_HEADER_SIZE || bytes > 0x4000_0000) return damaged('the length of its index is impossible');
  index = newRegion(<u32>bytes);
  if (index == 0) return damaged('its index does not fit in memory');
  if (<u64>payloadIndex(index, <i32>bytes) != bytes) return damaged('the index is truncated');
  return validate(<u32>bytes);
}

function damaged(why: string): bool {
  payloadProblem = why;
  return false;
}

/** Kernel memory that is never freed. */
function newRegion(bytes: u32): usize {
  const before = memory.grow(<i32>((bytes + 0xffff) >> 16));
  return before < 0 ? 0 : <usize>before << 16;
}

function sectionFits(at: u32, count: u64, size: u64, end: u32): bool {
  return (at & 7) == 0 && <u64>at + count * size <= <u64>end;
}

function validate(bytes: u32): bool {
  dataBytes = load<u64>(index, PAYLOAD_HEADER_DATA_BYTES);
  const inodes = load<u32>(index, PAYLOAD_HEADER_INODE_COUNT);
  direntCount = load<u32>(index, PAYLOAD_HEADER_DIRENT_COUNT);
  blockCount = load<u32>(index, PAYLOAD_HEADER_BLOCK_COUNT);
  namesBytes = load<u32>(index, PAYLOAD_HEADER_NAMES_BYTES);
  xattrsBytes = load<u32>(index, PAYLOAD_HEADER_XATTRS_BYTES);
  const atInodes = load<u32>(index, PAYLOAD_HEADER_INODES_AT);
  const atDirents = load<u32>(index, PAYLOAD_HEADER_DIRENTS_AT);
  const atBlocks = load<u32>(index, PAYLOAD_HEADER_BLOCKS_AT);
  const atXattrs = load<u32>(index, PAYLOAD_HEADER_XATTRS_AT);
  const atNames = load<u32>(index, PAYLOAD_HEADER_NAMES_AT);
  const atBoot = load<u32>(index, PAYLOAD_HEADER_BOOT_AT);
  bootConfigBytes = load<u32>(index, PAYLOAD_HEADER_BOOT_BYTES);
  if (!sectionFits(atInodes, inodes, PAYLOAD_INODE_SIZE, bytes)) return damaged('its inodes lie outside the index');
  if (!sectionFits(atDirents, direntCount, PAYLOAD_DIRENT_SIZE, bytes)) return damaged('its directories lie outside the index');
  if (!sectionFits(atBlocks, blockCount, PAYLOAD_BLOCK_SIZE, bytes)) return damaged('its blocks lie outside the index');
  if (!sectionFits(atXattrs, xattrsBytes, 1, bytes)) return damaged('its attributes lie outside the index');
  if (!sectionFits(atNames, namesBytes, 1, bytes)) return damaged('its names lie outside the index');
  if (<u64>atBoot + bootConfigBytes > bytes) return damaged('its boot configuration lies outside the index');
  if (inodes < 2) return damaged('it has no root directory');
  inodesAt = index + atInodes;
  direntsAt = index + atDirents;
  blocksAt = index + atBlocks;
  xattrsAt = index + atXattrs;
  namesAt = index + atNames;
  bootConfigAt = index + atBoot;
  if (!blocksAreSound()) return damaged('a block lies outside the data');
  if (!direntsAreSound(inodes)) return damaged('a directory entry is not sound');
  for (let ino: u32 = 1; ino < inodes; ino++) if (!inodeIsSound(ino)) return damaged('an inode is not sound');
  if ((load<u32>(lowerInode(1), PAYLOAD_INODE_MODE) & S_IFMT) != S_IFDIR) return damaged('its root is not a directory');
  inodeCount = inodes;
  return true;
}

function blocksAreSound(): bool {
  for (let n: u32 = 0; n < blockCount; n++) {
    const block = lowerBlock(n);
    const offset = load<u64>(block, PAYLOAD_BLOCK_OFFSET);
    const stored = <u64>load<u32>(block, PAYLOAD_BLOCK_STORED_BYTES);
    if (offset + stored < offset || offset + stored > dataBytes || stored > <u64>BLOCK_SIZE_BYTES + 1024) return false;
    if (load<u16>(block, PAYLOAD_BLOCK_METHOD) > 1) return false;
    if (n + 1 < blockCount && load<u16>(block, PAYLOAD_BLOCK_PLAIN_BYTES) != 0xffff) return false;
  }
  return true;
}

function direntsAreSound(inodes: u32): bool {
  for (let n: u32 = 0; n < direntCount; n++) {
    const dirent = lowerDirent(n);
    const length = load<u32>(dirent, PAYLOAD_DIRENT_NAME_BYTES);
    if (length == 0 || length > 255) return false;
    if (<u64>load<u32>(dirent, PAYLOAD_DIRENT_NAME_AT) + length > namesBytes) return false;
    const ino = load<u32>(dirent, PAYLOAD_DIRENT_INODE);
    if (ino < 2 || ino >= inodes || load<u32>(dirent, PAYLOAD_DIRENT_PARENT) >= inodes) return false;
  }
  return true;
}

function streamBytes(): u64 {
  if (blockCount == 0) return 0;
  const last = lowerBlock(blockCount - 1);
  return <u64>(blockCount - 1) * BLOCK_SIZE_BYTES + load<u16>(last, PAYLOAD_BLOCK_PLAIN_BYTES) + 1;
}

function inodeIsSound(ino: u32): bool {
  const inode = lowerInode(ino);
  const type = load<u32>(inode, PAYLOAD_INODE_MODE) & S_IFMT;
  const location = load<u64>(inode, PAYLOAD_INODE_LOCATION);
  const size = load<u64>(inode, PAYLOAD_INODE_SIZE_BYTES);
  const xattrs = load<u32>(inode, PAYLOAD_INODE_XATTRS);
  if (xattrs != 0 && (xattrs - 1 + 4 > xattrsBytes || !xattrsAreSound(xattrs - 1))) return false;
  if (type == S_IFDIR) return location + load<u32>(inode, PAYLOAD_INODE_ENTRY_COUNT) <= direntCount && location <= direntCount;
  if (type == S_IFREG) return size == 0 || (location + size >= location && location + size <= streamBytes());
  if (type == S_IFLNK) return size > 0 && size < 4096 && location + size <= namesBytes;
  return true;
}

function xattrsAreSound(at: u32): bool {
  const count = load<u32>(xattrsAt + at);
  let end: u64 = <u64>at + 4;
  for (let i: u32 = 0; i < count; i++) {
    if (end + 4 > xattrsBytes) return false;
    const entry = xattrsAt + <usize>end;
    end += 4 + load<u16>(entry) + load<u16>(entry, 2);
  }
  return end <= xattrsBytes;
}

/** Where a file's content starts in the logical stream. */
export function lowerStreamOffset(ino: u32): u64 {
  return load<u64>(lowerInode(ino), PAYLOAD_INODE_LOCATION);
}
