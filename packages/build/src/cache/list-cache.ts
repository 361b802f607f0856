import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isAlive } from '@boxer/foundation';
import { BlobStore, ImageNames, openImage } from '@boxer/oci';
import { oldestBuildStart } from './active-builds.ts';
import { type CacheEntry, type CacheEntryType, cacheEntryTypes, PACKS_DIRECTORY } from './cache-entry.ts';
import { StepCache } from './step-cache.ts';

/** How entries of each type are named by their files; files of other names are no entries. */
const idOf: Readonly<Record<CacheEntryType, (file: string) => string | undefined>> = {
  layer: (file) => digestIn(/^([0-9a-f]{64})\.layer$/, file),
  mount: (file) => /^([0-9a-f]{64})\.tar$/.exec(file)?.[1],
  blob: (file) => digestIn(/^([0-9a-f]{64})$/, file),
  code: (file) => /^([0-9a-f]{64})(?:\.wasm)?$/.exec(file)?.[1],
};

/** Lists what the cache directory holds, least recently used first. */
export async function listCache(cacheDirectory: string): Promise<CacheEntry[]> {
  const used = await oldestBuildStart(join(cacheDirectory, 'builds'));
  const descriptions = await describeLayers(cacheDirectory);
  const loaded = await loadedBlobs(cacheDirectory);
  const entries: CacheEntry[] = [];
  for (const type of Object.keys(cacheEntryTypes) as CacheEntryType[]) {
    for (const path of await pathsOf(type, cacheDirectory)) {
      const id = idOf[type](basename(path));
      const stats = id === undefined ? undefined : await stat(path).catch(() => undefined);
      if (id === undefined || stats?.isFile() !== true) continue;
      const lastUsedMs = Math.round(stats.mtimeMs);
      entries.push({
        type,
        id,
        path,
        sizeBytes: stats.size,
        lastUsedMs,
        inUse: lastUsedMs >= used || loaded.has(id) || (type === 'mount' && (await isLocked(path))),
        description: descriptions.get(id),
      });
    }
  }
  return entries.sort((left, right) => left.lastUsedMs - right.lastUsedMs || (left.id < right.id ? -1 : 1));
}

/** Where entries of a type, and other files, lie. */
async function pathsOf(type: CacheEntryType, cacheDirectory: string): Promise<string[]> {
  const own = join(cacheDirectory, cacheEntryTypes[type].directory);
  const directories = type === 'code' ? [own, ...(await packFolders(cacheDirectory))] : [own];
  const paths = directories.map(async (directory) =>
    (await filesIn(directory)).map((file) => join(directory, file)),
  );
  return (await Promise.all(paths)).flat();
}

/** @returns folders of translated code */
export async function packFolders(cacheDirectory: string): Promise<string[]> {
  const packs = join(cacheDirectory, cacheEntryTypes.code.directory, PACKS_DIRECTORY);
  return (await filesIn(packs)).map((name) => join(packs, name));
}

/** The instruction that made a layer, by its diffId. */
async function describeLayers(cacheDirectory: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const { record } of new StepCache(join(cacheDirectory, 'steps')).all()) {
    if (record.layer !== undefined && record.description !== undefined)
      found.set(record.layer, record.description);
  }
  return found;
}

/** Blobs of images that were loaded under a name: they cannot be fetched again. */
async function loadedBlobs(cacheDirectory: string): Promise<ReadonlySet<string>> {
  const blobs = new Set<string>();
  if ((await filesIn(join(cacheDirectory, 'names'))).length === 0) return blobs;
  const store = await BlobStore.open(cacheDirectory);
  for (const { manifest } of await new ImageNames(store).list()) {
    blobs.add(manifest.digest);
    const image = await openImage(store, manifest.digest).catch(() => undefined);
    if (image === undefined) continue;
    blobs.add(image.manifest.config.digest);
    for (const { digest } of image.layers) blobs.add(digest);
  }
  return blobs;
}

/** @param path - of a cache mount's archive */
async function isLocked(path: string): Promise<boolean> {
  const owner = Number(await readFile(path.replace(/\.tar$/, '.lock'), 'utf8').catch(() => ''));
  return isAlive(owner);
}

function digestIn(pattern: RegExp, file: string): string | undefined {
  const hex = pattern.exec(file)?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

async function filesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}
