import { type Digest, isDigest, parseDigest } from '@boxer/foundation';
import {
  type Descriptor,
  type ImageSource,
  openLocalSource,
  parseReference,
  readArtifact,
  readArtifactBlob,
  registrySource,
} from '@boxer/oci';
import type { CacheOrigin } from '../build-options.ts';
import type { Progress } from '../progress/progress.ts';
import { CACHE_CONFIG_TYPE, decodeCacheConfig } from './cache-config.ts';
import type { StepRecord } from './step-cache.ts';

/** What other machines know of steps. Nothing of it is needed: what cannot be read is made again. */
export class ImportedCache implements AsyncDisposable {
  readonly #signal: AbortSignal | undefined;
  readonly #sources: ImageSource[] = [];
  readonly #records = new Map<Digest, StepRecord>();
  readonly #inputs = new Map<Digest, Digest>();
  readonly #layers = new Map<Digest, { readonly source: ImageSource; readonly blob: Descriptor }>();

  private constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** Reads what there is, the first origin first. One that cannot be read is passed over, and its job says why. */
  static async open(
    origins: readonly CacheOrigin[],
    progress: Progress,
    signal: AbortSignal | undefined,
  ): Promise<ImportedCache> {
    const imported = new ImportedCache(signal);
    for (const origin of origins) {
      const name = origin.type === 'local' ? origin.directory : origin.reference;
      await progress.job(`importing cache manifest from ${name}`, async (job) => {
        try {
          await imported.#read(origin);
        } catch (error) {
          signal?.throwIfAborted();
          const why = error instanceof Error ? error.message : String(error);
          job.output('stderr', `The cache is not used: ${why}\n`);
        }
      });
    }
    return imported;
  }

  record(key: Digest): StepRecord | undefined {
    return this.#records.get(key);
  }

  inputs(key: Digest): Digest | undefined {
    return this.#inputs.get(key);
  }

  /** @returns the file of a layer, verified when it was read to its end */
  layer(name: Digest): AsyncIterable<Uint8Array> | undefined {
    const found = this.#layers.get(name);
    return found === undefined ? undefined : readArtifactBlob(found.source, found.blob, this.#signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const source of this.#sources) await source.close();
  }

  async #read(origin: CacheOrigin): Promise<void> {
    const source =
      origin.type === 'local'
        ? await openLocalSource(origin.directory, origin.tag)
        : registrySource(parseReference(origin.reference));
    this.#sources.push(source);
    const { config, blobs } = await readArtifact(source, CACHE_CONFIG_TYPE, this.#signal);
    const { records, inputs, layers } = decodeCacheConfig(config);
    const byDigest = new Map(blobs.map((blob) => [blob.digest, blob]));
    for (const [name, digest] of layers) {
      const blob = isDigest(digest) ? byDigest.get(parseDigest(digest)) : undefined;
      if (blob !== undefined && !this.#layers.has(name)) this.#layers.set(name, { source, blob });
    }
    for (const [key, record] of records) {
      if (!this.#records.has(key)) this.#records.set(key, record);
    }
    for (const [key, digest] of inputs) this.#inputs.set(key, digest);
  }
}
