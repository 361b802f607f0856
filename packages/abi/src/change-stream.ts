/**
 * The change stream: what a box did to its root filesystem, handed to the host after the first process ended (boot key
 * `export`). A sequence of records, parents before children, deletions before additions of the same name:
 *
 *     u8 kind │ u32 path length │ path (no leading slash; "" is the root) │ fields of the kind
 *
 * Little-endian, unaligned. The stream ends with a record of kind `end`.
 */
export const changeKinds = {
  /** End of the stream; no path (length 0), no fields. */
  end: 0,
  /** The path, and all below it, is gone. No fields. */
  deleted: 1,
  /** Metadata fields (see changeMetadata); the directory is new or its metadata changed. Children of the lower tree stay. */
  directory: 2,
  /** Metadata, then the directory is new and hides everything the lower tree has below it. */
  opaqueDirectory: 3,
  /** Metadata, u64 length, content. A new file or one whose content changed. */
  file: 4,
  /** Metadata only: a file whose content is the lower tree's at the same path. */
  fileMetadata: 5,
  /** Metadata, u32 length, target. */
  symlink: 6,
  /** u32 length, path: a further name of a file that an earlier record, or the lower tree, has at that path. */
  hardlink: 7,
  /** Metadata (rdev in it): device, fifo or socket, told by the mode. */
  special: 8,
  /** Metadata, u32 length, path in the lower tree: a file whose content is that of the lower tree at another path (renamed). */
  fileFrom: 9,
} as const;

/** Metadata of a record: u32 mode, u32 uid, u32 gid, u32 rdev (major << 20 | minor), i64 mtime seconds, u32 mtime nanoseconds, u32 xattr bytes, xattrs as in the payload. */
export const changeMetadata = { fixedBytes: 32 } as const;
