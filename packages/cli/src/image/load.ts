import { BlobStore, loadImages } from '@boxer/oci';
import { parsePlatformFlag } from './parse-platform-flag.ts';

/** Loads images. @returns a line per name, or per image without */
export async function load(path: string, platform: string, name: string | undefined): Promise<string[]> {
  const options = { store: await BlobStore.open(), platform: parsePlatformFlag(platform) };
  const loaded = await loadImages(path, options, name);
  return loaded.flatMap(({ image, names }) =>
    names.length === 0
      ? [`${image.descriptor.digest} (no name: give one with --name)`]
      : names.map((named) => `${named.name}  ${named.manifest.digest}`),
  );
}
