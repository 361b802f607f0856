import { BoxerError } from '@boxer/foundation';

/** What was built cannot be written where it should go. */
export class OutputError extends BoxerError {
  readonly code = 'BUILD_OUTPUT';
  override readonly hint: string;

  constructor(
    dest: string,
    why: string,
    { hint = 'Check the path, its permissions, and the free space there.', cause }: OutputErrorOptions = {},
  ) {
    super(`Cannot write ${dest}: ${why}`, { cause });
    this.hint = hint;
  }
}

interface OutputErrorOptions {
  readonly hint?: string;
  readonly cause?: unknown;
}
