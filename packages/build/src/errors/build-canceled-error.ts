import { BoxerError } from '@boxer/foundation';

/** Something was under way when another part of the build failed. Never the error of a build. */
export class BuildCanceledError extends BoxerError {
  readonly code = 'BUILD_CANCELED';

  constructor() {
    super('Cannot go on: another step failed');
  }
}
