import {
  type Attributes,
  attributes,
  attributesOf,
  type Inode,
  type InodeId,
  type Timestamp,
  type Tree,
} from '@boxer/fsimage';
import { followPath } from '../context/follow-path.ts';
import type { SourceEntry, SourceRoot } from '../context/source-root.ts';
import { CopyConflictError } from '../errors/copy-errors.ts';
import type { Ids } from '../users/users.ts';
import { makeDirectory } from '../stages/make-directory.ts';
import type { ModeChange } from './mode-change.ts';

/** Directories that nobody described. */
const DIRECTORY_PERMISSIONS = 0o755;

/** How files change on their way. */
export interface CopyChanges {
  /** `--chown`; undefined keeps owners, and made directories are root's. */
  readonly owner: Ids | undefined;
  /** `--chmod`; undefined keeps modes. */
  readonly mode: ModeChange | undefined;
  /** Mode of directories made above the destination: an octal `--chmod`, else 0755. */
  readonly madeDirectoryPermissions: number;
  /** Modification time of directories that are made. */
  readonly now: Timestamp;
}

/** Which objects below a source directory are copied; paths are relative to it. */
export interface CopySelection {
  includes(relativePath: string): boolean;
}

/**
 * Copies files and directories into a tree as BuildKit's copier does.
 *
 * @source github.com/tonistiigi/fsutil copy/copy.go
 */
export class Copier {
  readonly #tree: Tree;
  readonly #changes: CopyChanges;

  constructor(tree: Tree, changes: CopyChanges) {
    this.#tree = tree;
    this.#changes = changes;
  }

  /**
   * Makes the directory that a destination lies in: the destination itself when it ends with `/` or `/.`.
   *
   * @throws {@link CopyConflictError} when something on the way is no directory
   */
  prepare(dest: string): void {
    const directory = /\/\.?$/.test(dest) ? dest : parentOf(dest);
    this.makeDirectories(directory, this.#changes.madeDirectoryPermissions);
  }

  makeDirectories(path: string, permissions = DIRECTORY_PERMISSIONS): void {
    const { owner, now } = this.#changes;
    makeDirectory(this.#tree, path, attributes({ permissions, ...owner, mtime: now }));
  }

  /**
   * Copies one source. A directory contributes its contents; a file goes to `dest`, or into it when that is a directory.
   *
   * @param path - absolute path in `root`; symbolic links in it are followed
   * @param dest - as in the step: a final `/` or `/.` makes it a directory; {@link prepare} must have been called
   * @returns false when the source does not exist
   */
  async copy(root: SourceRoot, path: string, dest: string, selection?: CopySelection): Promise<boolean> {
    const found = await followPath(root, path, true);
    if (found === undefined) return false;
    const isDirectory = found.entry.kind === 'directory';
    let target = this.#resolve(clean(dest));
    if (!isDirectory && this.#kindAt(target) === 'directory') target = join(target, basename(path));
    this.makeDirectories(isDirectory && this.#kindAt(target) === undefined ? target : parentOf(target));
    const run = new CopyRun(this.#tree, this.#changes, root, selection);
    await run.copy(found.entry, found.path, '', target, true);
    return true;
  }

  /** Where a path really leads, its last component followed as well, existing or not. */
  #resolve(path: string): string {
    return this.#tree.resolve(path, { follow: true, operation: 'copy to' }).path;
  }

  #kindAt(path: string): Inode['kind'] | undefined {
    return this.#tree.lookup(path, { follow: true })?.inode.kind;
  }
}

/** A source directory that is only made once something in it is copied. */
interface PendingDirectory {
  readonly entry: SourceEntry;
  readonly target: string;
  made: boolean;
}

/** The copying of one source: remembers which files have several names. */
class CopyRun {
  readonly #copied = new Map<string, InodeId>();
  readonly #above: PendingDirectory[] = [];

  constructor(
    readonly tree: Tree,
    readonly changes: CopyChanges,
    readonly root: SourceRoot,
    readonly selection: CopySelection | undefined,
  ) {}

  /**
   * @param relative - path below the source, empty for the source itself
   * @param target - absolute path without symbolic links above its last component
   */
  async copy(
    entry: SourceEntry,
    path: string,
    relative: string,
    target: string,
    isTop: boolean,
  ): Promise<void> {
    const isIncluded = relative === '' || (this.selection?.includes(relative) ?? true);
    if (isIncluded) this.#makeAbove();
    if (entry.kind === 'directory') {
      await this.#copyDirectory(entry, path, relative, target, isTop, isIncluded);
    } else if (isIncluded) {
      this.#copyLeaf(entry, target);
    }
  }

  async #copyDirectory(
    entry: SourceEntry,
    path: string,
    relative: string,
    target: string,
    isTop: boolean,
    isIncluded: boolean,
  ): Promise<void> {
    if (isIncluded) this.#makeDirectory(entry, target, !isTop);
    this.#above.push({ entry, target, made: isIncluded });
    for (const name of await this.root.names(path)) {
      const child = await this.root.entry(join(path, name));
      if (child === undefined) continue;
      await this.copy(
        child,
        join(path, name),
        relative === '' ? name : `${relative}/${name}`,
        join(target, name),
        false,
      );
    }
    this.#above.pop();
  }

  /** Makes the directories above an included object that were not included themselves. */
  #makeAbove(): void {
    for (const directory of this.#above) {
      if (directory.made) continue;
      this.#makeDirectory(directory.entry, directory.target, false);
      directory.made = true;
    }
  }

  #makeDirectory(entry: SourceEntry, target: string, overwrite: boolean): void {
    const existing = this.tree.lookup(target, { follow: false });
    if (existing === undefined) {
      this.tree.mkdir(target, this.#changed(entry));
    } else if (existing.inode.kind !== 'directory') {
      throw new CopyConflictError(`cannot copy to non-directory: ${target}`);
    } else if (overwrite) {
      this.tree.setAttributesAt(existing.id, this.#changed(entry));
    }
  }

  #copyLeaf(entry: SourceEntry, target: string): void {
    if (entry.kind === 'directory' || entry.kind === 'socket') return;
    const existing = this.tree.lookup(target, { follow: false });
    if (existing?.inode.kind === 'directory') {
      throw new CopyConflictError(`cannot replace to directory ${target} with file`);
    }
    const twin = entry.identity === undefined ? undefined : this.#copied.get(entry.identity);
    if (existing !== undefined && existing.id === twin) return;
    if (existing !== undefined) this.tree.remove(target);
    if (twin !== undefined) {
      this.tree.linkAt(this.#parentId(target), basename(target), twin);
      return;
    }
    const { identity, ...leaf } = entry;
    const id = this.tree.create(target, { ...leaf, ...this.#changed(entry) });
    if (identity !== undefined) this.#copied.set(identity, id);
  }

  #parentId(target: string): InodeId {
    return this.tree.resolve(target, { follow: false, operation: 'copy to' }).parent;
  }

  #changed(entry: SourceEntry): Attributes {
    const { owner, mode } = this.changes;
    const given = { ...attributesOf(entry), ...owner };
    if (mode === undefined || entry.kind === 'symlink') return given;
    return { ...given, permissions: mode(given.permissions, entry.kind === 'directory') };
  }
}

/** @returns the path without a final `/` or `/.` */
function clean(path: string): string {
  return path.replace(/(?:\/\.?)+$/, '') || '/';
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function join(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}
