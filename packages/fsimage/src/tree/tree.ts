import { TreePathError } from '../errors.ts';
import { compareNames, encodeName, NAME_MAX_BYTES } from '../file-name.ts';
import type { Content } from '../content/content.ts';
import {
  type Attributes,
  attributes,
  attributesOf,
  type DirectoryInode,
  type Inode,
  type InodeId,
  type NewLeaf,
} from './inode.ts';
import { resolvePath, type ResolveOptions, type Resolution } from './resolve-path.ts';

/** A name in a tree and what it names. */
export interface TreeEntry {
  /** Absolute path without symbolic links. */
  readonly path: string;
  readonly id: InodeId;
  readonly inode: Inode;
}

export interface FollowOption {
  /** Whether a symbolic link at the end of the path is followed; default true. */
  readonly follow?: boolean;
}

const ROOT = 1 as InodeId;

/**
 * A filesystem in memory: inodes and names, with file contents by reference.
 *
 * Inodes are immutable values in a table; directories copy their entries when a clone first changes them. So
 * {@link clone} costs a pointer per inode and clones share everything they have not changed.
 *
 * Changing a directory's entries leaves its mtime alone; who cares about it sets it.
 */
export class Tree {
  readonly root = ROOT;
  #inodes: (Inode | undefined)[];
  /** Entry maps that no clone shares, by themselves. */
  #ownEntries = new WeakMap<ReadonlyMap<string, InodeId>, Map<string, InodeId>>();

  /** An empty root directory, mode 0755, owned by root. */
  constructor() {
    this.#inodes = [undefined, undefined];
    this.#inodes[ROOT] = this.#directory(attributes({ permissions: 0o755 }));
  }

  /** @returns an independent tree of equal content; inode numbers stay the same */
  clone(): Tree {
    const copy = new Tree();
    copy.#inodes = this.#inodes.slice();
    this.#ownEntries = new WeakMap();
    return copy;
  }

  /** One more than the largest inode number. */
  get inodeLimit(): number {
    return this.#inodes.length;
  }

  /** @throws {@link RangeError} when no inode has this number */
  inode(id: InodeId): Inode {
    const inode = this.#inodes[id];
    if (inode === undefined) throw new RangeError(`No inode ${id}`);
    return inode;
  }

  /** Link count as stat(2) gives it: for directories 2 and one per subdirectory. */
  linkCount(id: InodeId): number {
    const inode = this.inode(id);
    if (inode.kind !== 'directory') return inode.nlink;
    let count = 2;
    for (const child of inode.entries.values()) if (this.inode(child).kind === 'directory') count++;
    return count;
  }

  /** @returns what `path` names, or undefined when there is no such file or something on the way is no directory */
  lookup(path: string, { follow = true }: FollowOption = {}): TreeEntry | undefined {
    try {
      const found = this.resolve(path, { follow, operation: 'look up' });
      return found.id === undefined
        ? undefined
        : { path: found.path, id: found.id, inode: this.inode(found.id) };
    } catch (error) {
      if (error instanceof TreePathError && (error.errno === 'ENOENT' || error.errno === 'ENOTDIR'))
        return undefined;
      throw error;
    }
  }

  /** Walks a path within the tree; see {@link resolvePath}. */
  resolve(path: string, options: ResolveOptions): Resolution {
    return resolvePath(this, path, options);
  }

  /** @returns a directory's entries, sorted by name bytewise */
  list(id: InodeId): { readonly name: string; readonly id: InodeId }[] {
    return [...this.#entries(id)]
      .map(([name, child]) => ({ name, id: child }))
      .sort((left, right) => compareNames(left.name, right.name));
  }

  /** Every entry at and below `path`, parents before children, siblings sorted bytewise. Do not change the tree meanwhile. */
  *walk(path = '/'): Generator<TreeEntry, void, void> {
    const start = this.#mustFind(path, false, 'walk');
    const pending: { path: string; id: InodeId }[] = [start];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const inode = this.inode(next.id);
      yield { ...next, inode };
      if (inode.kind !== 'directory') continue;
      const prefix = next.path === '/' ? '/' : `${next.path}/`;
      for (const child of this.list(next.id).reverse())
        pending.push({ path: prefix + child.name, id: child.id });
    }
  }

