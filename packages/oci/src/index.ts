export {
  type Artifact,
  type ArtifactFile,
  type FoundArtifact,
  readArtifact,
  readArtifactBlob,
} from './artifact/artifact.ts';
export { pushArtifact, writeArtifactLayout } from './artifact/write-artifact.ts';
export {
  BlobNotFoundError,
  CredentialsError,
  DigestMismatchError,
  ImageNotFoundError,
  InvalidArchiveError,
  InvalidManifestError,
  InvalidReferenceError,
  PlatformNotFoundError,
  RegistryAuthError,
  RegistryError,
  SizeMismatchError,
  UnsupportedManifestError,
} from './errors.ts';
export { type Image, openImage } from './image.ts';
export { type Layer } from './layer.ts';
export { mediaTypes } from './manifest/media-types.ts';
export { parseImageConfig } from './manifest/parse-manifest.ts';
export {
  type ContainerConfig,
  type Descriptor,
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
} from './manifest/schemas.ts';
export {
  DEFAULT_PLATFORM,
  formatPlatform,
  normalizePlatform,
  type Platform,
  platformsMatch,
} from './platform/platform.ts';
export { findImage, type LoadedImage, loadImages } from './pull/local-images.ts';
export { pullImage, type PullOptions, type PullProgress } from './pull/pull-image.ts';
export {
  DEFAULT_REGISTRY,
  formatFamiliarReference,
  formatReference,
  parseReference,
  type Reference,
} from './reference/reference.ts';
export { type CredentialProvider, type Credentials, dockerCredentials } from './registry/credentials.ts';
export { type RegistryOptions, registrySource } from './registry/registry-source.ts';
export { type ImageSource, type ServedManifest } from './source/image-source.ts';
export { listLocalImages, type LocalImageName, openLocalSource } from './source/open-local-source.ts';
export { BlobStore } from './store/blob-store.ts';
export { type BlobDescriptor, BlobWriter } from './store/blob-writer.ts';
export { ImageNames, type NamedImage } from './store/image-names.ts';
export { validateImage } from './validate-image.ts';
export { createImage, storeLayer } from './write/create-image.ts';
export { type ImageToWrite } from './write/oci-layout-files.ts';
export { writeDockerArchive, writeOciArchive, writeOciLayout } from './write/write-images.ts';
