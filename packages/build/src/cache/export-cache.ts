import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Digest, Digester, isErrno } from '@boxer/foundation';
import {
  type Artifact,
  type ArtifactFile,
  parseReference,
  pushArtifact,
  writeArtifactLayout,
} from '@boxer/oci';
import type { CacheTarget } from '../build-options.ts';
import type { Job, Progress } from '../progress/progress.ts';
import { CACHE_CONFIG_TYPE, CACHE_LAYER_TYPE, encodeCacheConfig } from './cache-config.ts';
import type { LayerStore } from './layer-store.ts';
import type { KnownSteps } from './step-cache.ts';

/** What a build leaves to other machines. */
export interface CacheToExport {
  /** What the build asked of the cache, and what it added. */
  readonly known: KnownSteps;
  readonly layers: LayerStore;
  /** Names of the layers of the image. */
  readonly image: ReadonlySet<Digest>;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

/**
 * Writes the steps of a build, with their layers, into directories and registries.
 *
 * @throws the error of the target, unless that is to be ignored
 */
export async function exportCache(targets: readonly CacheTarget[], cache: CacheToExport): Promise<void> {
  for (const target of targets) {
    const name = target.type === 'local' ? target.directory : target.reference;
    await cache.progress.job(`exporting cache to ${name}`, async (job) => {
      try {
        await exportTo(target, cache);
      } catch (error) {
        if (!target.ignoreError || cache.signal?.aborted === true) throw error;
        sayIgnored(job, error);
      }
    });
  }
}

async function exportTo(target: CacheTarget, { known, layers, image, signal }: CacheToExport): Promise<void> {
  // `min`: only what made the image itself. Records without a layer cost nothing.
  const wanted = [...known.records].filter(
    ([, { layer }]) => layer === undefined || target.mode === 'max' || image.has(layer),
  );
  const files = new Map<Digest, ArtifactFile>();
  for (const [, { layer }] of wanted) {
    if (layer === undefined || files.has(layer)) continue;
    const file = await layerFile(layers.pathOf(layer), signal);
    if (file !== undefined) files.set(layer, file);
  }
  const config = encodeCacheConfig({
    records: wanted.filter(([, { layer }]) => layer === undefined || files.has(layer)),
    inputs: [...known.inputs],
    layers: [...files].map(([name, { descriptor }]) => [name, descriptor.digest] as const),
  });
  const artifact: Artifact = { configType: CACHE_CONFIG_TYPE, config, files: uniqueFiles(files.values()) };
  if (target.type === 'local') await writeArtifactLayout(artifact, target.directory, target.tag, signal);
  else await pushArtifact(artifact, parseReference(target.reference), {}, signal);
}

/** @returns undefined when somebody removed the file: the step is not exported then */
async function layerFile(path: string, signal: AbortSignal | undefined): Promise<ArtifactFile | undefined> {
  try {
    const digester = new Digester();
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      signal?.throwIfAborted();
      digester.update(chunk as Buffer);
    }
    const { size } = await stat(path);
    return { path, descriptor: { mediaType: CACHE_LAYER_TYPE, digest: digester.digest(), size } };
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function uniqueFiles(files: Iterable<ArtifactFile>): ArtifactFile[] {
  return [...new Map([...files].map((file) => [file.descriptor.digest, file])).values()].sort(
    (left, right) => (left.descriptor.digest < right.descriptor.digest ? -1 : 1),
  );
}

function sayIgnored(job: Job, error: unknown): void {
  job.output(
    'stderr',
    `The cache is not exported: ${error instanceof Error ? error.message : String(error)}\n`,
  );
}
