import { BoxerError } from '@boxer/foundation';

/** A compressed stream is corrupt, truncated, or of a kind that is not supported. */
export class DecompressionError extends BoxerError {
  readonly code = 'ARCHIVE_DECOMPRESSION';

  constructor(format: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot decompress ${format} stream: ${why}`, options);
  }
}
