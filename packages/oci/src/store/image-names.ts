import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, isErrno, makeDirectories, writeFileAtomically } from '@boxer/foundation';
import * as z from 'zod';
import { InvalidManifestError } from '../errors.ts';
import { type Descriptor, descriptorSchema } from '../manifest/schemas.ts';
import { parseJson, validate } from '../manifest/parse-manifest.ts';
import { formatReference, parseReference } from '../reference/reference.ts';
import type { BlobStore } from './blob-store.ts';

/** A name for an image of the store. */
export interface NamedImage {
  /** Complete reference: `docker.io/library/debian:latest`. */
  readonly name: string;
  /** Its manifest. */
  readonly manifest: Descriptor;
}

const nameSchema = z.object({ name: z.string(), manifest: descriptorSchema });

/**
 * Names of images that were loaded into the store. Each name is a file of its own, replaced as a whole, so processes
 * need no lock.
 *
 *     DIRECTORY/names/DIGEST-OF-NAME.json
 */
export class ImageNames {
  readonly #directory: string;

  constructor(store: BlobStore) {
    this.#directory = join(store.directory, 'names');
  }

  /** Gives an image a name, which any other image of that name loses. */
  async set(reference: string, manifest: Descriptor): Promise<NamedImage> {
    const named = { name: completeName(reference), manifest };
    makeDirectories(this.#directory);
    await writeFileAtomically(this.#pathOf(named.name), [Buffer.from(`${JSON.stringify(named)}\n`)]);
    return named;
  }

  /** @returns the image of that name, or undefined */
  async get(reference: string): Promise<NamedImage | undefined> {
    return this.#read(this.#pathOf(completeName(reference)));
  }

  /** Takes a name away; the image's blobs stay. @returns whether there was such a name */
  async remove(reference: string): Promise<boolean> {
    const path = this.#pathOf(completeName(reference));
    const existed = (await this.#read(path)) !== undefined;
    await rm(path, { force: true });
    return existed;
  }

  /** All names, sorted. */
  async list(): Promise<NamedImage[]> {
    const files = await readdir(this.#directory).catch(emptyWhenMissing);
    const named = await Promise.all(
      files.filter(isNameFile).map((file) => this.#read(join(this.#directory, file))),
    );
    return named
      .filter((image) => image !== undefined)
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  #pathOf(name: string): string {
    return join(this.#directory, `${digestOf(name).slice('sha256:'.length)}.json`);
  }

  async #read(path: string): Promise<NamedImage | undefined> {
    const bytes = await readFile(path).catch((error: unknown) => {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (bytes === undefined) return undefined;
    const named = validate(path, nameSchema, parseJson(path, bytes));
    if (!path.endsWith(this.#pathOf(named.name)))
      throw new InvalidManifestError(path, 'it is the file of another name');
    return named;
  }
}

function completeName(reference: string): string {
  return formatReference(parseReference(reference));
}

function isNameFile(file: string): boolean {
  return /^[0-9a-f]{64}\.json$/.test(file);
}

function emptyWhenMissing(error: unknown): string[] {
  if (isErrno(error, 'ENOENT')) return [];
  throw error;
}
