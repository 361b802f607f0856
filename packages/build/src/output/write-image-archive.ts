import { stat } from 'node:fs/promises';
import { packedLayerTar } from '@boxer/fsimage';
import {
  BlobStore,
  createImage,
  type Layer,
  storeLayer,
  writeDockerArchive,
  writeOciArchive,
} from '@boxer/oci';
import type { FinishedImage, FinishedLayer } from './finish-image.ts';
import type { OutputEnvironment, WrittenOutput } from './output-environment.ts';

/**
 * Writes an image as one tar archive: an OCI layout, or what `docker load` takes. Layers go through the blob store, so
 * that those of a base are not copied.
 *
 * @returns the digest of the image's manifest
 */
export async function writeImageArchive(
  image: FinishedImage,
  form: 'oci' | 'docker',
  dest: string,
  { cacheDirectory }: OutputEnvironment,
): Promise<WrittenOutput> {
  const store = await BlobStore.open(cacheDirectory);
  const layers: Layer[] = [];
  for (const layer of image.layers) layers.push(await asOciLayer(layer, store));
  const stored = await createImage(store, image.config, layers);
  const write = form === 'oci' ? writeOciArchive : writeDockerArchive;
  await write([{ image: stored }], dest);
  return { digest: stored.descriptor.digest, sizeBytes: (await stat(dest)).size };
}

async function asOciLayer({ source }: FinishedLayer, store: BlobStore): Promise<Layer> {
  return source.kind === 'base' ? source.layer : storeLayer(store, packedLayerTar(source.packed));
}
