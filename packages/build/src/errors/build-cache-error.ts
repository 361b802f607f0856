import { BoxerError } from '@boxer/foundation';

/** A cache cannot be exported or imported. */
export class BuildCacheError extends BoxerError {
  readonly code = 'BUILD_CACHE';

  constructor(doing: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot ${doing}: ${why}`, options);
  }
}

/** The cache directory cannot be used. */
export class CacheDirectoryError extends BoxerError {
  readonly code = 'BUILD_CACHE_DIRECTORY';
  override readonly hint = 'Make it writable, or name another in BOXER_CACHE_DIR.';

  constructor(directory: string, cause: unknown) {
    super(`Cannot use the cache in ${directory}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
