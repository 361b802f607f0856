import { stat } from 'node:fs/promises';
import { InvalidArchiveError } from '../errors.ts';
import { openArchiveFiles } from './archive-files.ts';
import { openDirectoryFiles } from './directory-files.ts';
import { dockerArchiveSource, listDockerArchive } from './docker-archive-source.ts';
import type { ImageFiles } from './image-files.ts';
import type { ImageSource } from './image-source.ts';
import { isOciLayout, listOciLayout, ociLayoutSource } from './oci-layout-source.ts';

/**
 * Opens an image on disk: an OCI layout (directory or tar), or an archive of `docker save`, compressed or not.
 *
 * @param selector - tag, name or digest, when there are several
 * @throws {@link InvalidArchiveError}
 */
export async function openLocalSource(path: string, selector?: string): Promise<ImageSource> {
  const files = await openFiles(path);
  try {
    return (await isOciLayout(files))
      ? ociLayoutSource(files, selector)
      : dockerArchiveSource(files, selector);
  } catch (error) {
    await files.close();
    throw error;
  }
}

/** An image that {@link openLocalSource} finds under its selector. */
export interface LocalImageName {
  /** Undefined when the one image is found without. */
  readonly selector: string | undefined;
  /** Names that the image had where it was saved; complete or plain tags. */
  readonly names: readonly string[];
}

/** @returns what a layout or archive holds */
export async function listLocalImages(path: string): Promise<LocalImageName[]> {
  const files = await openFiles(path);
  try {
    if (await isOciLayout(files)) {
      const listed = await listOciLayout(files);
      const names = new Set(listed.map(({ name }) => name));
      return [...names].map((name) => ({ selector: name, names: name === undefined ? [] : [name] }));
    }
    return (await listDockerArchive(files)).map((names) => ({ selector: names[0], names }));
  } finally {
    await files.close();
  }
}

async function openFiles(path: string): Promise<ImageFiles> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new InvalidArchiveError(path, 'there is no such file', { cause });
  });
  return found.isDirectory() ? openDirectoryFiles(path) : openArchiveFiles(path);
}
