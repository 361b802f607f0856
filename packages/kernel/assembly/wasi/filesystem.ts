/**
 * wasi:filesystem, with canonical ABI signatures. `result` areas hold result<T, error-code>: u8 is-error, then T or the
 * error (u8) at the alignment of T: offset 1, 4 or 8.
 */

export const PATH_SYMLINK_FOLLOW: i32 = 1;
export const OPEN_CREATE: i32 = 1;
export const OPEN_DIRECTORY: i32 = 2;
export const OPEN_EXCLUSIVE: i32 = 4;
export const OPEN_TRUNCATE: i32 = 8;
export const DESCRIPTOR_READ: i32 = 1;
export const DESCRIPTOR_WRITE: i32 = 2;
export const DESCRIPTOR_MUTATE_DIRECTORY: i32 = 32;

export const TYPE_BLOCK_DEVICE: u32 = 1;
export const TYPE_CHARACTER_DEVICE: u32 = 2;
export const TYPE_DIRECTORY: u32 = 3;
export const TYPE_FIFO: u32 = 4;
export const TYPE_SYMBOLIC_LINK: u32 = 5;
export const TYPE_SOCKET: u32 = 7;

/** Stores a list of (descriptor i32, name pointer, name length). */
// @ts-ignore: decorator
@external('wasi:filesystem/preopens@0.2.0', 'get-directories')
export declare function getDirectories(result: usize): void;

/** T at 4: list pointer, length, u8 end-of-file. */
// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.read')
export declare function descriptorRead(self: i32, length: u64, offset: u64, result: usize): void;

/** T at 8: u64 written. */
// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.write')
export declare function descriptorWrite(self: i32, at: usize, length: usize, offset: u64, result: usize): void;

/** T at 8: u8 type, u64 links at 16, u64 size at 24, option<datetime> at 32, 56, 80 (u8, u64 at +8, u32 at +16). */
// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.stat')
export declare function descriptorStat(self: i32, result: usize): void;

// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.stat-at')
export declare function descriptorStatAt(self: i32, pathFlags: i32, at: usize, length: usize, result: usize): void;

/** T at 4: descriptor. */
// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.open-at')
export declare function descriptorOpenAt(self: i32, pathFlags: i32, at: usize, length: usize, openFlags: i32, flags: i32, result: usize): void;

/** T at 4: stream. */
// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.read-directory')
export declare function descriptorReadDirectory(self: i32, result: usize): void;

/** T at 4: option<entry>: u8 is-some, u8 type at 8, name pointer at 12, length at 16. */
// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]directory-entry-stream.read-directory-entry')
export declare function readDirectoryEntry(self: i32, result: usize): void;

/** Error at 1. */
// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.create-directory-at')
export declare function createDirectoryAt(self: i32, at: usize, length: usize, result: usize): void;

// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.remove-directory-at')
export declare function removeDirectoryAt(self: i32, at: usize, length: usize, result: usize): void;

// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.unlink-file-at')
export declare function unlinkFileAt(self: i32, at: usize, length: usize, result: usize): void;

// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.rename-at')
export declare function renameAt(self: i32, at: usize, length: usize, to: i32, toAt: usize, toLength: usize, result: usize): void;

// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.link-at')
export declare function linkAt(self: i32, pathFlags: i32, at: usize, length: usize, to: i32, toAt: usize, toLength: usize, result: usize): void;

// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.symlink-at')
export declare function symlinkAt(self: i32, target: usize, targetLength: usize, at: usize, length: usize, result: usize): void;

/** T at 4: string pointer, length. */
// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.readlink-at')
export declare function readlinkAt(self: i32, at: usize, length: usize, result: usize): void;

// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.set-size')
export declare function setSize(self: i32, size: u64, result: usize): void;

/** Timestamps: 0 no change, 1 now, 2 seconds and nanoseconds. */
// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.set-times-at')
export declare function setTimesAt(
  self: i32,
  pathFlags: i32,
  at: usize,
  length: usize,
  accessKind: i32,
  accessSeconds: u64,
  accessNanoseconds: i32,
  modifyKind: i32,
  modifySeconds: u64,
  modifyNanoseconds: i32,
  result: usize,
): void;

// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[method]descriptor.sync-data')
export declare function syncData(self: i32, result: usize): void;

// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[resource-drop]descriptor')
export declare function dropDescriptor(self: i32): void;

// @ts-ignore: decorator
@external('wasi:filesystem/types@0.2.0', '[resource-drop]directory-entry-stream')
export declare function dropDirectoryEntryStream(self: i32): void;
