import { compareNames } from '../file-name.ts';
import { inodesEqual } from '../tree/compare-inodes.ts';
import type { InodeId } from '../tree/inode.ts';
import type { Tree } from '../tree/tree.ts';

/** One row of a layer: what to do at a path to get from the lower tree to the upper one. */
export type LayerChange =
  | { readonly kind: 'added' | 'changed'; readonly path: string; readonly id: InodeId }
  /** The path becomes a hard link to another one, which the lower tree or an earlier change provides. */
  | { readonly kind: 'linked'; readonly path: string; readonly id: InodeId; readonly target: string }
  /** The path vanishes, with all that is below it. */
  | { readonly kind: 'removed'; readonly path: string };

/**
 * Compares two trees.
 *
 * @returns the changes that turn `lower` into `upper`: sorted, parents before children; hard links of `upper` are
 * kept, links of `lower` that `upper` lacks are broken
 */
export async function diffTrees(lower: Tree, upper: Tree): Promise<LayerChange[]> {
  const { unchanged, representatives } = await findUnchangedLinks(lower, upper);
  const changes: LayerChange[] = [];
  for (const pair of walkBoth(lower, upper)) {
    const { path, lowerId, upperId } = pair;
    if (upperId === undefined) {
      changes.push({ kind: 'removed', path });
      continue;
    }
    const isSame = hasOtherNames(lower, upper, pair)
      ? unchanged.has(path)
      : lowerId !== undefined && (await inodesEqual(lower.inode(lowerId), upper.inode(upperId)));
    if (isSame) continue;
    const target = representatives.get(upperId);
    if (target !== undefined) {
      changes.push({ kind: 'linked', path, id: upperId, target });
    } else {
      changes.push({ kind: lowerId === undefined ? 'added' : 'changed', path, id: upperId });
      const inode = upper.inode(upperId);
      if (inode.kind !== 'directory' && inode.nlink > 1) representatives.set(upperId, path);
    }
  }
  return changes;
}

interface Pair {
  readonly path: string;
  readonly lowerId: InodeId | undefined;
  readonly upperId: InodeId | undefined;
}

/** Every path of either tree; below a path that vanishes or becomes another kind of file, only the upper tree's. */
function* walkBoth(lower: Tree, upper: Tree): Generator<Pair, void, void> {
  const pending: Pair[] = [{ path: '/', lowerId: lower.root, upperId: upper.root }];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    yield pair;
    const { path, upperId } = pair;
    if (upperId === undefined || upper.inode(upperId).kind !== 'directory') continue;
    const lowerEntries = entriesOf(lower, pair.lowerId);
    const upperEntries = entriesOf(upper, upperId);
    const names = namesToCompare(lower, upper, lowerEntries, upperEntries);
    const prefix = path === '/' ? '/' : `${path}/`;
    for (const name of names.sort(compareNames).reverse()) {
      pending.push({ path: prefix + name, lowerId: lowerEntries.get(name), upperId: upperEntries.get(name) });
    }
  }
}

/**
 * Names of both directories, but for those of leaves that are one inode in both trees and have no other name: nothing of
 * them can have changed.
 */
function namesToCompare(
  lower: Tree,
  upper: Tree,
  lowerEntries: ReadonlyMap<string, InodeId>,
  upperEntries: ReadonlyMap<string, InodeId>,
): string[] {
  const names: string[] = [];
  for (const [name, id] of upperEntries) {
    const inode = upper.inode(id);
    const isOnlyName = inode.kind !== 'directory' && inode.nlink === 1;
    const isSame = isOnlyName && lowerEntries.get(name) === id && lower.inode(id) === inode;
    if (!isSame) names.push(name);
  }
  if (lowerEntries !== upperEntries)
    for (const name of lowerEntries.keys()) if (!upperEntries.has(name)) names.push(name);
  return names;
}

function entriesOf(tree: Tree, id: InodeId | undefined): ReadonlyMap<string, InodeId> {
  const inode = id === undefined ? undefined : tree.inode(id);
  return inode?.kind === 'directory' ? inode.entries : new Map();
}

/** Whether a path is one of several names, in either tree: only then does it matter what became of the others. */
function hasOtherNames(lower: Tree, upper: Tree, { lowerId, upperId }: Pair): boolean {
  return [
    lowerId === undefined ? undefined : lower.inode(lowerId),
    upperId === undefined ? undefined : upper.inode(upperId),
  ].some((inode) => inode !== undefined && inode.kind !== 'directory' && inode.nlink > 1);
}

/**
 * Finds the names of files with several that need no change. An inode of the lower tree can go on living as one inode of
 * the upper tree only: the first that equals it claims it, others were split off and are written anew.
 */
async function findUnchangedLinks(
  lower: Tree,
  upper: Tree,
): Promise<{ unchanged: Set<string>; representatives: Map<InodeId, string> }> {
  const unchanged = new Set<string>();
  const claims = new Map<InodeId, InodeId>();
  const representatives = new Map<InodeId, string>();
  for (const pair of walkBoth(lower, upper)) {
    const { path, lowerId, upperId } = pair;
    if (lowerId === undefined || upperId === undefined || !hasOtherNames(lower, upper, pair)) continue;
    if (!(await inodesEqual(lower.inode(lowerId), upper.inode(upperId)))) continue;
    if (!claims.has(lowerId) && !representatives.has(upperId)) {
      claims.set(lowerId, upperId);
      representatives.set(upperId, path);
    }
    if (claims.get(lowerId) === upperId) unchanged.add(path);
  }
  return { unchanged, representatives };
}
