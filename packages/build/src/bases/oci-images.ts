import { formatPlatform, parsePlatform, type Platform } from '@boxer/dockerfile';
import { applyPackedLayer, Tree } from '@boxer/fsimage';
import {
  BlobStore,
  findImage,
  type Image,
  openLocalSource,
  PlatformNotFoundError,
  pullImage,
  type PullOptions,
  type PullProgress,
} from '@boxer/oci';
import type { LayerStore } from '../cache/layer-store.ts';
import { once } from '../cache/once.ts';
import type { Job, Progress } from '../progress/progress.ts';
import { BoxerError } from '@boxer/foundation';
import { ImageResolutionError } from '../errors/base-error.ts';
import type { Base } from './base.ts';
import type { ImageOpener } from './image-opener.ts';

export interface OciImagesOptions {
  /** Holds the blob store. */
  readonly cacheDirectory: string;
  readonly layers: LayerStore;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

/** Opens images through the blob store: pulled from registries, or copied from layouts and archives. */
export class OciImages implements ImageOpener {
  readonly #options: OciImagesOptions;
  #store: Promise<BlobStore> | undefined;

  constructor(options: OciImagesOptions) {
    this.#options = options;
  }

  async openReference(reference: string, platform: Platform): Promise<Base> {
    try {
      return await this.#open(reference, platform, (options) => findImage(reference, options));
    } catch (cause) {
      if (!(cause instanceof BoxerError)) throw cause;
      throw new ImageResolutionError(reference, cause);
    }
  }

  openLayout(location: string, platform: Platform): Promise<Base> {
    const { path, selector } = splitLocation(location);
    return this.#openLocal(path, selector, platform);
  }

  openArchive(path: string, platform: Platform): Promise<Base> {
    return this.#openLocal(path, undefined, platform);
  }

  #openLocal(path: string, selector: string | undefined, platform: Platform): Promise<Base> {
    return this.#open(path, platform, async (options) => {
      const source = await openLocalSource(path, selector);
      try {
        return await pullImage(path, { ...options, source }).catch((error: unknown) => {
          // The only image there is, is meant, whatever it is for: a warning says so. @source moby/buildkit (ResolveImageConfig)
          const only = onlyPlatform(error);
          if (only === undefined) throw error;
          return pullImage(path, { ...options, platform: only, source });
        });
      } finally {
        await source.close();
      }
    });
  }

  async #open(
    name: string,
    platform: Platform,
    pull: (options: PullOptions) => Promise<Image>,
  ): Promise<Base> {
    const { cacheDirectory, progress, signal } = this.#options;
    const store = await (this.#store ??= BlobStore.open(cacheDirectory));
    const image = await progress.job(`[internal] pull ${name} for ${formatPlatform(platform)}`, (job) =>
      pull({
        store,
        platform,
        onProgress: (event) => report(job, event),
        ...(signal === undefined ? {} : { signal }),
      }),
    );
    return {
      kind: 'image',
      config: image.config,
      key: image.descriptor.digest,
      layers: image.layers,
      tree: once(() => this.#merge(name, image)),
    };
  }

  /** Layers are unpacked into the layer store once, and taken from there ever after. */
  async #merge(name: string, image: Image): Promise<Tree> {
    const { layers, progress, signal } = this.#options;
    const tree = new Tree();
    const apply = async () => {
      for (const layer of image.layers) await applyPackedLayer(tree, await layers.take(layer, signal));
    };
    const known = await Promise.all(image.layers.map(({ diffId }) => layers.find(diffId)));
    if (known.includes(undefined)) await progress.job(`[internal] unpack ${name}`, apply);
    else await apply();
    return tree;
  }
}

function report(job: Job, { digest, role, state, receivedBytes, sizeBytes }: PullProgress): void {
  if (role === 'layer' && state !== 'stored-already') job.transferred(digest, receivedBytes, sizeBytes);
}

/** @returns the platform of the only image there is, when that is why none was found */
function onlyPlatform(error: unknown): Platform | undefined {
  if (!(error instanceof PlatformNotFoundError)) return undefined;
  const [only, ...more] = error.available;
  return only === undefined || more.length > 0 ? undefined : parsePlatform(only);
}

/** Splits `DIR`, `DIR:tag` and `DIR@digest`. */
function splitLocation(location: string): { path: string; selector: string | undefined } {
  const match = /^(?<path>.+?)(?:@(?<digest>sha256:[0-9a-f]{64})|:(?<tag>[\w][\w.-]*))?$/s.exec(location);
  return {
    path: match?.groups?.['path'] ?? location,
    selector: match?.groups?.['digest'] ?? match?.groups?.['tag'],
  };
}
