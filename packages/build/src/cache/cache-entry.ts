/** What the cache directory holds. Each is a file of its own, which can be removed at any time. */
export const cacheEntryTypes = {
  layer: { directory: 'layers', what: 'layers of steps and of base images, unpacked' },
  mount: { directory: 'mounts', what: 'directories of RUN --mount=type=cache' },
  blob: { directory: 'blobs/sha256', what: 'base images as they were pulled or loaded' },
  code: { directory: 'code', what: 'compiled and translated code of boxes' },
} as const;

export type CacheEntryType = keyof typeof cacheEntryTypes;

/** Below the directory of `code`: a folder for each version of Boxer, with translated code. */
export const PACKS_DIRECTORY = 'packs';

/** One thing in the cache directory. */
export interface CacheEntry {
  readonly type: CacheEntryType;
  /** Digest of a layer or blob, or the name of the file. */
  readonly id: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly lastUsedMs: number;
  /** A build under way may need it, or it was loaded under a name: nothing removes it. */
  readonly inUse: boolean;
  /** The instruction that made it, where that is known. */
  readonly description: string | undefined;
}
