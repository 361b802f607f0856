import type { Digest } from '@boxer/foundation';
import { MANIFEST_LIMIT_BYTES } from '../image.ts';
import { mediaTypes } from '../manifest/media-types.ts';
import { parseManifest } from '../manifest/parse-manifest.ts';
import type { BlobStore } from '../store/blob-store.ts';
import type { ImageSource, ServedManifest } from './image-source.ts';

/**
 * An image whose blobs were stored before. What is missing is a {@link BlobNotFoundError}.
 *
 * @param digest - of its manifest, or of an index
 */
export function storeSource(store: BlobStore, digest: Digest): ImageSource {
  const read = async (wanted: Digest): Promise<ServedManifest> => {
    const bytes = await store.readWhole(wanted, MANIFEST_LIMIT_BYTES);
    const parsed = parseManifest(`manifest ${wanted}`, bytes, mediaTypes.ociManifest);
    return { descriptor: { mediaType: parsed.mediaType, digest: wanted, size: bytes.byteLength }, bytes };
  };
  return {
    description: `${digest} in the store`,
    resolve: () => read(digest),
    manifest: (descriptor) => read(descriptor.digest),
    async *blob(descriptor, offset, signal) {
      let skip = offset;
      for await (const chunk of store.read(descriptor.digest, signal)) {
        yield chunk.subarray(skip);
        skip = Math.max(skip - chunk.byteLength, 0);
      }
    },
    close: async () => undefined,
  };
}
