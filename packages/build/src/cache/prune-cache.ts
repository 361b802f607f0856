import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { leastRecentlyUsed, TEMPORARY_FILE } from '@boxer/foundation';
import { oldestBuildStart } from './active-builds.ts';
import { type CacheEntry, type CacheEntryType, cacheEntryTypes } from './cache-entry.ts';
import { listCache, packFolders } from './list-cache.ts';
import { StepCache } from './step-cache.ts';

/** What builds make themselves: what a bound on the size is about. */
const madeByBuilds: readonly CacheEntryType[] = ['layer', 'mount'];
/** Directories in which files are written before they have their names. */
const written = [...Object.values(cacheEntryTypes).map(({ directory }) => directory), 'contexts', 'outputs'];

export interface PruneOptions {
  /** Types to remove; default: layers and cache mounts. */
  readonly types?: readonly CacheEntryType[];
  /** Only what was not used since then, in milliseconds since 1970. */
  readonly untilMs?: number | undefined;
  /** Only entries whose id begins so. */
  readonly id?: string | undefined;
  /** Bytes that may stay: the least recently used goes first. Default 0. */
  readonly keepBytes?: number | undefined;
}

export interface PruneResult {
  readonly removed: readonly CacheEntry[];
  readonly freedBytes: number;
}

/**
 * Removes entries of the cache, never those that a build under way has used. A build that finds something removed makes
 * it again.
 */
export async function pruneCache(cacheDirectory: string, options: PruneOptions = {}): Promise<PruneResult> {
  const { types = madeByBuilds, untilMs = Infinity, id = '', keepBytes = 0 } = options;
  const entries = (await listCache(cacheDirectory)).filter(({ type }) => types.includes(type));
  const totalBytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const removable = entries.filter(
    (entry) => !entry.inUse && entry.lastUsedMs < untilMs && matches(entry, id),
  );
  const removed = leastRecentlyUsed(removable, keepBytes === 0 ? Infinity : totalBytes - keepBytes);
  for (const { path } of removed) await rm(path, { force: true });
  await removeRemains(cacheDirectory);
  return { removed, freedBytes: removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

/** Keeps what builds made below a size. */
export async function boundCache(cacheDirectory: string, maxBytes: number): Promise<void> {
  let bytes = 0;
  for (const type of madeByBuilds) {
    const directory = join(cacheDirectory, cacheEntryTypes[type].directory);
    for (const name of await readdir(directory).catch(() => []))
      bytes += (await stat(join(directory, name)).catch(() => undefined))?.size ?? 0;
  }
  if (bytes > maxBytes) await pruneCache(cacheDirectory, { keepBytes: maxBytes });
}

function matches({ id }: CacheEntry, start: string): boolean {
  return id.startsWith(start) || id.startsWith(`sha256:${start}`);
}

/** What refers to layers that are gone, and what builds that were killed left behind. */
async function removeRemains(cacheDirectory: string): Promise<void> {
  const steps = new StepCache(join(cacheDirectory, 'steps'));
  const layers = new Set(await readdir(join(cacheDirectory, 'layers')).catch(() => []));
  for await (const { path, record } of steps.all()) {
    if (record.layer !== undefined && !layers.has(`${record.layer.slice('sha256:'.length)}.layer`))
      await rm(path, { force: true });
  }
  // The index of a folder, which names packs that are gone: with the last of them it goes, too.
  for (const folder of await packFolders(cacheDirectory)) {
    const files = await readdir(folder).catch(() => []);
    if (!files.some((name) => name.endsWith('.wasm'))) await rm(folder, { recursive: true, force: true });
  }
  const used = await oldestBuildStart(join(cacheDirectory, 'builds'));
  for (const directory of [...written, ...(await steps.directories()).map((name) => join('steps', name))])
    await removeUnfinished(join(cacheDirectory, directory), used);
}

/** @param used - files changed since then may be written by a build under way */
async function removeUnfinished(directory: string, used: number): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    if (!TEMPORARY_FILE.test(name)) continue;
    const path = join(directory, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats !== undefined && stats.mtimeMs < used) await rm(path, { force: true });
  }
}
