import { openSync, readFileSync } from 'node:fs';
import { BoxerError } from '@boxer/foundation';

/** A file that a flag names cannot be opened. */
export class FlagFileError extends BoxerError {
  readonly code = 'CLI_FILE';
  override readonly hint = 'Check the path and its permissions.';

  constructor(flag: string, path: string, cause: unknown) {
    super(`Cannot open ${path} for ${flag}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** Reads a file that a flag names. @throws {@link FlagFileError} */
export function readFlagFile(flag: string, path: string): string {
  return opening(flag, path, () => readFileSync(path, 'utf8'));
}

/** Makes or empties a file that a flag names. @returns its descriptor. @throws {@link FlagFileError} */
export function createFlagFile(flag: string, path: string): number {
  return opening(flag, path, () => openSync(path, 'w', 0o600));
}

function opening<T>(flag: string, path: string, open: () => T): T {
  try {
    return open();
  } catch (cause) {
    throw new FlagFileError(flag, path, cause);
  }
}
