import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '@boxer/foundation';
import {
  type LayerChange,
  packChanges,
  PackedLayer,
  PackedLayerError,
  packLayerTar,
  type Tree,
} from '@boxer/fsimage';
import type { Layer } from '@boxer/oci';
import { isErrno, makeDirectories, writeFileAtomically } from '@boxer/foundation';

/** A layer that a build made, in the store. */
export interface StoredLayer {
  /** Its name in the store: the diffId, unless it links to files of lower layers. */
  readonly name: Digest;
  readonly diffId: Digest;
  /** Length of the layer as an uncompressed tar. */
  readonly tarBytes: number;
  readonly packed: PackedLayer;
}

/** Where layers come from that this machine does not have: files as in the store. */
export interface OtherLayers {
  layer(name: Digest): AsyncIterable<Uint8Array> | undefined;
}

/**
 * Layers in packed form, by name: those of base images and those that steps made. A layer that was found stays open,
 * and so readable, until the store is disposed of, whoever evicts it meanwhile.
 *
 *     DIRECTORY/HEX….layer
 */
export class LayerStore implements AsyncDisposable {
  readonly directory: string;
  readonly #others: OtherLayers | undefined;
  readonly #layers = new Map<Digest, Promise<PackedLayer>>();

  /** @param others - asked for what is not here */
  constructor(directory: string, others?: OtherLayers) {
    this.directory = directory;
    this.#others = others;
  }

  /** @returns a layer, or undefined when it is not there or damaged, and then removed */
  async find(name: Digest): Promise<PackedLayer | undefined> {
    const known = this.#layers.get(name);
    if (known !== undefined) return known.catch(() => undefined);
    const layer = (await this.#open(name)) ?? (await this.#fetch(name));
    if (layer !== undefined) this.#layers.set(name, Promise.resolve(layer));
    return layer;
  }

  /** Stores what a step changed. @param tree - the upper tree of `diffTrees` */
  async store(
    tree: Tree,
    changes: readonly LayerChange[],
    signal: AbortSignal | undefined,
  ): Promise<StoredLayer> {
    makeDirectories(this.directory);
    const pathOf = (name: Digest) => this.pathOf(name);
    const written = await packChanges(tree, changes, pathOf, this.directory, { signal });
    return { ...written, packed: await this.#mustFind(written.name) };
  }

  /** @returns a layer of an image, stored when it was not */
  async take(layer: Layer, signal: AbortSignal | undefined): Promise<PackedLayer> {
    const { diffId } = layer;
    const found = await this.find(diffId);
    if (found !== undefined) return found;
    const taken = this.#layers.get(diffId) ?? this.#convert(layer, signal);
    this.#layers.set(diffId, taken);
    return taken;
  }

  pathOf(name: Digest): string {
    return join(this.directory, `${name.slice('sha256:'.length)}.layer`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const layers = await Promise.allSettled(this.#layers.values());
    this.#layers.clear();
    for (const layer of layers) if (layer.status === 'fulfilled') await layer.value.close();
  }

  /** @returns undefined also when the layer cannot be had: it is made again then */
  async #fetch(name: Digest): Promise<PackedLayer | undefined> {
    const chunks = this.#others?.layer(name);
    if (chunks === undefined) return undefined;
    makeDirectories(this.directory);
    try {
      await writeFileAtomically(this.pathOf(name), chunks);
    } catch {
      return undefined;
    }
    return this.#open(name);
  }

  async #convert(layer: Layer, signal: AbortSignal | undefined): Promise<PackedLayer> {
    makeDirectories(this.directory);
    await packLayerTar(layer.uncompressed(signal), this.pathOf(layer.diffId), { signal });
    return PackedLayer.open(this.pathOf(layer.diffId));
  }

  async #mustFind(name: Digest): Promise<PackedLayer> {
    const layer = await this.find(name);
    if (layer === undefined) throw new PackedLayerError(this.pathOf(name), 'it vanished');
    return layer;
  }

  async #open(name: Digest): Promise<PackedLayer | undefined> {
    const path = this.pathOf(name);
    try {
      const layer = await PackedLayer.open(path);
      // Marks it as used.
      const now = new Date();
      await utimes(path, now, now).catch(() => undefined);
      return layer;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      if (!(error instanceof PackedLayerError)) throw error;
      await rm(path, { force: true });
      return undefined;
    }
  }
}
