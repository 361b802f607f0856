/**
 * The payload: an image's filesystem as one read-only blob, written by `@boxer/fsimage` and read by the kernel.
 *
 *     header │ inodes │ directory entries │ blocks │ xattrs │ names │ boot  ‖  block data
 *     └────────────── index, read whole at boot ─────────────────────────┘  └ read on demand ┘
 *
 * All numbers are little-endian. Every section of the index starts 8-byte aligned. File contents form one logical
 * stream, cut into blocks of {@link BLOCK_SIZE_BYTES}; a file is a stretch of that stream, so small files share
 * blocks. Files of 32 KiB and more begin on a block boundary, with zeros before them; files with equal content share
 * one stretch.
 */

export const PAYLOAD_MAGIC = 0x53465842; // "BXFS"
export const PAYLOAD_VERSION = 1;
export const BLOCK_SIZE_BYTES = 65536;

/** Byte offsets inside the header. Section offsets are relative to the start of the index. */
export const payloadHeader = {
  size: 96,
  magic: 0, // u32
  version: 4, // u32
  indexBytes: 8, // u64: length of the whole index, this header included
  dataBytes: 16, // u64: length of the block data
  inodeCount: 24, // u32; inode 0 is unused, inode 1 is the root directory
  direntCount: 28, // u32
  blockCount: 32, // u32
  namesBytes: 36, // u32
  inodesAt: 40, // u32 offset
  direntsAt: 44, // u32 offset
  blocksAt: 48, // u32 offset
  xattrsAt: 52, // u32 offset
  namesAt: 56, // u32 offset
  xattrsBytes: 60, // u32
  bootAt: 64, // u32 offset of the boot configuration (see boot-config.ts)
  bootBytes: 68, // u32
} as const;

/** One inode. `nlink` is final: hard links in the image are several entries with the same inode number. */
export const payloadInode = {
  size: 64,
  mode: 0, // u32: S_IFMT bits and permissions, as stat(2) gives them
  uid: 4, // u32
  gid: 8, // u32
  nlink: 12, // u32 (directories: 2 + subdirectories)
  sizeBytes: 16, // u64: file length; length of a symbolic link's target; 0 otherwise
  mtimeSeconds: 24, // i64
  mtimeNanoseconds: 32, // u32
  rdev: 36, // u32: major << 20 | minor, for device nodes
  /** u64. File: offset in the logical stream. Directory: index of its first entry. Symbolic link: offset of the target in names. */
  location: 40,
  entryCount: 48, // u32: directory: number of entries
  xattrs: 52, // u32: offset in the xattr section + 1, or 0 for none
} as const;

/** One directory entry. A directory's entries are contiguous and sorted by name, bytewise; no "." or "..". */
export const payloadDirent = {
  size: 16,
  nameAt: 0, // u32 offset in names (names are not terminated)
  nameBytes: 4, // u32
  inode: 8, // u32
  parent: 12, // u32: inode of the directory
} as const;

/** One block: where its stored bytes lie in the block data. Its plain length is BLOCK_SIZE_BYTES, except the last one's. */
export const payloadBlock = {
  size: 16,
  offset: 0, // u64
  storedBytes: 8, // u32
  method: 12, // u16: one of payloadMethods
  plainBytes: 14, // u16: plain length - 1
} as const;

export const payloadMethods = { stored: 0, deflateRaw: 1 } as const;

/**
 * Extended attributes of one inode: u32 count, then per attribute u16 name length, u16 value length, name, value;
 * the record is padded to 4 bytes.
 */
export const payloadXattrs = { count: 0, first: 4 } as const;