  /** Makes a leaf; its parent must exist. @throws {@link TreePathError} EEXIST, ENOENT, ENOTDIR */
  create(path: string, leaf: NewLeaf): InodeId {
    return this.createAt(...this.#freeName(path, 'create'), leaf);
  }

  /** Makes a directory; its parent must exist. @throws {@link TreePathError} EEXIST, ENOENT, ENOTDIR */
  mkdir(path: string, given: Attributes): InodeId {
    return this.mkdirAt(...this.#freeName(path, 'make directory'), given);
  }

  /**
   * Makes a directory and those above it that are missing; symbolic links on the way are followed, and made good
   * when they dangle. Directories that exist keep their attributes.
   *
   * @returns the directory, whether made or found
   */
  mkdirAll(path: string, given: Attributes): TreeEntry {
    const operation = 'make directory';
    const makeDirectory = (parent: InodeId, name: string): InodeId => this.mkdirAt(parent, name, given);
    const found = this.resolve(path, { follow: true, operation, makeDirectory });
    const id = found.id ?? makeDirectory(found.parent, found.name);
    const inode = this.inode(id);
    if (inode.kind !== 'directory') throw new TreePathError('ENOTDIR', operation, path);
    return { path: found.path, id, inode };
  }

  /** Makes a file or replaces the contents and attributes of one, as open(2) with O_CREAT and O_TRUNC does: links stay. */
  writeFile(path: string, content: Content, given: Attributes): InodeId {
    const found = this.resolve(path, { follow: true, operation: 'write' });
    if (found.id === undefined)
      return this.createAt(found.parent, found.name, { ...given, kind: 'file', content });
    const old = this.inode(found.id);
    if (old.kind === 'directory') throw new TreePathError('EISDIR', 'write', path);
    this.#inodes[found.id] = { ...attributesOf(given), kind: 'file', content, nlink: old.nlink };
    return found.id;
  }

  /** Gives an existing inode another name, as link(2): `target` is not followed and must not be a directory. */
  link(target: string, path: string): void {
    const { id } = this.#mustFind(target, false, 'link');
    this.linkAt(...this.#freeName(path, 'link'), id);
  }

  /** Removes a name. @throws {@link TreePathError} ENOTEMPTY unless `recursive`, ENOENT, EBUSY for the root */
  remove(path: string, { recursive = false }: { recursive?: boolean } = {}): void {
    const { parent, name, id } = this.#mustFind(path, false, 'remove');
    if (id === ROOT) throw new TreePathError('EBUSY', 'remove', path);
    const inode = this.inode(id);
    if (inode.kind === 'directory' && inode.entries.size > 0 && !recursive) {
      throw new TreePathError('ENOTEMPTY', 'remove', path);
    }
    this.removeAt(parent, name);
  }

  /** Renames as rename(2) does: an existing file or empty directory at `to` is replaced. */
  rename(from: string, to: string): void {
    const source = this.#mustFind(from, false, 'rename');
    const target = this.resolve(to, { follow: false, operation: 'rename' });
    if (source.id === ROOT || target.id === ROOT) throw new TreePathError('EBUSY', 'rename', from);
    if (target.id === source.id) return;
    if (`${target.path}/`.startsWith(`${source.path}/`)) throw new TreePathError('EINVAL', 'rename', from);
    if (target.id !== undefined) {
      const sourceIsDirectory = this.inode(source.id).kind === 'directory';
      const replaced = this.inode(target.id);
      if (replaced.kind !== 'directory' && sourceIsDirectory)
        throw new TreePathError('ENOTDIR', 'rename', to);
      if (replaced.kind === 'directory' && !sourceIsDirectory)
        throw new TreePathError('EISDIR', 'rename', to);
      if (replaced.kind === 'directory' && replaced.entries.size > 0)
        throw new TreePathError('ENOTEMPTY', 'rename', to);
      this.removeAt(target.parent, target.name);
    }
    this.#writableEntries(source.parent).delete(source.name);
    this.#writableEntries(target.parent).set(checkedName(target.name, to), source.id);
  }

  /** Changes attributes: chmod, chown, utimes, setxattr. Permissions of symbolic links stay 0777. Extended attributes are replaced as a whole. */
  setAttributes(path: string, changes: Partial<Attributes>, { follow = true }: FollowOption = {}): void {
    this.setAttributesAt(this.#mustFind(path, follow, 'change').id, changes);
  }

  setAttributesAt(id: InodeId, changes: Partial<Attributes>): void {
    const inode = this.inode(id);
    this.#inodes[id] = normalised({ ...inode, ...attributesOf({ ...inode, ...changes }) });
  }

  /** Makes a leaf under a name that is free. */
  createAt(parent: InodeId, name: string, leaf: NewLeaf): InodeId {
    return this.#attach(parent, name, normalised({ ...leaf, nlink: 1 }));
  }

  /** Makes a directory under a name that is free. */
  mkdirAt(parent: InodeId, name: string, given: Attributes): InodeId {
    return this.#attach(parent, name, this.#directory(given));
  }

  /** Enters an existing leaf under a name that is free. */
  linkAt(parent: InodeId, name: string, id: InodeId): void {
    const inode = this.inode(id);
    if (inode.kind === 'directory') throw new TreePathError('EPERM', 'link', name);
    this.#writableEntries(parent).set(checkedName(name, name), id);
    this.#inodes[id] = { ...inode, nlink: inode.nlink + 1 };
  }

  /** Removes a name and all that is below it. */
  removeAt(parent: InodeId, name: string): void {
    const top = this.#entries(parent).get(name);
    if (top === undefined) throw new TreePathError('ENOENT', 'remove', name);
    this.#writableEntries(parent).delete(name);
    const pending = [top];
    for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
      const inode = this.inode(id);
      if (inode.kind === 'directory') for (const child of inode.entries.values()) pending.push(child);
      this.#inodes[id] =
        inode.nlink > 1 && inode.kind !== 'directory' ? { ...inode, nlink: inode.nlink - 1 } : undefined;
    }
  }

  #directory(given: Attributes): DirectoryInode {
    const entries = new Map<string, InodeId>();
    this.#ownEntries.set(entries, entries);
    return { ...attributesOf(given), kind: 'directory', entries, nlink: 1 };
  }

  #attach(parent: InodeId, name: string, inode: Inode): InodeId {
    const entries = this.#writableEntries(parent);
    if (entries.has(name)) throw new TreePathError('EEXIST', 'create', name);
    const id = this.#inodes.length as InodeId;
    entries.set(checkedName(name, name), id);
    this.#inodes.push(inode);
    return id;
  }

  #entries(id: InodeId): ReadonlyMap<string, InodeId> {
    const inode = this.inode(id);
    if (inode.kind !== 'directory') throw new TreePathError('ENOTDIR', 'list', `inode ${id}`);
    return inode.entries;
  }

