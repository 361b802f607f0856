import { BoxerError } from '@boxer/foundation';

/** A base image or named context cannot be used. */
export class BaseError extends BoxerError {
  readonly code = 'BUILD_BASE';
  override readonly hint =
    'Give --build-context NAME= a directory, oci-layout://DIR, docker-archive:FILE or docker-image://REFERENCE.';

  constructor(name: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot use ${name}: ${why}`, options);
  }
}

/** An image cannot be had; carries code and hint of why. The message begins as BuildKit's. */
export class ImageResolutionError extends BoxerError {
  readonly code: string;
  declare readonly hint?: string;

  constructor(
    readonly reference: string,
    override readonly cause: BoxerError,
    hint = cause.hint,
  ) {
    super(`failed to resolve source metadata for ${reference}: ${cause.message}`, { cause });
    this.code = cause.code;
    if (hint !== undefined) this.hint = hint;
  }
}

/** The build cannot begin: no context, no Dockerfile. */
export class BuildInputError extends BoxerError {
  readonly code = 'BUILD_INPUT';
  declare readonly hint?: string;

  constructor(message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options);
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
