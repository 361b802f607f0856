import { pack } from 'tar-stream';
import type { Image } from '../image.ts';
import type { Layer } from '../layer.ts';
import type { BlobStore } from '../store/blob-store.ts';
import { createImage, storeLayer } from '../write/create-image.ts';

export interface RandomImageOptions {
  readonly seed?: number;
  readonly layers?: number;
  /** Length of the one file in each layer. */
  readonly fileBytes?: number;
  readonly architecture?: string;
  readonly compression?: 'gzip' | 'none';
}

/** Makes an image of files with noise, for tests. Equal seeds give equal images. */
export async function randomImage(store: BlobStore, options: RandomImageOptions = {}): Promise<Image> {
  const {
    seed = 1,
    layers: count = 2,
    fileBytes = 10_000,
    architecture = 'arm64',
    compression = 'gzip',
  } = options;
  const layers: Layer[] = [];
  for (let index = 0; index < count; index++) {
    layers.push(await storeLayer(store, randomLayer(seed * 1000 + index, fileBytes), compression));
  }
  const config = {
    created: '2001-09-09T01:46:40Z',
    architecture,
    os: 'linux',
    config: { Env: ['PATH=/bin'], Cmd: ['/bin/sh'], WorkingDir: '/', Labels: { seed: String(seed) } },
    history: layers.map((_, index) => ({ created_by: `layer ${index}` })),
  };
  return createImage(store, config, layers);
}

/** @returns a tar with one file of noise */
export function randomLayer(seed: number, fileBytes: number): AsyncIterable<Uint8Array> {
  const archive = pack();
  archive.entry({ name: `file-${seed}`, mtime: new Date(0) }, noise(seed, fileBytes));
  archive.finalize();
  return archive as AsyncIterable<Uint8Array>;
}

/** Bytes that do not compress, from a linear congruential generator. */
function noise(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
