import type { ImageConfig, ResolvedBuild } from '@boxer/dockerfile';
import { type Digest, Digester } from '@boxer/foundation';
import { type Tree, writeLayerTar } from '@boxer/fsimage';
import { isoTime } from '../stages/stage-executor.ts';
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
  readonly tree: Tree;
  readonly layers: readonly FinishedLayer[];
}

/** Completes the image config: layers, history and time. */
export async function finishImage(stage: StageResult, build: ResolvedBuild): Promise<FinishedImage> {
  const createdBy = stage.history
    .filter((entry) => entry.empty_layer !== true)
    .map((entry) => entry.created_by);
  const layers: FinishedLayer[] = [];
  for (const [index, source] of stage.layers.entries()) {
    layers.push(await finishLayer(source, createdBy[index]));
  }
  const created = stage.createdAt ?? build.epoch;
  const config: ImageConfig = {
    ...build.image,
    ...(created === undefined ? {} : { created: isoTime(created) }),
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: stage.history,
  };
  return { config, tree: stage.tree, layers };
}

async function finishLayer(source: StageLayer, createdBy: string | undefined): Promise<FinishedLayer> {
  if (source.kind === 'base') {
    const { diffId, sizeBytes } = source.layer;
    return { diffId, sizeBytes, createdBy, source };
  }
  const digester = new Digester();
  let sizeBytes = 0;
  for await (const chunk of writeLayerTar(source.tree, source.changes)) {
    digester.update(chunk);
    sizeBytes += chunk.byteLength;
  }
  return { diffId: digester.digest(), sizeBytes, createdBy: source.createdBy ?? createdBy, source };
}
