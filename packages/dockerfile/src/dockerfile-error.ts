import { BoxerError, type SourceRange } from '@boxer/foundation';

/** What went wrong, by phase; stable and part of the public interface. */
export type DockerfileErrorCode =
  /** The text cannot be split into instructions: directives, heredocs, JSON form, line length. */
  | 'DOCKERFILE_SYNTAX'
  /** An instruction has wrong flags or arguments. */
  | 'DOCKERFILE_INSTRUCTION'
  /** Stages, targets, bases or references between stages do not fit together. */
  | 'DOCKERFILE_STAGE'
  /** A `$variable` cannot be expanded. */
  | 'DOCKERFILE_EXPANSION'
  /** A value is wrong after its variables were expanded. */
  | 'DOCKERFILE_VALUE'
  /** The base of a stage could not be resolved. */
  | 'DOCKERFILE_BASE'
  /** Valid for BuildKit, but nothing a box can do. */
  | 'DOCKERFILE_UNSUPPORTED'
  /** `check=error=true` and at least one lint rule was violated. */
  | 'DOCKERFILE_LINT'
  /** A `.dockerignore` or `--exclude` pattern is malformed. */
  | 'DOCKERIGNORE_PATTERN';

/** Where an error belongs: the file as the user named it, and the instruction's lines. */
export interface DockerfilePlace {
  readonly file: string;
  readonly range: SourceRange;
}

/**
 * A Dockerfile that cannot be built, with the place at fault.
 *
 * The message is BuildKit's own text, so that it can be searched for.
 */
export class DockerfileError extends BoxerError {
  declare readonly hint?: string;
  readonly place: DockerfilePlace | undefined;

  constructor(
    readonly code: DockerfileErrorCode,
    message: string,
    options: {
      readonly place?: DockerfilePlace | undefined;
      readonly hint?: string | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.place = options.place;
    if (options.hint !== undefined) this.hint = options.hint;
  }

  /** Name of the Dockerfile, when the place is known. */
  get file(): string | undefined {
    return this.place?.file;
  }

  /** First line of the instruction at fault, counted from 1. */
  get line(): number | undefined {
    return this.place?.range.start.line;
  }

  /** First column of the instruction at fault, counted from 1. */
  get column(): number | undefined {
    return this.place?.range.start.column;
  }
}

/**
 * Runs `action`; a {@link DockerfileError} without a place leaves with this one.
 *
 * @param prefix - put before the message of errors that had no place yet
 */
export function located<T>(place: DockerfilePlace, action: () => T, prefix = ''): T {
  try {
    return action();
  } catch (error) {
    throw withPlace(error, place, prefix);
  }
}

/** @returns the error with a place, or the error itself when it is not ours or has one */
export function withPlace(error: unknown, place: DockerfilePlace, prefix = ''): unknown {
  if (!(error instanceof DockerfileError) || error.place !== undefined) return error;
  return new DockerfileError(error.code, prefix + error.message, { place, hint: error.hint, cause: error });
}
