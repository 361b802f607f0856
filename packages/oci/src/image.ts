import type { Digest } from '@boxer/foundation';
import { InvalidManifestError, UnsupportedManifestError } from './errors.ts';
import { type Layer, StoredLayer } from './layer.ts';
import { configTypes, isLayerType } from './manifest/media-types.ts';
import { parseImageConfig, parseManifest } from './manifest/parse-manifest.ts';
import type { Descriptor, ImageConfig, ImageManifest } from './manifest/schemas.ts';
import type { BlobStore } from './store/blob-store.ts';

/** Longest manifest and image config that are read. @source OCI distribution-spec v1.1.0: 4 MiB for manifests */
export const MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024;
export const CONFIG_LIMIT_BYTES = 8 * 1024 * 1024;

/** One image for one platform, all of it in a store. */
export interface Image {
  /** Descriptor of the manifest; its digest names the image. */
  readonly descriptor: Descriptor;
  readonly manifest: ImageManifest;
  readonly manifestBytes: Uint8Array;
  readonly config: ImageConfig;
  readonly configBytes: Uint8Array;
  /** Lowest first. */
  readonly layers: readonly Layer[];
}

/**
 * Opens an image whose blobs are in the store.
 *
 * @throws {@link BlobNotFoundError}, {@link InvalidManifestError}, {@link UnsupportedManifestError}
 */
export async function openImage(store: BlobStore, digest: Digest): Promise<Image> {
  const manifestBytes = await store.readWhole(digest, MANIFEST_LIMIT_BYTES);
  const parsed = parseManifest(`manifest ${digest}`, manifestBytes);
  if (parsed.kind === 'index')
    throw new UnsupportedManifestError(`manifest ${digest}`, 'it is an index of several images');
  const { manifest, mediaType } = parsed;
  checkManifest(digest, manifest);
  const configBytes = await store.readWhole(manifest.config.digest, CONFIG_LIMIT_BYTES);
  const config = parseImageConfig(`image config ${manifest.config.digest}`, configBytes);
  const layers = pairLayers(digest, manifest, config).map(
    ({ descriptor, diffId }) => new StoredLayer(store, descriptor, diffId),
  );
  const descriptor = { mediaType, digest, size: manifestBytes.byteLength };
  return { descriptor, manifest, manifestBytes, config, configBytes, layers };
}

/** @throws {@link UnsupportedManifestError} when the manifest is that of an artifact, or has layers that are no tars */
export function checkManifest(digest: Digest, { config, layers }: ImageManifest): void {
  const what = `manifest ${digest}`;
  if (!configTypes.includes(config.mediaType)) {
    throw new UnsupportedManifestError(
      what,
      `it is no container image: its config is of type ${config.mediaType}`,
    );
  }
  const other = layers.find(({ mediaType }) => !isLayerType(mediaType));
  if (other !== undefined)
    throw new UnsupportedManifestError(what, `layers of type ${other.mediaType} are not supported`);
}

/** Pairs each layer with its place in the config. @throws {@link InvalidManifestError} when the numbers differ */
export function pairLayers(
  digest: Digest,
  manifest: ImageManifest,
  config: ImageConfig,
): { readonly descriptor: Descriptor; readonly diffId: Digest }[] {
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) {
    const why = `it has ${manifest.layers.length} layers, but its config lists ${diffIds.length}`;
    throw new InvalidManifestError(`manifest ${digest}`, why);
  }
  return manifest.layers.flatMap((descriptor, index) => {
    const diffId = diffIds[index];
    return diffId === undefined ? [] : [{ descriptor, diffId }];
  });
}
