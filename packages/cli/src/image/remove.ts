import { BoxerError } from '@boxer/foundation';
import { BlobStore, ImageNames } from '@boxer/oci';

/** Nobody loaded an image under that name. */
export class NoSuchImageError extends BoxerError {
  readonly code = 'CLI_NO_SUCH_IMAGE';
  override readonly hint = 'See boxer image ls for the images that were loaded.';

  constructor(reference: string) {
    super(`Cannot remove ${reference}: there is no such image`);
  }
}

/** @throws {@link NoSuchImageError} */
export async function remove(reference: string): Promise<void> {
  if (!(await new ImageNames(await BlobStore.open()).remove(reference)))
    throw new NoSuchImageError(reference);
}
