import { BlobStore, ImageNames } from '@boxer/oci';
import { NoSuchImageError } from './no-such-image-error.ts';

/** @throws {@link NoSuchImageError} */
export async function remove(reference: string): Promise<void> {
  if (!(await new ImageNames(await BlobStore.open()).remove(reference)))
    throw new NoSuchImageError('remove', reference);
}
