import type { ImageConfig, ResolvedBuild } from '@boxer/dockerfile';
import type { Digest } from '@boxer/foundation';
import type { Tree } from '@boxer/fsimage';
import { isoTime } from '../stages/iso-time.ts';
import type { StageLayer, StageResult } from '../stages/stage-result.ts';

/** A layer of the result, with what image formats need to know. */
export interface FinishedLayer {
  readonly diffId: Digest;
  /** Length of the tar stream; of the stored bytes for a layer of the base. */
  readonly sizeBytes: number;
  readonly createdBy: string | undefined;
  readonly source: StageLayer;
}

/** The result of a build, before it is written in any form. */
export interface FinishedImage {
  readonly config: ImageConfig;
  /** Names the filesystem. */
  readonly key: Digest;
  readonly tree: () => Promise<Tree>;
  readonly layers: readonly FinishedLayer[];
}

/** Completes the image config: layers, history and time. */
export function finishImage(stage: StageResult, build: ResolvedBuild): FinishedImage {
  const createdBy = stage.history
    .filter((entry) => entry.empty_layer !== true)
    .map((entry) => entry.created_by);
  const layers = stage.layers.map((source, index) => finishLayer(source, createdBy[index]));
  const created = stage.createdAt ?? build.epoch;
  const config: ImageConfig = {
    ...build.image,
    ...(created === undefined ? {} : { created: isoTime(created) }),
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: stage.history,
  };
  return { config, key: stage.key, tree: stage.tree, layers };
}

function finishLayer(source: StageLayer, createdBy: string | undefined): FinishedLayer {
  if (source.kind === 'built') {
    const { diffId, tarBytes } = source;
    return { diffId, sizeBytes: tarBytes, createdBy: source.createdBy ?? createdBy, source };
  }
  const { diffId, sizeBytes } = source.layer;
  return { diffId, sizeBytes, createdBy, source };
}
