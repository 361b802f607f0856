import { type Digest, digestOf, isDigest } from '@boxer/foundation';
import { ImageNotFoundError, InvalidArchiveError } from '../errors.ts';
import { MANIFEST_LIMIT_BYTES } from '../image.ts';
import { mediaTypes } from '../manifest/media-types.ts';
import { parseJson, validate } from '../manifest/parse-manifest.ts';
import { type Descriptor, type ImageIndex, indexSchema, ociLayoutSchema } from '../manifest/schemas.ts';
import { formatFamiliarReference, formatReference, parseReference } from '../reference/reference.ts';
import type { ImageFiles } from './image-files.ts';
import type { ImageSource, ServedManifest } from './image-source.ts';
import { readSmallFile } from './read-small-file.ts';

const INDEX_FILE = 'index.json';
const LAYOUT_FILE = 'oci-layout';
const TAG_ANNOTATION = 'org.opencontainers.image.ref.name';
const NAME_ANNOTATION = 'io.containerd.image.name';

/** @returns whether the files are an OCI image layout */
export async function isOciLayout(files: ImageFiles): Promise<boolean> {
  return (await files.sizeOf(LAYOUT_FILE)) !== undefined && (await files.sizeOf(INDEX_FILE)) !== undefined;
}

/**
 * An image of an OCI image layout.
 *
 * @param selector - tag, name or digest; may be left out when the layout holds one image, for one platform or many
 * @source OCI image-spec v1.1.0, image-layout.md
 */
export function ociLayoutSource(files: ImageFiles, selector?: string): ImageSource {
  return {
    description: selector === undefined ? files.description : `${files.description}:${selector}`,
    async resolve() {
      await checkLayoutFile(files);
      const bytes = await readSmallFile(files, INDEX_FILE, MANIFEST_LIMIT_BYTES);
      const index = validate(`${files.description}/${INDEX_FILE}`, indexSchema, parseJson(INDEX_FILE, bytes));
      const chosen = await chooseManifests(files, index, selector);
      const [only] = chosen;
      if (only !== undefined && chosen.length === 1) return readManifest(files, only);
      return serveIndex(chosen);
    },
    manifest: (descriptor) => readManifest(files, descriptor),
    blob: (descriptor, offset) => files.read(blobName(descriptor.digest), offset),
    close: () => files.close(),
  };
}

/** Names of the images in a layout: complete where they are, plain tags otherwise. */
export async function listOciLayout(
  files: ImageFiles,
): Promise<{ name: string | undefined; descriptor: Descriptor }[]> {
  await checkLayoutFile(files);
  const bytes = await readSmallFile(files, INDEX_FILE, MANIFEST_LIMIT_BYTES);
  const index = validate(`${files.description}/${INDEX_FILE}`, indexSchema, parseJson(INDEX_FILE, bytes));
  return index.manifests.map((descriptor) => ({
    name: descriptor.annotations?.[NAME_ANNOTATION] ?? descriptor.annotations?.[TAG_ANNOTATION],
    descriptor,
  }));
}

async function checkLayoutFile(files: ImageFiles): Promise<void> {
  const layout = validate(
    LAYOUT_FILE,
    ociLayoutSchema,
    parseJson(LAYOUT_FILE, await readSmallFile(files, LAYOUT_FILE, 4096)),
  );
  if (layout.imageLayoutVersion !== '1.0.0') {
    throw new InvalidArchiveError(
      files.description,
      `layout version ${layout.imageLayoutVersion} is not supported`,
    );
  }
}

async function chooseManifests(
  files: ImageFiles,
  { manifests }: ImageIndex,
  selector: string | undefined,
): Promise<Descriptor[]> {
  if (selector === undefined) return onlyImage(files.description, manifests);
  const chosen = manifests.filter((descriptor) => isSelected(descriptor, selector));
  if (chosen.length > 0) return chosen;
  // A digest may name a manifest that only an index of the layout lists.
  const size = isDigest(selector) ? await files.sizeOf(blobName(selector)) : undefined;
  if (isDigest(selector) && size !== undefined) {
    return [{ mediaType: mediaTypes.ociManifest, digest: selector, size }];
  }
  throw new ImageNotFoundError(selector, `${files.description} does not hold it`);
}

function onlyImage(description: string, manifests: Descriptor[]): Descriptor[] {
  const names = new Set(manifests.map((descriptor) => descriptor.annotations?.[TAG_ANNOTATION]));
  if (manifests.length === 0) throw new ImageNotFoundError(description, 'the layout is empty');
  if (names.size > 1) {
    const tags = [...names].map((name) => name ?? '(none)').join(', ');
    throw new ImageNotFoundError(description, `it holds several images, so a tag must be given: ${tags}`);
  }
  return manifests;
}

function isSelected({ digest, annotations }: Descriptor, selector: string): boolean {
  if (isDigest(selector)) return digest === selector;
  const names = [annotations?.[TAG_ANNOTATION], annotations?.[NAME_ANNOTATION]];
  return namesOf(selector).some((name) => names.includes(name));
}

/** A selector as it is, and the forms in which tools write it down. */
function namesOf(selector: string): string[] {
  try {
    const reference = parseReference(selector);
    return [selector, formatReference(reference), formatFamiliarReference(reference)];
  } catch {
    return [selector];
  }
}

async function readManifest(files: ImageFiles, descriptor: Descriptor): Promise<ServedManifest> {
  return { descriptor, bytes: await readSmallFile(files, blobName(descriptor.digest), MANIFEST_LIMIT_BYTES) };
}

/** Several manifests of one name are one image for several platforms. */
function serveIndex(manifests: readonly Descriptor[]): ServedManifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }));
  return {
    descriptor: { mediaType: mediaTypes.ociIndex, digest: digestOf(bytes), size: bytes.byteLength },
    bytes,
  };
}

export function blobName(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}
