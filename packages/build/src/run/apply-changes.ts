import {
  attributesOf,
  type Attributes,
  type Content,
  type InodeId,
  type Spool,
  type Tree,
  TreePathError,
} from '@boxer/fsimage';
import { ChangeStreamError } from '../errors/run-errors.ts';
import { type Change, type ChangeAttributes, readChanges } from './read-changes.ts';

const fileTypes = {
  fifo: 0o010000,
  characterDevice: 0o020000,
  blockDevice: 0o060000,
  socket: 0o140000,
} as const;

/** The tree as a box found it. */
class LowerTree {
  #names: Map<InodeId, string[]> | undefined;

  constructor(readonly tree: Tree) {}

  /** @returns the names of a file, of which `path` is one */
  namesOf(id: InodeId, path: string): readonly string[] {
    const inode = this.tree.inode(id);
    if (inode.kind === 'directory' || inode.nlink < 2) return [path];
    this.#names ??= this.#linkedNames();
    return this.#names.get(id) ?? [path];
  }

  #linkedNames(): Map<InodeId, string[]> {
    const names = new Map<InodeId, string[]>();
    for (const { path, id, inode } of this.tree.walk()) {
      if (inode.kind !== 'directory' && inode.nlink > 1) names.set(id, [...(names.get(id) ?? []), path]);
    }
    return names;
  }
}

/**
 * Does to a tree what a box did to its root filesystem.
 *
 * @param tree - as the box found it; changed in place
 * @param chunks - the box's change stream
 * @param spool - takes the contents of new files
 * @param latest - modification times after it, in seconds since 1970, become it: SOURCE_DATE_EPOCH
 * @throws {@link ChangeStreamError} when the stream is malformed or does not fit the tree
 */
export async function applyChanges(
  tree: Tree,
  chunks: AsyncIterable<Uint8Array>,
  spool: Spool,
  latest?: number,
): Promise<void> {
  // Records name files of the tree as it was before the first of them.
  const lower = new LowerTree(tree.clone());
  for await (const change of readChanges(chunks, latest)) {
    try {
      await applyChange(tree, lower, change, spool);
    } catch (cause) {
      if (!(cause instanceof TreePathError)) throw cause;
      throw new ChangeStreamError(`${change.kind} of ${change.path}: ${cause.message}`, { cause });
    }
  }
}

async function applyChange(tree: Tree, lower: LowerTree, change: Change, spool: Spool): Promise<void> {
  const { path } = change;
  switch (change.kind) {
    case 'deleted':
      if (tree.lookup(path, { follow: false }) !== undefined) tree.remove(path, { recursive: true });
      return;
    case 'directory':
      return makeDirectory(tree, path, plain(change.attributes));
    case 'opaqueDirectory':
      if (path !== '/' && tree.lookup(path, { follow: false }) !== undefined)
        tree.remove(path, { recursive: true });
      return makeDirectory(tree, path, plain(change.attributes));
    case 'file':
      return putFile(tree, path, await spool.store(change.body), plain(change.attributes));
    case 'fileMetadata':
      return putFile(tree, path, fileAt(lower.tree, path).content, plain(change.attributes));
    case 'fileFrom':
      return putOther(tree, lower, change, plain(change.attributes));
    case 'symlink':
      clear(tree, path);
      tree.create(path, {
        kind: 'symlink',
        target: change.target,
        ...plain(change.attributes),
        permissions: 0o777,
      });
      return;
    case 'hardlink':
      return putLink(tree, lower.tree, path, change.target);
    case 'special':
      return putSpecial(tree, path, change.attributes);
  }
}

function makeDirectory(tree: Tree, path: string, given: Attributes): void {
  const existing = tree.lookup(path, { follow: false });
  if (existing?.inode.kind === 'directory') {
    tree.setAttributesAt(existing.id, given);
    return;
  }
  clear(tree, path);
  tree.mkdir(path, given);
}

/** An existing file keeps its other names, as it does when a program writes to it. */
function putFile(tree: Tree, path: string, content: Content, given: Attributes): void {
  const existing = tree.lookup(path, { follow: false });
  if (existing !== undefined && existing.inode.kind !== 'file') tree.remove(path, { recursive: true });
  tree.writeFile(path, content, given);
}

/**
 * A file of the tree as it was, under another name. Where it lives on under an old one as well, or will until a later
 * record deletes that, it is one file with both names.
 */
function putOther(
  tree: Tree,
  lower: LowerTree,
  { path, target }: { readonly path: string; readonly target: string },
  given: Attributes,
): void {
  const old = fileAt(lower.tree, target);
  const name = lower
    .namesOf(old.id, target)
    .find((one) => tree.lookup(one, { follow: false })?.id === old.id);
  if (name === path) return tree.setAttributesAt(old.id, given);
  clear(tree, path);
  if (name === undefined) return void tree.writeFile(path, old.content, given);
  tree.link(name, path);
  tree.setAttributesAt(old.id, given);
}

function putLink(tree: Tree, lower: Tree, path: string, target: string): void {
  const existing = tree.lookup(target, { follow: false });
  const own = tree.lookup(path, { follow: false });
  if (existing !== undefined) {
    if (own?.id === existing.id) return;
    clear(tree, path);
    tree.link(target, path);
    return;
  }
  const old = lower.lookup(target, { follow: false });
  if (old === undefined || old.inode.kind === 'directory') {
    throw new ChangeStreamError(`a hard link to ${target}, which is no file`);
  }
  // The file lives on under this name only: its old name was deleted by an earlier record.
  clear(tree, path);
  tree.create(path, { ...old.inode });
}

function putSpecial(tree: Tree, path: string, attributes: ChangeAttributes): void {
  clear(tree, path);
  const { type, major, minor } = attributes;
  const given = plain(attributes);
  if (type === fileTypes.fifo) tree.create(path, { kind: 'fifo', ...given });
  else if (type === fileTypes.socket) tree.create(path, { kind: 'socket', ...given });
  else if (type === fileTypes.characterDevice)
    tree.create(path, { kind: 'character-device', major, minor, ...given });
  else if (type === fileTypes.blockDevice)
    tree.create(path, { kind: 'block-device', major, minor, ...given });
  else throw new ChangeStreamError(`${path} has the unknown type ${type.toString(8)}`);
}

function fileAt(lower: Tree, path: string): { readonly id: InodeId; readonly content: Content } {
  const found = lower.lookup(path, { follow: false });
  if (found?.inode.kind !== 'file') throw new ChangeStreamError(`the content of ${path}, which was no file`);
  return { id: found.id, content: found.inode.content };
}

function clear(tree: Tree, path: string): void {
  if (tree.lookup(path, { follow: false }) !== undefined) tree.remove(path, { recursive: true });
}

function plain(attributes: ChangeAttributes): Attributes {
  return attributesOf(attributes);
}
