import { Digester, digestOf } from '@boxer/foundation';
import { DigestMismatchError, SizeMismatchError, UnsupportedManifestError } from '../errors.ts';
import { mediaTypes } from '../manifest/media-types.ts';
import { parseManifest } from '../manifest/parse-manifest.ts';
import type { Descriptor } from '../manifest/schemas.ts';
import type { ImageSource } from '../source/image-source.ts';

/** Longest config of an artifact that is read. */
const CONFIG_LIMIT_BYTES = 64 * 1024 * 1024;

/** Something that is no image, stored in a layout or registry as one: a config of its own type, and files. */
export interface Artifact {
  readonly configType: string;
  readonly config: Uint8Array<ArrayBuffer>;
  readonly files: readonly ArtifactFile[];
}

/** A file on disk that becomes a blob. */
export interface ArtifactFile {
  readonly descriptor: Descriptor;
  readonly path: string;
}

/** What a manifest is made of. */
export interface EncodedArtifact {
  readonly manifest: Uint8Array<ArrayBuffer>;
  readonly manifestDescriptor: Descriptor;
  readonly configDescriptor: Descriptor;
}

/** @source OCI image-spec v1.1.0, manifest.md ("Guidelines for Artifact Usage": a config of a custom type) */
export function encodeArtifact({ configType, config, files }: Artifact): EncodedArtifact {
  const configDescriptor = { mediaType: configType, digest: digestOf(config), size: config.byteLength };
  const layers = files.map(({ descriptor }) => descriptor);
  const mediaType = mediaTypes.ociManifest;
  const manifest = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType, config: configDescriptor, layers }),
  );
  const manifestDescriptor = { mediaType, digest: digestOf(manifest), size: manifest.byteLength };
  return { manifest, manifestDescriptor, configDescriptor };
}

/** An artifact as a source has it. */
export interface FoundArtifact {
  readonly config: Buffer;
  readonly blobs: readonly Descriptor[];
}

/**
 * Reads manifest and config, verified.
 *
 * @throws {@link UnsupportedManifestError} when it is something else than an artifact of this type
 */
export async function readArtifact(
  source: ImageSource,
  configType: string,
  signal?: AbortSignal,
): Promise<FoundArtifact> {
  const { bytes, descriptor } = await source.resolve(signal);
  const actual = digestOf(bytes);
  if (actual !== descriptor.digest) throw new DigestMismatchError(descriptor.digest, actual);
  const parsed = parseManifest(source.description, bytes, descriptor.mediaType);
  if (parsed.kind === 'index' || parsed.manifest.config.mediaType !== configType) {
    throw new UnsupportedManifestError(source.description, `it is not of type ${configType}`);
  }
  const { config, layers } = parsed.manifest;
  if (config.size > CONFIG_LIMIT_BYTES)
    throw new SizeMismatchError(config.digest, CONFIG_LIMIT_BYTES, config.size);
  const chunks: Uint8Array[] = [];
  for await (const chunk of readArtifactBlob(source, config, signal)) chunks.push(chunk);
  return { config: Buffer.concat(chunks), blobs: layers };
}

/**
 * Streams a blob and verifies it.
 *
 * @throws {@link SizeMismatchError}, {@link DigestMismatchError} after the last chunk at the latest
 */
export async function* readArtifactBlob(
  source: ImageSource,
  descriptor: Descriptor,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const digester = new Digester();
  let seen = 0;
  for await (const chunk of source.blob(descriptor, 0, signal)) {
    seen += chunk.byteLength;
    if (seen > descriptor.size) throw new SizeMismatchError(descriptor.digest, descriptor.size, seen);
    digester.update(chunk);
    yield chunk;
  }
  if (seen !== descriptor.size) throw new SizeMismatchError(descriptor.digest, descriptor.size, seen);
  const actual = digester.digest();
  if (actual !== descriptor.digest) throw new DigestMismatchError(descriptor.digest, actual);
}
