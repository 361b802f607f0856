import { isDigest } from '@boxer/foundation';
import {
  BlobStore,
  ImageNames,
  type ImageToWrite,
  openImage,
  writeDockerArchive,
  writeOciArchive,
} from '@boxer/oci';
import type { ArchiveForm } from './archive-forms.ts';
import { NoSuchImageError } from './no-such-image-error.ts';

/**
 * Writes images of the store into one archive, which appears whole.
 *
 * @param references - names, as `boxer image ls` shows them, or digests, as `boxer image pull` does
 * @throws {@link NoSuchImageError}
 */
export async function save(references: readonly string[], output: string, form: ArchiveForm): Promise<void> {
  const store = await BlobStore.open();
  const images: ImageToWrite[] = [];
  for (const reference of references) images.push(await imageOf(store, reference));
  await (form === 'docker' ? writeDockerArchive : writeOciArchive)(images, output);
}

async function imageOf(store: BlobStore, reference: string): Promise<ImageToWrite> {
  if (isDigest(reference)) return { image: await openImage(store, reference) };
  const named = await new ImageNames(store).get(reference);
  if (named === undefined) throw new NoSuchImageError('save', reference);
  return { image: await openImage(store, named.manifest.digest), name: named.name };
}
