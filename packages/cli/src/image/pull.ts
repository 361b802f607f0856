import { BlobStore, findImage } from '@boxer/oci';
import { parsePlatformFlag } from './parse-platform-flag.ts';

/** Fetches an image. @returns its digest */
export async function pull(reference: string, platform: string): Promise<string> {
  const options = {
    store: await BlobStore.open(),
    platform: parsePlatformFlag(platform),
    onProgress: () => undefined,
  };
  const image = await findImage(reference, options);
  return image.descriptor.digest;
}
