import type { InodeId } from '../tree/inode.ts';
import type { LayerChange } from './diff-trees.ts';

/**
 * Makes changes whose hard links point to nothing outside of them: of the names of a file that a lower layer has, the
 * first new one becomes a file of its own, and the others links to that. Whoever unpacks a layer by itself, as Docker
 * does, has no file of a lower layer to link to.
 *
 * @param changes - of `diffTrees`
 * @source moby/buildkit util/overlay/overlay_linux.go (Changes: a file copied up as it was is no change)
 */
export function selfContainedLinks(changes: readonly LayerChange[]): LayerChange[] {
  const linked = new Set(changes.flatMap((change) => (change.kind === 'linked' ? [change.id] : [])));
  const firstNames = new Map<InodeId, string>();
  return changes.map((change) => {
    if (change.kind === 'removed' || !linked.has(change.id)) return change;
    const target = firstNames.get(change.id);
    if (target !== undefined) return { kind: 'linked', path: change.path, id: change.id, target };
    firstNames.set(change.id, change.path);
    return change.kind === 'linked' ? { kind: 'added', path: change.path, id: change.id } : change;
  });
}
