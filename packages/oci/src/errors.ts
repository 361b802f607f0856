import { BoxerError, type Digest } from '@boxer/foundation';

/** Text that should name an image does not follow the grammar. */
export class InvalidReferenceError extends BoxerError {
  readonly code = 'OCI_INVALID_REFERENCE';

  constructor(
    readonly reference: string,
    why: string,
  ) {
    super(`Cannot parse image reference ${JSON.stringify(reference)}: ${why}`);
  }
}

/** A blob's bytes do not hash to the digest that named it. Never retried. */
export class DigestMismatchError extends BoxerError {
  readonly code = 'OCI_DIGEST_MISMATCH';
  override readonly hint = 'Delete the blob from the layer store and pull the image again.';

  constructor(
    readonly expected: Digest,
    readonly actual: Digest,
  ) {
    super(`Cannot verify blob ${expected}: its content hashes to ${actual}`);
  }
}

/** A blob is longer or shorter than its descriptor says. Never retried. */
export class SizeMismatchError extends BoxerError {
  readonly code = 'OCI_SIZE_MISMATCH';

  /** @param actual - length that was seen; at least this when it is too long */
  constructor(
    readonly digest: Digest,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(
      `Cannot verify blob ${digest}: it has ${actual > expected ? 'at least ' : ''}${actual} bytes instead of ${expected}`,
    );
  }
}

/** A blob is not in the store. */
export class BlobNotFoundError extends BoxerError {
  readonly code = 'OCI_BLOB_NOT_FOUND';
  override readonly hint = 'Pull the image again.';

  constructor(
    readonly digest: Digest,
    options?: { cause?: unknown },
  ) {
    super(`Cannot read blob ${digest}: it is not in the store`, options);
  }
}

/** A manifest, index or image config breaks its schema. */
export class InvalidManifestError extends BoxerError {
  readonly code = 'OCI_INVALID_MANIFEST';

  constructor(what: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot read ${what}: ${why}`, options);
  }
}

/** A manifest or layer is well formed, but of a kind that Boxer does not handle. */
export class UnsupportedManifestError extends BoxerError {
  readonly code = 'OCI_UNSUPPORTED_MANIFEST';

  constructor(what: string, why: string) {
    super(`Cannot use ${what}: ${why}`);
  }
}

/** An image exists, but not for the wanted platform. */
export class PlatformNotFoundError extends BoxerError {
  readonly code = 'OCI_PLATFORM_NOT_FOUND';

  constructor(
    what: string,
    readonly wanted: string,
    readonly available: readonly string[],
  ) {
    super(
      `Cannot use ${what} for ${wanted}: it is available for ${available.join(', ') || 'no platform'} only`,
    );
  }
}

/** A registry, archive or layout has no such image. */
export class ImageNotFoundError extends BoxerError {
  readonly code = 'OCI_IMAGE_NOT_FOUND';
  override readonly hint = 'Check the name and the tag of the image.';

  constructor(what: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot find image ${what}: ${why}`, options);
  }
}

/** An archive or layout is malformed, truncated, or lacks a file. */
export class InvalidArchiveError extends BoxerError {
  readonly code = 'OCI_INVALID_ARCHIVE';

  constructor(path: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot read image archive ${path}: ${why}`, options);
  }
}

/** A registry refused a request, or could not be reached after all attempts. */
export class RegistryError extends BoxerError {
  readonly code = 'OCI_REGISTRY';
  override readonly hint =
    'Check the name of the image and this machine’s connection; `boxer image load` takes images from files.';

  /** @param status - HTTP status, when there was an answer */
  constructor(
    doing: string,
    why: string,
    readonly status?: number,
    options?: { cause?: unknown },
  ) {
    super(`Cannot ${doing}: ${why}`, options);
  }
}

/** A registry wants credentials, or refuses those it got. */
export class RegistryAuthError extends BoxerError {
  readonly code = 'OCI_REGISTRY_AUTH';
  override readonly hint =
    'Log in with `docker login`, or check the name of the image: private and missing images look alike.';

  constructor(registry: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot authenticate to registry ${registry}: ${why}`, options);
  }
}

/** The Docker configuration or a credential helper is broken. */
export class CredentialsError extends BoxerError {
  readonly code = 'OCI_CREDENTIALS';

  constructor(what: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot get credentials from ${what}: ${why}`, options);
  }
}
