import type { TarEntryType } from '../tar/tar-reader.ts';
import type { TarMember } from '../tar/tar-writer.ts';
import { attributes, type Inode, type InodeKind } from '../tree/inode.ts';
import type { Tree } from '../tree/tree.ts';
import type { LayerChange } from './diff-trees.ts';
import { WHITEOUT_PREFIX } from './entry-path.ts';

const MEMBER_TYPES: Readonly<Record<Exclude<InodeKind, 'socket'>, TarEntryType>> = {
  file: 'file',
  symlink: 'symlink',
  directory: 'directory',
  fifo: 'fifo',
  'character-device': 'character-device',
  'block-device': 'block-device',
};

/**
 * @param tree - the upper tree of `diffTrees`
 * @returns the member of a layer that makes a change; undefined for sockets, for which tar has no type
 * @source OCI image-spec v1.1.0, layer.md
 */
export function memberOf(tree: Tree, change: LayerChange): TarMember | undefined {
  if (change.kind === 'removed') return whiteout(change.path);
  const inode = tree.inode(change.id);
  if (inode.kind === 'socket') return undefined;
  const plain = plainMember(inode, change.path);
  return change.kind === 'linked'
    ? { ...plain, type: 'hard-link', linkName: change.target.slice(1), sizeBytes: 0, xattrs: new Map() }
    : { ...plain, type: MEMBER_TYPES[inode.kind] };
}

function plainMember(inode: Inode, path: string): Omit<TarMember, 'type'> {
  const isDevice = inode.kind === 'character-device' || inode.kind === 'block-device';
  const name = path === '/' ? '.' : path.slice(1);
  return {
    ...inode,
    name: inode.kind === 'directory' ? `${name}/` : name,
    linkName: inode.kind === 'symlink' ? inode.target : '',
    sizeBytes: inode.kind === 'file' ? inode.content.sizeBytes : 0,
    deviceMajor: isDevice ? inode.major : 0,
    deviceMinor: isDevice ? inode.minor : 0,
  };
}

function whiteout(path: string): TarMember {
  const slash = path.lastIndexOf('/');
  return {
    ...attributes({ permissions: 0o600 }),
    type: 'file',
    name: path.slice(1, slash + 1) + WHITEOUT_PREFIX + path.slice(slash + 1),
    linkName: '',
    sizeBytes: 0,
    deviceMajor: 0,
    deviceMinor: 0,
  };
}
