import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { leastRecentlyUsed, replaceFileSync } from '@boxer/foundation';
import { isPrivateFolder } from '../../code-folder.ts';
import { TRIED_FILE } from '../later/tried-code.ts';
import { type CachedPack, decodeLog, encodeRecord } from './index-log.ts';

/** Bytes that the packs of one folder may take; those used longest ago go first. */
const MAX_BYTES = 256 * 1024 * 1024;
/** After making room, so that not every new pack has to. */
const KEPT_SHARE = 0.8;
/** What one box may add: it must not push out all that others have. */
const MAX_ADDED_BYTES = 32 * 1024 * 1024;
/** A pack larger than this was not made by the translator. */
const MAX_PACK_BYTES = 64 * 1024 * 1024;

/** Bounds of a cache; for tests. */
export interface CacheBounds {
  readonly maxBytes?: number;
  readonly maxAddedBytes?: number;
}

/**
 * Packs on disk, for later runs. Files are named by their digest, so what is read is what was written; whether the code in a
 * pack is the guest's is found out when it is installed. Several processes may use a folder at once. All failures of the
 * disk mean that there is no cache, and so does a folder that others can write to.
 */
export class CodeCache {
  readonly #folder: string;
  /** Whether nobody else can have put packs there: which code a pack holds for a page, nothing else vouches for. */
  readonly #isPrivate: boolean;
  readonly #maxBytes: number;
  #leftBytes: number;

  constructor(folder: string, { maxBytes = MAX_BYTES, maxAddedBytes = MAX_ADDED_BYTES }: CacheBounds = {}) {
    this.#folder = folder;
    this.#isPrivate = isPrivateFolder(folder);
    this.#maxBytes = maxBytes;
    this.#leftBytes = maxAddedBytes;
  }

  get #index(): string {
    return join(this.#folder, 'index');
  }

  #pathOf(digest: string): string {
    return join(this.#folder, `${digest}.wasm`);
  }

  /** @returns the packs of the index, newest first; some may be gone */
  list(): CachedPack[] {
    return (this.#isPrivate ? attempt(() => decodeLog(readFileSync(this.#index))) : undefined) ?? [];
  }

  /** @returns a pack's bytes, when it is there and undamaged */
  load({ digest, sizeBytes }: CachedPack): Uint8Array<ArrayBuffer> | undefined {
    const path = this.#pathOf(digest);
    return attempt(() => {
      if (sizeBytes > MAX_PACK_BYTES || statSync(path).size !== sizeBytes) return undefined;
      const bytes = Uint8Array.from(readFileSync(path));
      if (digestOf(bytes) !== digest) return undefined;
      const now = Date.now() / 1000;
      attempt(() => utimesSync(path, now, now));
      return bytes;
    });
  }

  /** Keeps a pack. @param hashes - of the guest pages that it has code of */
  add(bytes: Uint8Array, hashes: readonly number[]): void {
    if (!this.#isPrivate || hashes.length === 0 || bytes.length > this.#leftBytes) return;
    this.#leftBytes -= bytes.length;
    attempt(() => {
      const digest = digestOf(bytes);
      replaceFileSync(this.#pathOf(digest), bytes);
      appendFileSync(this.#index, encodeRecord({ digest, sizeBytes: bytes.length, hashes }), { mode: 0o600 });
      this.#makeRoom();
    });
  }

  /** Deletes packs that nobody has used for long, when there are too many. */
  #makeRoom(): void {
    const packs = this.list();
    const total = packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (total <= this.#maxBytes) return;
    const used = (pack: CachedPack) => attempt(() => statSync(this.#pathOf(pack.digest)).mtimeMs) ?? 0;
    const entries = packs.map((pack) => ({ ...pack, lastUsedMs: used(pack) }));
    const gone = new Set<string>();
    for (const { digest } of leastRecentlyUsed(entries, total - this.#maxBytes * KEPT_SHARE)) {
      rmSync(this.#pathOf(digest), { force: true });
      gone.add(digest);
    }
    // What is gone may be tried again.
    rmSync(join(this.#folder, TRIED_FILE), { force: true });
    const kept = packs.filter(({ digest }) => !gone.has(digest)).reverse();
    // What others append meanwhile may be lost: they will translate it again.
    replaceFileSync(this.#index, Buffer.concat(kept.map(encodeRecord)));
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** @returns undefined when the disk does not do it */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'syscall' in error) return undefined;
    throw error;
  }
}
