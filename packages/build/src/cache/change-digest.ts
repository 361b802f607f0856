import { type Digest, Digester } from '@boxer/foundation';
import { contentDigest, type Inode, type LayerChange, type Tree } from '@boxer/fsimage';

/**
 * Digest of what a step did, as far as later steps can depend on it: names, contents, modes, owners, extended
 * attributes. Modification times are left out, so that touching a file does not undo the cache.
 *
 * @source moby/buildkit cache/contenthash/checksum.go (what it hashes of a file)
 */
export async function changeDigest(tree: Tree, changes: readonly LayerChange[]): Promise<Digest> {
  const digester = new Digester();
  for (const change of changes) {
    const row = [change.kind, change.path, ...(await describeChange(tree, change))];
    digester.update(Buffer.from(`${JSON.stringify(row)}\n`, 'utf8'));
  }
  return digester.digest();
}

async function describeChange(tree: Tree, change: LayerChange): Promise<unknown[]> {
  if (change.kind === 'removed') return [];
  if (change.kind === 'linked') return [change.target];
  return describeInode(tree.inode(change.id));
}

/** @returns what tells an object from another but for its name and its modification time */
export async function describeInode(inode: Inode): Promise<unknown[]> {
  const common = [inode.kind, inode.permissions, inode.uid, inode.gid, ...xattrsOf(inode)];
  switch (inode.kind) {
    case 'file':
      return [...common, await contentDigest(inode.content)];
    case 'symlink':
      return [...common, inode.target];
    case 'character-device':
    case 'block-device':
      return [...common, inode.major, inode.minor];
    case 'directory':
    case 'fifo':
    case 'socket':
      return common;
  }
}

function xattrsOf({ xattrs }: Inode): string[] {
  return [...xattrs]
    .map(([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`)
    .sort((left, right) => (left < right ? -1 : 1));
}
