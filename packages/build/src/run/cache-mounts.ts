import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CacheMount } from '@boxer/dockerfile';
import { digestOf, isAlive, isErrno, makeDirectories, writeFileAtomically } from '@boxer/foundation';
import { applyLayer, type Spool, Tree, writeLayerTar } from '@boxer/fsimage';

const LOCK_POLL_MS = 200;

/** A cache that is in use. */
export interface OpenCache {
  /** Its content; undefined when it is new. */
  readonly tree: Tree | undefined;
  /** Stores what the cache has become. */
  save(tree: Tree): Promise<void>;
  release(): Promise<void>;
}

/**
 * Directories that outlive builds: `RUN --mount=type=cache`. Each is a tar archive, replaced as a whole. With sharing
 * `locked` and `private` one RUN at a time uses a cache; with `shared` the last one to end decides what it holds.
 */
export class CacheMounts {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** @param spool - takes the contents of the cache's files */
  async open(mount: CacheMount, spool: Spool, signal: AbortSignal | undefined): Promise<OpenCache> {
    makeDirectories(this.#directory);
    const path = join(this.#directory, digestOf(mount.id).slice('sha256:'.length));
    const release = mount.sharing === 'shared' ? async () => {} : await lock(`${path}.lock`, signal);
    try {
      const tree = await load(`${path}.tar`, spool);
      return { tree, save: (changed) => save(`${path}.tar`, changed), release };
    } catch (error) {
      await release();
      throw error;
    }
  }
}

async function load(path: string, spool: Spool): Promise<Tree | undefined> {
  if ((await stat(path).catch(() => undefined)) === undefined) return undefined;
  const tree = new Tree();
  await applyLayer(tree, createReadStream(path), { spool, whiteouts: false });
  return tree;
}

async function save(path: string, tree: Tree): Promise<void> {
  await writeFileAtomically(path, writeLayerTar(tree));
}

/** Waits for a lock file. One whose process is gone is taken over. */
async function lock(path: string, signal: AbortSignal | undefined): Promise<() => Promise<void>> {
  for (;;) {
    signal?.throwIfAborted();
    if (await tryLock(path)) return () => rm(path, { force: true });
    const owner = await ownerOf(path);
    if (owner !== undefined && !isAlive(owner)) await breakLock(path, owner);
    else await delay(LOCK_POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
}

/** The file appears with its content, so that nobody sees a lock without owner. */
async function tryLock(path: string): Promise<boolean> {
  const own = `${path}.${uniqueName()}`;
  await writeFile(own, String(process.pid), { flag: 'wx' });
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** Moves a dead lock out of the way. Somebody else may have done so and locked meanwhile: that lock is put back. */
async function breakLock(path: string, deadOwner: number): Promise<void> {
  const aside = `${path}.${uniqueName()}`;
  try {
    await rename(path, aside);
    if ((await ownerOf(aside)) !== deadOwner) await link(aside, path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'EEXIST')) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

async function ownerOf(path: string): Promise<number | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function uniqueName(): string {
  return `${process.pid}.${randomBytes(6).toString('hex')}`;
}
