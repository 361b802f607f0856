import { type Attributes, attributes, type Content, copySubtree, type Inode, Tree } from '@boxer/fsimage';
import { makeDirectory } from '../stages/make-directory.ts';

/**
 * A filesystem with things placed in it for one RUN: mounts, secrets, scripts. Afterwards they are taken out again, and
 * what lay under them comes back.
 */
export class MountedTree {
  /** As the RUN sees it; changes are applied to it. */
  readonly tree: Tree;
  readonly #before: Tree;
  readonly #targets: string[] = [];
  readonly #made = new Set<string>();

  /** @param before - the stage's filesystem; not changed */
  constructor(before: Tree) {
    this.#before = before;
    this.tree = before.clone();
  }

  /** Places a directory or file. @returns its path without symbolic links */
  placeTree(target: string, source: Tree, path: string, owner?: Partial<Attributes>): string {
    const at = this.#makeRoom(target);
    copySubtree(source, path, this.tree, at, { overwriteTop: true });
    if (owner !== undefined) this.tree.setAttributes(at, owner);
    return at;
  }

  /** @returns its path without symbolic links */
  placeFile(target: string, content: Content, given: Attributes): string {
    const at = this.#makeRoom(target);
    this.tree.create(at, { kind: 'file', content, ...given });
    return at;
  }

  /** Makes an empty directory. */
  placeDirectory(target: string, given: Attributes): void {
    this.tree.mkdir(this.#makeRoom(target), given);
  }

  /** @returns what a target has become, as a tree of its own; undefined when it is gone */
  extract(target: string): Tree | undefined {
    const found = this.tree.lookup(target, { follow: false });
    if (found?.inode.kind !== 'directory') return undefined;
    const extracted = new Tree();
    copySubtree(this.tree, target, extracted, '/', { overwriteTop: true });
    return extracted;
  }

  /** Takes everything out again. @returns the filesystem as the RUN left it */
  unmount(): Tree {
    for (const target of this.#targets.reverse()) {
      if (this.#find(target) !== undefined) this.tree.remove(target, { recursive: true });
      const covered = this.#before.lookup(target, { follow: false });
      if (covered !== undefined && this.#find(parentOf(target))?.kind === 'directory') {
        copySubtree(this.#before, target, this.tree, target);
      }
    }
    // Longest first: a directory is empty once those below it are gone.
    for (const path of [...this.#made].sort((left, right) => right.length - left.length)) {
      const inode = this.#find(path);
      if (inode?.kind === 'directory' && inode.entries.size === 0) this.tree.remove(path);
    }
    return this.tree;
  }

  /** Makes the directories above a target, and takes away what is in its place. @returns its path without links */
  #makeRoom(target: string): string {
    const parent = parentOf(target);
    for (let path = parent; path !== '/' && this.tree.lookup(path) === undefined; path = parentOf(path)) {
      this.#made.add(path);
    }
    makeDirectory(this.tree, parent, attributes({ permissions: 0o755 }));
    const { path } = this.tree.resolve(target, { follow: true, operation: 'mount on' });
    if (this.tree.lookup(path, { follow: false }) !== undefined) this.tree.remove(path, { recursive: true });
    this.#targets.push(path);
    return path;
  }

  #find(path: string): Inode | undefined {
    return this.tree.lookup(path, { follow: false })?.inode;
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
