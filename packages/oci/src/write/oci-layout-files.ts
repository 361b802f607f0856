import type { Image } from '../image.ts';
import { mediaTypes } from '../manifest/media-types.ts';
import { formatReference, parseReference } from '../reference/reference.ts';
import { blobName } from '../source/oci-layout-source.ts';
import { bytesFile, jsonFile, type OutputFile } from './output-file.ts';

/** An image to be written, under a name when it has one. */
export interface ImageToWrite {
  readonly image: Image;
  /** Reference, as in `boxer build -t`. */
  readonly name?: string;
}

/**
 * The files of an OCI image layout, blobs sorted by digest and the index last, so that what is unfinished has none.
 *
 * @source OCI image-spec v1.1.0, image-layout.md
 */
export function ociLayoutFiles(images: readonly ImageToWrite[]): OutputFile[] {
  const blobs = new Map<string, OutputFile>();
  for (const { image } of images) {
    for (const file of imageBlobs(image)) blobs.set(file.name, file);
  }
  const sorted = [...blobs.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  return [
    jsonFile('oci-layout', { imageLayoutVersion: '1.0.0' }),
    ...sorted,
    jsonFile('index.json', {
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      manifests: images.map(describeImage),
    }),
  ];
}

function imageBlobs({ descriptor, manifest, manifestBytes, configBytes, layers }: Image): OutputFile[] {
  return [
    bytesFile(blobName(descriptor.digest), manifestBytes),
    bytesFile(blobName(manifest.config.digest), configBytes),
    ...layers.map((layer) => ({
      name: blobName(layer.digest),
      sizeBytes: layer.sizeBytes,
      chunks: () => layer.stored(),
    })),
  ];
}

function describeImage({ image, name }: ImageToWrite): object {
  const { os, architecture, variant } = image.config;
  const { mediaType, digest, size } = image.descriptor;
  const platform = { architecture, os, ...(variant === undefined ? {} : { variant }) };
  return {
    mediaType,
    digest,
    size,
    ...(name === undefined ? {} : { annotations: annotate(name) }),
    platform,
  };
}

/** Both forms: image-spec's plain tag, which skopeo reads, and the complete name, which containerd and Docker read. */
function annotate(name: string): Record<string, string> {
  const reference = parseReference(name);
  const tag = reference.tag === undefined ? {} : { 'org.opencontainers.image.ref.name': reference.tag };
  return { 'io.containerd.image.name': formatReference(reference), ...tag };
}
