import { encodeTarHeader, tarPadding, tarTrailer } from '../tar/tar-writer.ts';
import { Tree } from '../tree/tree.ts';
import { diffTrees, type LayerChange } from './diff-trees.ts';
import { memberOf } from './layer-member.ts';

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
    const member = memberOf(tree, change);
    if (member === undefined) continue;
    yield encodeTarHeader(member);
    const inode = change.kind === 'removed' ? undefined : tree.inode(change.id);
    if (member.type !== 'file' || inode?.kind !== 'file') continue;
    yield* inode.content.chunks();
    yield tarPadding(inode.content.sizeBytes);
  }
  yield tarTrailer;
}
