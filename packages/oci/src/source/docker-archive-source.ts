import { Digester, digestOf } from '@boxer/foundation';
import { detectCompression } from '@boxer/archive';
import { ImageNotFoundError, InvalidArchiveError } from '../errors.ts';
import { CONFIG_LIMIT_BYTES, MANIFEST_LIMIT_BYTES } from '../image.ts';
import { mediaTypes } from '../manifest/media-types.ts';
import { parseImageConfig, parseJson, validate } from '../manifest/parse-manifest.ts';
import { type Descriptor, dockerArchiveSchema } from '../manifest/schemas.ts';
import { formatReference, parseReference } from '../reference/reference.ts';
import type { ImageFiles } from './image-files.ts';
import type { ImageSource, ServedManifest } from './image-source.ts';
import { readSmallFile } from './read-small-file.ts';

const MANIFEST_FILE = 'manifest.json';

/** One image of an archive. */
interface ArchivedImage {
  readonly Config: string;
  readonly RepoTags?: string[];
  readonly Layers: string[];
}

/**
 * An image of an archive as `docker save` writes it. Such archives have no manifest; one is made up from the files.
 *
 * @param selector - reference of the image; may be left out when the archive holds one
 * @source moby image/tarexport/load.go
 */
export function dockerArchiveSource(files: ImageFiles, selector?: string): ImageSource {
  const blobs = new Map<string, string>();
  return {
    description: selector === undefined ? files.description : `${selector} in ${files.description}`,
    async resolve() {
      const image = chooseImage(files.description, await readImages(files), selector);
      return makeManifest(files, image, blobs);
    },
    manifest: async () => {
      throw new InvalidArchiveError(files.description, 'it holds no index');
    },
    blob(descriptor, offset) {
      const name = blobs.get(descriptor.digest);
      if (name === undefined)
        throw new InvalidArchiveError(files.description, `there is no blob ${descriptor.digest}`);
      return files.read(name, offset);
    },
    close: () => files.close(),
  };
}

/** @returns the names of each image in the archive */
export async function listDockerArchive(files: ImageFiles): Promise<string[][]> {
  return (await readImages(files)).map((image) => image.RepoTags ?? []);
}

async function readImages(files: ImageFiles): Promise<ArchivedImage[]> {
  if ((await files.sizeOf(MANIFEST_FILE)) === undefined) {
    throw new InvalidArchiveError(
      files.description,
      'it is neither an OCI layout nor written by `docker save`',
    );
  }
  const bytes = await readSmallFile(files, MANIFEST_FILE, MANIFEST_LIMIT_BYTES);
  return validate(
    `${files.description}/${MANIFEST_FILE}`,
    dockerArchiveSchema,
    parseJson(MANIFEST_FILE, bytes),
  );
}

function chooseImage(
  description: string,
  images: readonly ArchivedImage[],
  selector: string | undefined,
): ArchivedImage {
  const tags = images.flatMap((image) => image.RepoTags ?? []).join(', ');
  if (selector === undefined) {
    const [only, ...others] = images;
    if (only === undefined) throw new ImageNotFoundError(description, 'the archive is empty');
    if (others.length > 0)
      throw new ImageNotFoundError(description, `it holds several images, so one must be named: ${tags}`);
    return only;
  }
  const wanted = formatReference(parseReference(selector));
  const found = images.find((image) =>
    image.RepoTags?.some((tag) => formatReference(parseReference(tag)) === wanted),
  );
  if (found === undefined)
    throw new ImageNotFoundError(selector, `${description} holds only ${tags || 'images without names'}`);
  return found;
}

/** @param blobs - takes the file of each digest */
async function makeManifest(
  files: ImageFiles,
  image: ArchivedImage,
  blobs: Map<string, string>,
): Promise<ServedManifest> {
  const configBytes = await readSmallFile(files, image.Config, CONFIG_LIMIT_BYTES);
  const config = parseImageConfig(`${files.description}/${image.Config}`, configBytes);
  const configDigest = digestOf(configBytes);
  blobs.set(configDigest, image.Config);
  const layers: Descriptor[] = [];
  for (const [index, name] of image.Layers.entries()) {
    const layer = await describeLayer(files, name, config.rootfs.diff_ids[index]);
    blobs.set(layer.digest, name);
    layers.push(layer);
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.dockerManifest,
    config: { mediaType: mediaTypes.dockerConfig, digest: configDigest, size: configBytes.byteLength },
    layers,
  };
  const bytes = Buffer.from(JSON.stringify(manifest));
  return {
    descriptor: { mediaType: manifest.mediaType, digest: digestOf(bytes), size: bytes.byteLength },
    bytes,
  };
}

/** Plain layers are named by the config, and verified when they are stored; compressed ones must be read. */
async function describeLayer(
  files: ImageFiles,
  name: string,
  diffId: Descriptor['digest'] | undefined,
): Promise<Descriptor> {
  const size = await files.sizeOf(name);
  if (size === undefined) throw new InvalidArchiveError(files.description, `there is no ${name}`);
  const digester = new Digester();
  let isFirst = true;
  for await (const chunk of files.read(name)) {
    if (isFirst && diffId !== undefined && detectCompression(chunk) === 'none') {
      return { mediaType: mediaTypes.dockerLayer, digest: diffId, size };
    }
    isFirst = false;
    digester.update(chunk);
  }
  return { mediaType: mediaTypes.dockerLayerGzip, digest: digester.digest(), size };
}