  #writableEntries(id: InodeId): Map<string, InodeId> {
    const inode = this.inode(id);
    if (inode.kind !== 'directory') throw new TreePathError('ENOTDIR', 'change', `inode ${id}`);
    const own = this.#ownEntries.get(inode.entries);
    if (own !== undefined) return own;
    const entries = new Map(inode.entries);
    this.#ownEntries.set(entries, entries);
    this.#inodes[id] = { ...inode, entries };
    return entries;
  }

  #mustFind(path: string, follow: boolean, operation: string): Resolution & { readonly id: InodeId } {
    const found = this.resolve(path, { follow, operation });
    if (found.id === undefined) throw new TreePathError('ENOENT', operation, path);
    return { ...found, id: found.id };
  }

  #freeName(path: string, operation: string): [parent: InodeId, name: string] {
    const found = this.resolve(path.replace(/\/+$/, ''), { follow: false, operation });
    if (found.id !== undefined) throw new TreePathError('EEXIST', operation, path);
    return [found.parent, found.name];
  }
}

/** Symbolic links have no permissions of their own on Linux; lstat(2) shows 0777. */
function normalised(inode: Inode): Inode {
  return inode.kind === 'symlink' && inode.permissions !== 0o777 ? { ...inode, permissions: 0o777 } : inode;
}

function checkedName(name: string, path: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new TreePathError('EINVAL', 'create', path);
  }
  if (name.length > NAME_MAX_BYTES / 3 && encodeName(name).byteLength > NAME_MAX_BYTES) {
    throw new TreePathError('ENAMETOOLONG', 'create', path);
  }
  return name;
}
