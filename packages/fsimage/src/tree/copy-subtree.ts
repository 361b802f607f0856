import { TreePathError } from '../errors.ts';
import { type Attributes, attributesOf, type Inode, type InodeId } from './inode.ts';
import type { Tree } from './tree.ts';

export interface CopySubtreeOptions {
  /**
   * Whether to copy an entry; a directory that is refused is not entered.
   *
   * @param path - relative to what is copied; empty for itself
   */
  readonly filter?: (path: string, inode: Inode) => boolean;
  /** Attributes of the copy; default those of the original. */
  readonly attributes?: (path: string, inode: Inode) => Attributes;
  /** Whether the directory `to` takes attributes over when it exists already; default false. Those below always do. */
  readonly overwriteTop?: boolean;
  /** Whether a file may replace a directory and the other way round; default false. */
  readonly replace?: boolean;
}

interface Copy {
  readonly path: string;
  readonly from: InodeId;
  readonly parent: InodeId;
  readonly name: string;
}

/**
 * Copies what `from` names, with everything below it, into another tree (or the same one). Contents are shared by
 * reference. Directories merge, files replace, hard links within what is copied stay hard links.
 *
 * @param from - must exist; a symbolic link is copied as such
 * @param to - path of the copy itself; its parent must exist. Symbolic links on the way to it are followed, and it
 *   itself when a directory is copied
 * @throws {@link TreePathError} ENOTDIR or EISDIR where a file and a directory meet, unless `replace`
 */
export function copySubtree(
  source: Tree,
  from: string,
  target: Tree,
  to: string,
  options: CopySubtreeOptions = {},
): void {
  const top = source.lookup(from, { follow: false });
  if (top === undefined) throw new TreePathError('ENOENT', 'copy', from);
  // A copy into itself must not find its own results.
  const original = source === target ? source.clone() : source;
  if (options.filter?.('', top.inode) === false) return;
  const place = target.resolve(to, { follow: top.inode.kind === 'directory', operation: 'copy to' });
  new SubtreeCopier(original, target, options).run({
    path: '',
    from: top.id,
    parent: place.parent,
    name: place.name,
  });
}

class SubtreeCopier {
  readonly #source: Tree;
  readonly #target: Tree;
  readonly #options: CopySubtreeOptions;
  readonly #links = new Map<InodeId, InodeId>();

  constructor(source: Tree, target: Tree, options: CopySubtreeOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
  }

  run(top: Copy): void {
    const pending = [top];
    for (let copy = pending.pop(); copy !== undefined; copy = pending.pop()) {
      const inode = this.#source.inode(copy.from);
      if (inode.kind !== 'directory') {
        this.#copyLeaf(copy, inode);
        continue;
      }
      const parent = this.#copyDirectory(copy, inode);
      for (const { name, id } of this.#source.list(copy.from).reverse()) {
        const path = copy.path === '' ? name : `${copy.path}/${name}`;
        if (this.#options.filter?.(path, this.#source.inode(id)) === false) continue;
        pending.push({ path, from: id, parent, name });
      }
    }
  }

  #copyDirectory(copy: Copy, inode: Inode): InodeId {
    const existing = this.#existing(copy);
    const given = this.#attributes(copy, inode);
    if (existing !== undefined && this.#target.inode(existing).kind === 'directory') {
      if (copy.path !== '' || this.#options.overwriteTop === true)
        this.#target.setAttributesAt(existing, given);
      return existing;
    }
    this.#makeRoom(copy, existing, 'ENOTDIR');
    return this.#target.mkdirAt(copy.parent, copy.name, given);
  }

  #copyLeaf(copy: Copy, inode: Inode): void {
    if (inode.kind === 'directory') return;
    const existing = this.#existing(copy);
    const isDirectory = existing !== undefined && this.#target.inode(existing).kind === 'directory';
    const linked = this.#links.get(copy.from);
    if (linked !== undefined && linked === existing) return;
    this.#makeRoom(copy, existing, isDirectory ? 'EISDIR' : undefined);
    if (linked !== undefined) {
      this.#target.linkAt(copy.parent, copy.name, linked);
      return;
    }
    const id = this.#target.createAt(copy.parent, copy.name, { ...inode, ...this.#attributes(copy, inode) });
    if (inode.nlink > 1) this.#links.set(copy.from, id);
  }

  /** @param conflict - the error when what exists may not be replaced */
  #makeRoom(copy: Copy, existing: InodeId | undefined, conflict: 'ENOTDIR' | 'EISDIR' | undefined): void {
    if (existing === undefined) return;
    if (copy.name === '') throw new TreePathError('EBUSY', 'copy to', '/');
    if (conflict !== undefined && this.#options.replace !== true)
      throw new TreePathError(conflict, 'copy to', copy.path || copy.name);
    this.#target.removeAt(copy.parent, copy.name);
  }

  #existing({ parent, name }: Copy): InodeId | undefined {
    if (name === '') return parent;
    const inode = this.#target.inode(parent);
    if (inode.kind !== 'directory') throw new TreePathError('ENOTDIR', 'copy to', name);
    return inode.entries.get(name);
  }

  #attributes(copy: Copy, inode: Inode): Attributes {
    return attributesOf(this.#options.attributes?.(copy.path, inode) ?? inode);
  }
}
