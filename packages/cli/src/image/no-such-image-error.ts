import { BoxerError } from '@boxer/foundation';

/** Nobody loaded an image under that name. */
export class NoSuchImageError extends BoxerError {
  readonly code = 'CLI_NO_SUCH_IMAGE';
  override readonly hint = 'See boxer image ls for the images that were loaded.';

  /** @param what - what cannot be done: `remove` */
  constructor(what: string, reference: string) {
    super(`Cannot ${what} ${reference}: there is no such image`);
  }
}
