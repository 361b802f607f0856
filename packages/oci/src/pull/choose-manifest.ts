import { digestOf } from '@boxer/foundation';
import {
  DigestMismatchError,
  InvalidManifestError,
  PlatformNotFoundError,
  SizeMismatchError,
} from '../errors.ts';
import { parseManifest } from '../manifest/parse-manifest.ts';
import type { Descriptor, ImageManifest } from '../manifest/schemas.ts';
import { formatPlatform, type Platform, platformsMatch } from '../platform/platform.ts';
import type { ImageSource, ServedManifest } from '../source/image-source.ts';

/** An index of indexes of indexes is someone's joke. */
const NESTING_LIMIT = 4;

/** The manifest of one image for one platform. */
export interface ChosenManifest {
  readonly served: ServedManifest;
  readonly manifest: ImageManifest;
}

/** What is done with manifests on the way. */
export interface ManifestVisitor {
  /** Tells the platform of a manifest by its image config: an index may be wrong about it, or silent. */
  readonly platformOf: (manifest: ImageManifest) => Promise<Platform>;
  readonly onIndex: (served: ServedManifest) => Promise<void>;
}

/**
 * Finds the manifest for a platform: what the source's name stands for, or what an index there lists. Manifests of an
 * index whose platform is unknown are looked into last.
 *
 * @throws {@link PlatformNotFoundError} naming what there is
 * @source OCI image-spec v1.1.0, image-index.md: "the first matching entry SHOULD be used"
 */
export async function chooseManifest(
  source: ImageSource,
  platform: Platform,
  { platformOf, onIndex }: ManifestVisitor,
  signal?: AbortSignal,
): Promise<ChosenManifest> {
  const available = new Set<string>();

  const look = async (served: ServedManifest, depth: number): Promise<ChosenManifest | undefined> => {
    const parsed = parseManifest(source.description, served.bytes, served.descriptor.mediaType);
    if (parsed.kind === 'manifest') {
      const own = await platformOf(parsed.manifest);
      available.add(formatPlatform(own));
      const { digest, size } = served.descriptor;
      const descriptor = { mediaType: parsed.mediaType, digest, size };
      return platformsMatch(platform, own)
        ? { served: { ...served, descriptor }, manifest: parsed.manifest }
        : undefined;
    }
    await onIndex(served);
    if (depth >= NESTING_LIMIT)
      throw new InvalidManifestError(source.description, 'its indexes are nested too deeply');
    for (const descriptor of candidates(parsed.index.manifests, platform, available)) {
      const found = await look(await fetchVerified(source, descriptor, signal), depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const found = await look(verified(await source.resolve(signal)), 0);
  if (found === undefined) {
    throw new PlatformNotFoundError(source.description, formatPlatform(platform), [...available].sort());
  }
  return found;
}

/** Attestations, which BuildKit lists beside the images that they describe, are not images. */
function candidates(
  manifests: readonly Descriptor[],
  wanted: Platform,
  available: Set<string>,
): Descriptor[] {
  const images = manifests.filter(
    ({ annotations, platform, artifactType }) =>
      annotations?.['vnd.docker.reference.type'] === undefined &&
      platform?.os !== 'unknown' &&
      artifactType === undefined,
  );
  for (const { platform } of images) if (platform !== undefined) available.add(formatPlatform(platform));
  const known = images.filter(({ platform }) => platform !== undefined && platformsMatch(wanted, platform));
  return [...known, ...images.filter(({ platform }) => platform === undefined)];
}

async function fetchVerified(
  source: ImageSource,
  descriptor: Descriptor,
  signal?: AbortSignal,
): Promise<ServedManifest> {
  const { bytes } = await source.manifest(descriptor, signal);
  return verified({ descriptor, bytes });
}

/** @throws {@link SizeMismatchError}, {@link DigestMismatchError} */
function verified(served: ServedManifest): ServedManifest {
  const { digest, size } = served.descriptor;
  if (served.bytes.byteLength !== size) throw new SizeMismatchError(digest, size, served.bytes.byteLength);
  const actual = digestOf(served.bytes);
  if (actual !== digest) throw new DigestMismatchError(digest, actual);
  return served;
}
