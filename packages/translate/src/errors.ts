import { BoxerError } from '@boxer/foundation';
import type { MalformedWasmError } from '@boxer/wasm';

/** The AssemblyScript compiler refused the support module. */
export class SupportBuildError extends BoxerError {
  readonly code = 'TRANSLATE_SUPPORT_BUILD';
  override readonly hint = 'Mend the place that the message names in packages/translate/assembly.';

  constructor(messages: string, cause: unknown) {
    super(`Cannot compile the support module: ${messages.trim()}`, { cause });
  }
}

/** A generated module is not where the build should have put it. */
export class MissingArtifactError extends BoxerError {
  readonly code = 'TRANSLATE_MISSING_ARTIFACT';
  override readonly hint = 'Run the build of @boxer/translate first.';

  constructor(path: string, cause: unknown) {
    super(`Cannot read ${path}: it has not been built`, { cause });
  }
}

/** Bytes that should be a code pack are none, or one of another version. */
export class InvalidPackError extends BoxerError {
  readonly code = 'TRANSLATE_INVALID_PACK';
  override readonly hint = 'Delete it: packs are made anew from the code they stand for.';

  constructor(override readonly cause: MalformedWasmError) {
    super(cause.message, { cause });
  }
}
