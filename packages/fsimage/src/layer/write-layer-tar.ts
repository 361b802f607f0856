import { encodeTarHeader, tarPadding, tarTrailer, type TarMember } from '../tar/tar-writer.ts';
import type { TarEntryType } from '../tar/tar-reader.ts';
import { attributes, type Inode, type InodeKind } from '../tree/inode.ts';
import { Tree } from '../tree/tree.ts';
import { diffTrees, type LayerChange } from './diff-trees.ts';
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
 * Streams changes as a layer: an uncompressed tar with whiteouts. Equal changes give equal bytes. Sockets are left
 * out, as tar has no type for them.
 *
 * @param tree - the upper tree of {@link diffTrees}
 * @param changes - default: everything in the tree, over nothing
 * @source OCI image-spec v1.1.0, layer.md
 */
export async function* writeLayerTar(
  tree: Tree,
  changes?: Iterable<LayerChange>,
): AsyncGenerator<Uint8Array, void, void> {
  for (const change of changes ?? (await diffTrees(new Tree(), tree))) {
    switch (change.kind) {
      case 'removed':
        yield encodeTarHeader(whiteout(change.path));
        break;
      case 'linked':
        yield* linkMember(tree.inode(change.id), change.path, change.target);
        break;
      case 'added':
      case 'changed':
        yield* writeMember(tree.inode(change.id), change.path);
    }
  }
  yield tarTrailer;
}

async function* writeMember(inode: Inode, path: string): AsyncGenerator<Uint8Array> {
  if (inode.kind === 'socket') return;
  yield encodeTarHeader({ ...member(inode, path), type: MEMBER_TYPES[inode.kind] });
  if (inode.kind !== 'file') return;
  yield* inode.content.chunks();
  yield tarPadding(inode.content.sizeBytes);
}

function* linkMember(inode: Inode, path: string, target: string): Generator<Uint8Array> {
  if (inode.kind === 'socket') return;
  yield encodeTarHeader({
    ...member(inode, path),
    type: 'hard-link',
    linkName: target.slice(1),
    sizeBytes: 0,
    xattrs: new Map(),
  });
}

function member(inode: Inode, path: string): Omit<TarMember, 'type'> {
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
