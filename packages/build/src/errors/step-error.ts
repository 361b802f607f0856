import { BoxerError, type SourceRange } from '@boxer/foundation';

/** Where a step stands. */
export interface StepPlace {
  readonly file: string;
  readonly range: SourceRange;
}

/** A step of the Dockerfile failed; carries the place, and code and hint of what happened. */
export class StepError extends BoxerError {
  readonly code: string;
  declare readonly hint?: string;

  constructor(
    readonly place: StepPlace,
    override readonly cause: BoxerError,
  ) {
    super(cause.message, { cause });
    this.code = cause.code;
    if (cause.hint !== undefined) this.hint = cause.hint;
  }

  get file(): string {
    return this.place.file;
  }

  get line(): number {
    return this.place.range.start.line;
  }
}

/** Runs a step; an error that Boxer anticipates leaves with the step's place. */
export async function atStep<T>(place: StepPlace, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof BoxerError) || 'place' in error) throw error;
    throw new StepError(place, error);
  }
}
