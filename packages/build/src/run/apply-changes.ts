import {
  attributesOf,
  type Attributes,
  type Content,
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

/**
 * Does to a tree what a box did to its root filesystem.
 *
 * @param tree - as the box found it; changed in place
 * @param chunks - the box's change stream
 * @param spool - takes the contents of new files
 * @throws {@link ChangeStreamError} when the stream is malformed or does not fit the tree
 */
export async function applyChanges(
  tree: Tree,
  chunks: AsyncIterable<Uint8Array>,
  spool: Spool,
): Promise<void> {
  // Records name files of the tree as it was before the first of them.
  const lower = tree.clone();
  for await (const change of readChanges(chunks)) {
    try {
      await applyChange(tree, lower, change, spool);
    } catch (cause) {
      if (!(cause instanceof TreePathError)) throw cause;
      throw new ChangeStreamError(`${change.kind} of ${change.path}: ${cause.message}`, { cause });
    }
  }
}

async function applyChange(tree: Tree, lower: Tree, change: Change, spool: Spool): Promise<void> {
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
      return putFile(tree, path, contentAt(lower, path), plain(change.attributes));
    case 'fileFrom':
      return putFile(tree, path, contentAt(lower, change.target), plain(change.attributes));
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
      return putLink(tree, lower, path, change.target);
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

function contentAt(lower: Tree, path: string): Content {
  const found = lower.lookup(path, { follow: false });
  if (found?.inode.kind !== 'file') throw new ChangeStreamError(`the content of ${path}, which was no file`);
  return found.inode.content;
}

function clear(tree: Tree, path: string): void {
  if (tree.lookup(path, { follow: false }) !== undefined) tree.remove(path, { recursive: true });
}

function plain(attributes: ChangeAttributes): Attributes {
  return attributesOf(attributes);
}
