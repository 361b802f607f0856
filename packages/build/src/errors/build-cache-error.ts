import { BoxerError } from '@boxer/foundation';

/** A cache cannot be exported or imported. */
export class BuildCacheError extends BoxerError {
  readonly code = 'BUILD_CACHE';

  constructor(doing: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot ${doing}: ${why}`, options);
  }
}
