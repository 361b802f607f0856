import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { ImageConfig } from '@boxer/dockerfile';
import { type Digest, digestOf } from '@boxer/foundation';
import { attributes, encodeTarHeader, tarPadding, tarTrailer, writeLayerTar } from '@boxer/fsimage';
import { type WrittenFile, writeFileAtomically } from './atomic-file.ts';
import type { FinishedImage, FinishedLayer } from './finish-image.ts';
import type { OutputEnvironment } from './write-output.ts';

/** A blob of the archive: where its bytes are. */
interface Blob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly mediaType: string;
  bytes(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const OCI = 'application/vnd.oci.image';

/**
 * Writes an image as one tar archive: an OCI layout, which for `docker` also holds the `manifest.json` that
 * `docker load` reads.
 *
 * @source OCI image-spec v1.1.0, image-layout.md; moby image/spec (v1.2), "Combined Image JSON + Filesystem Changeset Format"
 */
export async function writeImageArchive(
  image: FinishedImage,
  form: 'oci' | 'docker',
  dest: string,
  environment: OutputEnvironment,
): Promise<WrittenFile> {
  const layers: Blob[] = [];
  for (const layer of image.layers) layers.push(await layerBlob(layer, environment));
  const config = jsonBlob(image.config, `${OCI}.config.v1+json`);
  const manifest = jsonBlob(
    {
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config: descriptor(config),
      layers: layers.map(descriptor),
    },
    `${OCI}.manifest.v1+json`,
  );
  const index = {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: [{ ...descriptor(manifest), platform: platformOf(image.config) }],
  };
  const files: [name: string, text: string][] = [
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
    ['index.json', JSON.stringify(index)],
  ];
  if (form === 'docker') {
    const names = {
      Config: blobPath(config.digest),
      RepoTags: null,
      Layers: layers.map(({ digest }) => blobPath(digest)),
    };
    files.push(['manifest.json', JSON.stringify([names])]);
  }
  const blobs = new Map([config, manifest, ...layers].map((blob) => [blob.digest, blob]));
  return writeFileAtomically(dest, archive(files, [...blobs.values()]));
}

async function layerBlob({ source }: FinishedLayer, { workDirectory }: OutputEnvironment): Promise<Blob> {
  if (source.kind === 'base') {
    const { digest, sizeBytes, mediaType } = source.layer;
    return { digest, sizeBytes, mediaType, bytes: () => source.layer.stored() };
  }
  const compressed = Readable.from(writeLayerTar(source.tree, source.changes), { objectMode: false }).pipe(
    createGzip(),
  );
  const file = await writeFileAtomically(
    (digest) => join(workDirectory, digest.slice(7)),
    compressed,
    workDirectory,
  );
  return { ...file, mediaType: `${OCI}.layer.v1.tar+gzip`, bytes: () => createReadStream(file.path) };
}

function jsonBlob(value: unknown, mediaType: string): Blob {
  const bytes = Buffer.from(JSON.stringify(value), 'utf8');
  return { digest: digestOf(bytes), sizeBytes: bytes.byteLength, mediaType, bytes: () => [bytes] };
}

function descriptor({ mediaType, digest, sizeBytes }: Blob) {
  return { mediaType, digest, size: sizeBytes };
}

function platformOf({ architecture, os, variant }: ImageConfig) {
  return { architecture, os, ...(variant === undefined ? {} : { variant }) };
}

function blobPath(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}

async function* archive(
  files: readonly [string, string][],
  blobs: readonly Blob[],
): AsyncGenerator<Uint8Array> {
  for (const [name, text] of files) {
    const bytes = Buffer.from(text, 'utf8');
    yield header(name, bytes.byteLength);
    yield bytes;
    yield tarPadding(bytes.byteLength);
  }
  for (const blob of blobs) {
    yield header(blobPath(blob.digest), blob.sizeBytes);
    yield* blob.bytes();
    yield tarPadding(blob.sizeBytes);
  }
  yield tarTrailer;
}

function header(name: string, sizeBytes: number): Uint8Array {
  const given = attributes({ permissions: 0o644 });
  return encodeTarHeader({
    ...given,
    type: 'file',
    name,
    linkName: '',
    sizeBytes,
    deviceMajor: 0,
    deviceMinor: 0,
  });
}
