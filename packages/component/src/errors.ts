import { BoxerError } from '@boxer/foundation';

/** A file that is no component written by Boxer, or is damaged. */
export class ComponentInvalidError extends BoxerError {
  readonly code = 'COMPONENT_INVALID';
  override readonly hint: string;

  constructor(path: string, why: string, options?: { readonly hint?: string; readonly cause?: unknown }) {
    super(
      `Cannot read component ${path}: ${why}`,
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    this.hint = options?.hint ?? 'Build the image again; the file is damaged or was cut short.';
  }
}

/** The file could not be opened or read at all. */
export class ComponentUnreadableError extends BoxerError {
  readonly code = 'COMPONENT_UNREADABLE';
  override readonly hint = 'Check the path and its permissions.';

  constructor(path: string, cause: unknown) {
    super(`Cannot read component ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** The parts do not make a component: a wrong payload, a process module with other imports, too many slots. */
export class ComponentPartsError extends BoxerError {
  readonly code = 'COMPONENT_PARTS';

  constructor(output: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot write component ${output}: ${why}`, options);
  }
}
