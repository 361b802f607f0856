import type { Digest } from '@boxer/foundation';
import { attributesOf, diffTrees, Tree } from '@boxer/fsimage';
import { changeDigest } from '../cache/change-digest.ts';
import { Copier, type CopySelection } from '../copy/copier.ts';
import { SourceNotFoundError } from '../errors/copy-errors.ts';
import { followPath } from './follow-path.ts';
import type { SourceRoot } from './source-root.ts';

/** Files of a place as a tree of their own; contents are by reference, so it costs names only. */
export interface CollectedFiles {
  readonly tree: Tree;
  /** The directory, or the file, in {@link tree}. */
  readonly path: '/' | '/file';
}

/** @throws {@link SourceNotFoundError} */
export async function collectFiles(
  root: SourceRoot,
  path: string,
  selection?: CopySelection,
): Promise<CollectedFiles> {
  const found = await followPath(root, path, true);
  if (found === undefined) throw new SourceNotFoundError(root.name, path);
  const tree = new Tree();
  const now = { seconds: 0, nanoseconds: 0 };
  const copier = new Copier(tree, {
    owner: undefined,
    mode: undefined,
    madeDirectoryPermissions: 0o755,
    now,
  });
  const isDirectory = found.entry.kind === 'directory';
  const target = isDirectory ? '/' : '/file';
  await copier.copy(root, found.path, target, selection);
  if (isDirectory) tree.setAttributes('/', attributesOf(found.entry));
  return { tree, path: target };
}

/** @returns the digest of all files of a tree: names, contents, modes, owners; not their times */
export async function filesDigest(tree: Tree): Promise<Digest> {
  return changeDigest(tree, await diffTrees(new Tree(), tree));
}
