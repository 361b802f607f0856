import type { BuildStep, HistoryEntry } from '@boxer/dockerfile';
import type { Digest } from '@boxer/foundation';
import { applyPackedLayer, diffTrees, Tree } from '@boxer/fsimage';
import type { LayerStore, StoredLayer } from '../cache/layer-store.ts';
import { once } from '../cache/once.ts';
import type { StepCache } from '../cache/step-cache.ts';
import type { Job } from '../progress/progress.ts';
import { isoTime } from './iso-time.ts';
import type { StageState } from './stage-result.ts';

/** A step that makes a layer, and how it came about. */
export interface LayerStep {
  /** Names the state after it. */
  readonly key: Digest;
  /** Whether what is known of it may be used; what it does is remembered all the same. */
  readonly reads: boolean;
  readonly history: HistoryEntry | undefined;
  /** When it happens, unless it is known. */
  readonly now: number;
  /** Time of creation, whatever is known; undefined for that of the first execution. */
  readonly epoch: number | undefined;
  /** @returns the filesystem after the step */
  execute(): Promise<Tree>;
}

/**
 * Executes steps that make a layer, or takes the layer that is known. Either way the state after a step is that before
 * it with the stored layer applied, so that a build of known steps cannot differ from the one that executed them.
 */
export class StepLayers {
  readonly #cache: StepCache;
  readonly #layers: LayerStore;
  readonly #signal: AbortSignal | undefined;

  constructor(cache: StepCache, layers: LayerStore, signal: AbortSignal | undefined) {
    this.#cache = cache;
    this.#layers = layers;
    this.#signal = signal;
  }

  async run(before: StageState, step: LayerStep, job: Job): Promise<StageState> {
    const known = step.reads ? await this.#known(step.key) : undefined;
    if (known !== undefined) {
      job.cached();
      return after(before, step, known.layer, step.epoch ?? known.createdAt);
    }
    const lower = await before.tree();
    const tree = await step.execute();
    const layer = await this.#layers.store(tree, await diffTrees(lower, tree), this.#signal);
    const { name, diffId, tarBytes } = layer;
    const description = step.history?.created_by ?? 'files of a directory';
    const record = { createdAt: step.now, layer: name, diffId, tarBytes, description };
    await this.#cache.store(step.key, record);
    return after(before, step, layer, step.now);
  }

  /** Time of a step that only says something: that of its first execution. */
  async timeOf(key: Digest, { reads, now }: Pick<LayerStep, 'reads' | 'now'>): Promise<number> {
    const known = reads ? await this.#cache.find(key) : undefined;
    if (known !== undefined) return known.createdAt;
    await this.#cache.store(key, { createdAt: now });
    return now;
  }

  async #known(key: Digest): Promise<{ createdAt: number; layer: StoredLayer } | undefined> {
    const record = await this.#cache.find(key);
    if (record?.layer === undefined || record.diffId === undefined) return undefined;
    const packed = await this.#layers.find(record.layer);
    if (packed === undefined) return undefined;
    const { layer: name, diffId, tarBytes = 0 } = record;
    const layer = { name, diffId, tarBytes, packed };
    return { createdAt: record.createdAt, layer };
  }
}

function after(before: StageState, step: LayerStep, layer: StoredLayer, createdAt: number): StageState {
  const { history, key } = step;
  return {
    key,
    createdAt,
    tree: once(async () => {
      const tree = (await before.tree()).clone();
      await applyPackedLayer(tree, layer.packed);
      return tree;
    }),
    layers: [...before.layers, { kind: 'built', ...layer, createdBy: history?.created_by }],
    history: history === undefined ? before.history : [...before.history, datedEntry(history, createdAt)],
  };
}

export function datedEntry(entry: HistoryEntry, createdAt: number): HistoryEntry {
  return { created: isoTime(createdAt), ...entry };
}

export function makesLayer(step: BuildStep): step is Exclude<BuildStep, { kind: 'config' }> {
  return step.kind === 'run' || step.kind === 'copy' || (step.kind === 'workdir' && step.createsLayer);
}
