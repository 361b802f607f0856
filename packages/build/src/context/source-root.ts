import type { Digest } from '@boxer/foundation';
import type { Attributes, NewLeaf } from '@boxer/fsimage';

/** A place that COPY, ADD and bind mounts take files from: a host directory, or the tree of a stage or image. */
export interface SourceRoot {
  /** Names the place in messages: `context`, a stage, an image. */
  readonly name: string;
  /** Names the state of the place, when it has one: equal keys, equal files. */
  readonly key?: Digest | undefined;

  /**
   * Looks at one object without following it.
   *
   * @param path - absolute, clean, and without symbolic links before its last component
   * @returns undefined when there is none, or when it is hidden by `.dockerignore`
   */
  entry(path: string): Promise<SourceEntry | undefined>;

  /** @returns the names in a directory, sorted as Go sorts strings: bytewise */
  names(path: string): Promise<readonly string[]>;
}

/** An object of a {@link SourceRoot}. */
export type SourceEntry = (NewLeaf | DirectoryEntry) & {
  /** Equal for two names of one file; undefined when the file has one name only. */
  readonly identity: string | undefined;
};

/** A directory of a {@link SourceRoot}. */
export type DirectoryEntry = Attributes & { readonly kind: 'directory' };
