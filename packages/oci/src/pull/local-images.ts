import { BlobNotFoundError } from '../errors.ts';
import { type Image, openImage } from '../image.ts';
import { DEFAULT_PLATFORM, platformsMatch } from '../platform/platform.ts';
import { parseReference } from '../reference/reference.ts';
import { listLocalImages, openLocalSource } from '../source/open-local-source.ts';
import { storeSource } from '../source/store-source.ts';
import { ImageNames, type NamedImage } from '../store/image-names.ts';
import { type PullOptions, pullImage } from './pull-image.ts';

export interface LoadedImage {
  readonly image: Image;
  /** Names that it got; none for an image without. */
  readonly names: readonly NamedImage[];
}

/**
 * Loads every image of an archive or layout into the store, and names them as they were named there.
 *
 * @param path - archive of `docker save`, OCI layout, or tar of one
 * @param name - name to give instead, for an archive of one image
 */
export async function loadImages(
  path: string,
  options: Omit<PullOptions, 'source'>,
  name?: string,
): Promise<LoadedImage[]> {
  const imageNames = new ImageNames(options.store);
  const loaded: LoadedImage[] = [];
  const found = name === undefined ? await listLocalImages(path) : [{ selector: undefined, names: [name] }];
  for (const { selector, names } of found) {
    const source = await openLocalSource(path, selector);
    try {
      const image = await pullImage(selector ?? path, { ...options, source });
      const given = names.filter((each) => name !== undefined || isFullName(each));
      loaded.push({
        image,
        names: await Promise.all(given.map((each) => imageNames.set(each, image.descriptor))),
      });
    } finally {
      await source.close();
    }
  }
  return loaded;
}

/**
 * Finds the image that FROM names: one that was loaded under that name for the platform; one that its digest names, when
 * all of it is stored; else one of a registry.
 *
 * @throws as {@link pullImage} does
 */
export async function findImage(reference: string, options: PullOptions): Promise<Image> {
  const named = await new ImageNames(options.store).get(reference);
  if (named !== undefined) {
    const image = await openImage(options.store, named.manifest.digest);
    if (platformsMatch(options.platform ?? DEFAULT_PLATFORM, image.config)) return image;
    options.logger?.info(`The loaded image ${reference} is for another platform; asking the registry`);
  }
  return (await findByDigest(reference, options)) ?? pullImage(reference, options);
}

/** What a digest names never changes, so the registry need not be asked again. */
async function findByDigest(reference: string, options: PullOptions): Promise<Image | undefined> {
  const { digest } = parseReference(reference);
  if (digest === undefined || options.source !== undefined) return undefined;
  try {
    return await pullImage(reference, { ...options, source: storeSource(options.store, digest) });
  } catch (error) {
    if (error instanceof BlobNotFoundError) return undefined;
    throw error;
  }
}

/** Layouts often hold a plain tag, such as `latest`, which names no image. */
function isFullName(name: string): boolean {
  try {
    parseReference(name);
    return /[:/@]/.test(name);
  } catch {
    return false;
  }
}
