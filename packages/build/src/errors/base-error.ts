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

/** The build cannot begin: no context, no Dockerfile. */
export class BuildInputError extends BoxerError {
  readonly code = 'BUILD_INPUT';
  declare readonly hint?: string;

  constructor(message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, options);
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
