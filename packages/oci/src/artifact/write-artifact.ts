import { openAsBlob } from 'node:fs';
import { copyFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, makeDirectories, replaceFile } from '@boxer/foundation';
import { mediaTypes } from '../manifest/media-types.ts';
import type { Reference } from '../reference/reference.ts';
import { type RegistryOptions, repositoryClient } from '../registry/registry-source.ts';
import { blobName } from '../source/oci-layout-source.ts';
import { type Artifact, encodeArtifact } from './artifact.ts';

/**
 * Writes an artifact into a directory as an OCI layout, whose only manifest it becomes. Blobs that are there already are
 * left alone, and so are those of earlier artifacts. The index is written last.
 *
 * @returns the digest of the manifest
 */
export async function writeArtifactLayout(
  artifact: Artifact,
  directory: string,
  tag: string,
  signal?: AbortSignal,
): Promise<Digest> {
  const { manifest, manifestDescriptor, configDescriptor } = encodeArtifact(artifact);
  makeDirectories(join(directory, 'blobs', 'sha256'));
  for (const { descriptor, path } of artifact.files) {
    signal?.throwIfAborted();
    const target = join(directory, blobName(descriptor.digest));
    const known = await stat(target).catch(() => undefined);
    if (known?.size !== descriptor.size) await replaceFile(target, (temporary) => copyFile(path, temporary));
  }
  const write = (name: string, bytes: Uint8Array | string) =>
    replaceFile(join(directory, name), (temporary) => writeFile(temporary, bytes, { flag: 'wx' }));
  await write(blobName(configDescriptor.digest), artifact.config);
  await write(blobName(manifestDescriptor.digest), manifest);
  await write('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  const manifests = [{ ...manifestDescriptor, annotations }];
  await write('index.json', JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }));
  return manifestDescriptor.digest;
}

/**
 * Stores an artifact in a registry. Blobs that are there already are not sent.
 *
 * @returns the digest of the manifest
 * @throws RegistryError, RegistryAuthError
 */
export async function pushArtifact(
  artifact: Artifact,
  reference: Reference,
  options: RegistryOptions = {},
  signal?: AbortSignal,
): Promise<Digest> {
  const client = repositoryClient(reference, options);
  const { manifest, manifestDescriptor, configDescriptor } = encodeArtifact(artifact);
  for (const { descriptor, path } of artifact.files)
    await client.pushBlob(descriptor, await openAsBlob(path), signal);
  await client.pushBlob(configDescriptor, new Blob([artifact.config]), signal);
  const { mediaType, digest } = manifestDescriptor;
  await client.pushManifest(reference.tag ?? 'latest', mediaType, manifest, signal);
  return digest;
}
