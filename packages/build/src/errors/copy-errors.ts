import { BoxerError } from '@boxer/foundation';

/** A source of COPY, ADD or a bind mount that does not exist. The message is BuildKit's. */
export class SourceNotFoundError extends BoxerError {
  readonly code = 'BUILD_SOURCE_NOT_FOUND';
  declare readonly hint?: string;

  /**
   * @param place - what was searched: `context`, a stage, an image
   * @param path - absolute path in it
   */
  constructor(place: string, path: string) {
    super(
      `failed to compute cache key: failed to calculate checksum of ref ${place}: ${JSON.stringify(path)}: not found`,
    );
    if (place === 'context') {
      this.hint = 'Paths are relative to the build context; check that .dockerignore does not hide the file.';
    }
  }
}

/** COPY or ADD cannot put a file where something else is. The message is BuildKit's. */
export class CopyConflictError extends BoxerError {
  readonly code = 'BUILD_COPY_CONFLICT';
}

/** `--chmod` is neither an octal number nor a symbolic mode. */
export class InvalidModeError extends BoxerError {
  readonly code = 'BUILD_COPY_MODE';
  override readonly hint = 'Write --chmod=644 or a symbolic mode such as --chmod=u=rwX,go=rX.';

  constructor(expression: string) {
    super(`invalid chmod parameter: '${expression}'. it should be octal string and between 0 and 07777`);
  }
}

/** `--chown` or USER names somebody whom the image does not know. The message is BuildKit's where it has one. */
export class UnknownUserError extends BoxerError {
  readonly code = 'BUILD_UNKNOWN_USER';
  override readonly hint = 'Use numbers, or create the user in an earlier RUN.';
}
