import { BoxerError } from '@boxer/foundation';

/** A file of the build context cannot be read. */
export class ContextError extends BoxerError {
  readonly code = 'BUILD_CONTEXT';
  override readonly hint = 'Make the file readable, or hide it with a line in .dockerignore.';

  constructor(
    readonly path: string,
    cause: unknown,
  ) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`Cannot read build context file ${path}: ${why}`, { cause });
  }
}
