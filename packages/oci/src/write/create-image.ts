import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Digester, digestOf } from '@boxer/foundation';
import { type Image, openImage } from '../image.ts';
import { type Layer, StoredLayer } from '../layer.ts';
import { mediaTypes } from '../manifest/media-types.ts';
import { parseImageConfig } from '../manifest/parse-manifest.ts';
import type { BlobStore } from '../store/blob-store.ts';

/** Offset of the byte in a gzip header that names the operating system, and its value for "unknown" (RFC 1952). */
const GZIP_OS_OFFSET = 9;
const GZIP_OS_UNKNOWN = 255;

/**
 * Stores a tar stream as a layer. Equal streams give equal layers under the same version of zlib.
 *
 * @param compression - default gzip
 */
export async function storeLayer(
  store: BlobStore,
  tar: AsyncIterable<Uint8Array>,
  compression: 'gzip' | 'none' = 'gzip',
): Promise<Layer> {
  const digester = new Digester();
  async function* digested(): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of tar) {
      digester.update(chunk);
      yield chunk;
    }
  }
  const { digest, size } = await store.put(compression === 'gzip' ? gzip(digested()) : digested());
  const mediaType = compression === 'gzip' ? mediaTypes.ociLayerGzip : mediaTypes.ociLayer;
  return new StoredLayer(store, { mediaType, digest, size }, digester.digest());
}

/**
 * Makes an image of layers and a config, and stores it: config, manifest, and layers that are not yet there.
 *
 * @param config - as in the OCI image config; what it says of `rootfs` is replaced by the layers
 * @throws {@link InvalidManifestError} when the config breaks its schema
 */
export async function createImage(
  store: BlobStore,
  config: object,
  layers: readonly Layer[],
): Promise<Image> {
  const rootfs = { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) };
  const configBytes = Buffer.from(JSON.stringify({ ...config, rootfs }));
  parseImageConfig('image config', configBytes);
  for (const layer of layers) {
    const descriptor = { digest: layer.digest, size: layer.sizeBytes };
    if (!(await store.has(descriptor))) await store.put(layer.stored(), descriptor);
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, ...(await store.putWhole(configBytes)) },
    layers: layers.map(({ mediaType, digest, sizeBytes }) => ({
      mediaType: ociLayerType(mediaType),
      digest,
      size: sizeBytes,
    })),
  };
  const manifestBytes = Buffer.from(JSON.stringify(manifest));
  await store.putWhole(manifestBytes);
  return openImage(store, digestOf(manifestBytes));
}

/** An OCI manifest lists layers of a Docker image by their OCI types. */
function ociLayerType(mediaType: string): string {
  switch (mediaType) {
    case mediaTypes.dockerLayer:
      return mediaTypes.ociLayer;
    case mediaTypes.dockerLayerGzip:
      return mediaTypes.ociLayerGzip;
    default:
      return mediaType;
  }
}

async function* gzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const output = createGzip();
  const input = pipeline(Readable.from(source, { objectMode: false }), output);
  // The failure, if any, is met below while reading.
  input.catch(() => undefined);
  let position = 0;
  for await (const chunk of output as AsyncIterable<Buffer>) {
    const osAt = GZIP_OS_OFFSET - position;
    if (osAt >= 0 && osAt < chunk.byteLength) chunk[osAt] = GZIP_OS_UNKNOWN;
    position += chunk.byteLength;
    yield chunk;
  }
}
