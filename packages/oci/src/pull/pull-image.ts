import { type Digest, type Logger, silentLogger } from '@boxer/foundation';
import { SizeMismatchError } from '../errors.ts';
import { checkManifest, CONFIG_LIMIT_BYTES, type Image, openImage, pairLayers } from '../image.ts';
import { parseImageConfig } from '../manifest/parse-manifest.ts';
import type { Descriptor, ImageConfig, ImageManifest } from '../manifest/schemas.ts';
import { DEFAULT_PLATFORM, type Platform } from '../platform/platform.ts';
import { parseReference } from '../reference/reference.ts';
import { defaultHttpOptions, type HttpOptions } from '../registry/http-client.ts';
import { type RegistryOptions, registrySource } from '../registry/registry-source.ts';
import type { ImageSource } from '../source/image-source.ts';
import type { BlobStore } from '../store/blob-store.ts';
import { chooseManifest, type ManifestVisitor } from './choose-manifest.ts';
import { downloadBlob } from './download-blob.ts';
import { runParallel } from './run-parallel.ts';

/** What happens to one blob of an image. */
export interface PullProgress {
  readonly digest: Digest;
  readonly role: 'config' | 'layer';
  readonly state: 'stored-already' | 'downloading' | 'done';
  readonly receivedBytes: number;
  readonly sizeBytes: number;
}

export interface PullOptions {
  readonly store: BlobStore;
  /** Default: the registry that the reference names. A source that is given is not closed. */
  readonly source?: ImageSource;
  /** Default linux/arm64. */
  readonly platform?: Platform;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly signal?: AbortSignal;
  readonly logger?: Logger;
  /** For the default source, and for repeated attempts with any. */
  readonly registry?: RegistryOptions;
}

const PARALLEL_DOWNLOADS = 3;

/**
 * Brings an image for one platform into the store: manifest, config and layers, each verified against the digest that
 * names it. Blobs that are stored already are not fetched again.
 *
 * @param reference - as in a Dockerfile's FROM; only a name for messages when a source is given
 * @throws {@link InvalidReferenceError}, {@link ImageNotFoundError}, {@link PlatformNotFoundError},
 *   {@link RegistryError}, {@link RegistryAuthError}, {@link DigestMismatchError}, {@link SizeMismatchError},
 *   {@link InvalidManifestError}, {@link UnsupportedManifestError}
 */
export async function pullImage(reference: string, options: PullOptions): Promise<Image> {
  const source = options.source ?? registrySource(parseReference(reference), registryOptions(options));
  try {
    return await new Puller(source, options).pull();
  } finally {
    if (options.source === undefined) await source.close();
  }
}

function registryOptions({ registry, logger }: PullOptions): RegistryOptions {
  return logger === undefined ? { ...registry } : { logger, ...registry };
}

class Puller {
  readonly #source: ImageSource;
  readonly #options: PullOptions;
  readonly #http: HttpOptions;

  constructor(source: ImageSource, options: PullOptions) {
    this.#source = source;
    this.#options = options;
    this.#http = {
      logger: options.logger ?? silentLogger,
      attempts: options.registry?.attempts ?? defaultHttpOptions.attempts,
      retryDelayMs: options.registry?.retryDelayMs ?? defaultHttpOptions.retryDelayMs,
      timeoutMs: options.registry?.timeoutMs ?? defaultHttpOptions.timeoutMs,
    };
  }

  async pull(): Promise<Image> {
    const { store, platform = DEFAULT_PLATFORM, signal } = this.#options;
    const visitor: ManifestVisitor = {
      platformOf: (image) => this.#platformOf(image),
      // Kept, so that a reference by the digest of an index can be followed without the registry.
      onIndex: async ({ bytes }) => void (await store.putWhole(bytes)),
    };
    const { served, manifest } = await chooseManifest(this.#source, platform, visitor, signal);
    const { digest } = served.descriptor;
    checkManifest(digest, manifest);
    const config = await this.#readConfig(manifest.config);
    const layers = new Map(
      pairLayers(digest, manifest, config).map(({ descriptor }) => [descriptor.digest, descriptor]),
    );
    await runParallel([...layers.values()], PARALLEL_DOWNLOADS, signal, (layer, ownSignal) =>
      this.#fetch(layer, 'layer', ownSignal),
    );
    // The manifest comes last: a store that has it has the whole image, unless something was removed.
    await store.put([served.bytes], { digest, size: served.bytes.byteLength });
    return openImage(store, digest);
  }

  /** An artifact has no config of an image, and so no platform. */
  async #platformOf(manifest: ImageManifest): Promise<Platform> {
    checkManifest(manifest.config.digest, manifest);
    const { os, architecture, variant } = await this.#readConfig(manifest.config);
    return variant === undefined ? { os, architecture } : { os, architecture, variant };
  }

  async #readConfig(descriptor: Descriptor): Promise<ImageConfig> {
    if (descriptor.size > CONFIG_LIMIT_BYTES) {
      throw new SizeMismatchError(descriptor.digest, CONFIG_LIMIT_BYTES, descriptor.size);
    }
    await this.#fetch(descriptor, 'config', this.#options.signal ?? new AbortController().signal);
    const bytes = await this.#options.store.readWhole(descriptor.digest, CONFIG_LIMIT_BYTES);
    return parseImageConfig(`image config ${descriptor.digest}`, bytes);
  }

  async #fetch(descriptor: Descriptor, role: PullProgress['role'], signal: AbortSignal): Promise<void> {
    const { store, onProgress } = this.#options;
    const { digest, size: sizeBytes } = descriptor;
    const report = (state: PullProgress['state'], receivedBytes: number): void =>
      onProgress?.({ digest, role, state, receivedBytes, sizeBytes });
    if (await store.has(descriptor)) {
      report('stored-already', sizeBytes);
      return;
    }
    const onBytes = (receivedBytes: number): void => report('downloading', receivedBytes);
    await downloadBlob(this.#source, descriptor, store, { http: this.#http, signal, onBytes });
    report('done', sizeBytes);
  }
}
