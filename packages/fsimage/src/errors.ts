import { BoxerError } from '@boxer/foundation';

/** The bytes of a tar archive break its format, or use a feature that Boxer refuses. */
export class TarFormatError extends BoxerError {
  readonly code = 'FSIMAGE_TAR_FORMAT';
  override readonly hint = 'Make the archive again, or pull the image again.';

  /** @param offset - byte offset in the decompressed archive of the header that is at fault */
  constructor(
    why: string,
    readonly offset: number,
    options?: { cause?: unknown },
  ) {
    super(`Cannot read tar archive at byte ${offset}: ${why}`, options);
  }
}

/** A tar entry is well formed, but must not or cannot be applied to a root filesystem. */
export class LayerEntryError extends BoxerError {
  readonly code = 'FSIMAGE_LAYER_ENTRY';

  constructor(
    readonly entryName: string,
    why: string,
    options?: { cause?: unknown },
  ) {
    super(`Cannot apply layer entry ${JSON.stringify(entryName)}: ${why}`, options);
  }
}

/** A layer holds more bytes or entries than its reader allows. */
export class LayerLimitError extends BoxerError {
  readonly code = 'FSIMAGE_LAYER_LIMIT';
  override readonly hint = 'Raise the limit if the image is trusted.';

  constructor(what: string, limit: number) {
    super(`Cannot apply layer: it holds more than ${limit} ${what}`);
  }
}

/** The errors of Linux that operations on a tree can meet. */
export type TreeErrno =
  | 'ENOENT'
  | 'ENOTDIR'
  | 'EISDIR'
  | 'EEXIST'
  | 'ELOOP'
  | 'ENOTEMPTY'
  | 'EINVAL'
  | 'EPERM'
  | 'ENAMETOOLONG'
  | 'EBUSY';

const REASONS: Record<TreeErrno, string> = {
  ENOENT: 'no such file or directory',
  ENOTDIR: 'not a directory',
  EISDIR: 'is a directory',
  EEXIST: 'already exists',
  ELOOP: 'too many levels of symbolic links',
  ENOTEMPTY: 'directory not empty',
  EINVAL: 'invalid argument',
  EPERM: 'operation not permitted',
  ENAMETOOLONG: 'file name too long',
  EBUSY: 'is the root directory',
};

/** An operation on a {@link Tree} failed as the system call of the same name would on Linux. */
export class TreePathError extends BoxerError {
  readonly code = 'FSIMAGE_PATH';

  constructor(
    readonly errno: TreeErrno,
    readonly operation: string,
    readonly path: string,
  ) {
    super(`Cannot ${operation} ${JSON.stringify(path)}: ${REASONS[errno]} (${errno})`);
  }
}

/** File contents could not be read back, or are not what was seen when the tree was made. */
export class ContentError extends BoxerError {
  readonly code = 'FSIMAGE_CONTENT';

  constructor(what: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot read contents of ${what}: ${why}`, options);
  }
}

/** A file of the layer store is truncated or corrupt. */
export class PackedLayerError extends BoxerError {
  readonly code = 'FSIMAGE_PACKED_LAYER';
  override readonly hint = 'Empty the layer store with `boxer cache prune --all`, and build again.';

  constructor(path: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot read stored layer ${path}: ${why}`, options);
  }
}

/** A payload is truncated, corrupt, or of another version. */
export class PayloadFormatError extends BoxerError {
  readonly code = 'FSIMAGE_PAYLOAD_FORMAT';
  override readonly hint = 'Build the image again.';

  constructor(what: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot read payload ${what}: ${why}`, options);
  }
}

/** A tree cannot be expressed in the payload format. */
export class PayloadLimitError extends BoxerError {
  readonly code = 'FSIMAGE_PAYLOAD_LIMIT';

  constructor(path: string, why: string) {
    super(`Cannot write ${JSON.stringify(path)} into a payload: ${why}`);
  }
}
