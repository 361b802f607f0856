import { digestOf } from '@boxer/foundation';
import { DecompressionError } from '@boxer/archive';
import { DigestMismatchError } from './errors.ts';
import type { Image } from './image.ts';
import { type Layer, StoredLayer } from './layer.ts';
import { randomImage } from './testing/random-image.ts';
import { temporaryStore } from './testing/temporary-store.ts';
import { validateImage } from './validate-image.ts';

describe('validateImage', () => {
  it('has nothing against good images, and equal seeds make equal ones', async () => {
    using it = await temporaryStore();
    const [first, second] = [await randomImage(it.store), await randomImage(it.store)];
    expect(await validateImage(first)).toEqual([]);
    expect(second.descriptor.digest).toBe(first.descriptor.digest);
    expect(
      await validateImage(await randomImage(it.store, { seed: 3, compression: 'none', layers: 0 })),
    ).toEqual([]);
  });

  // Each change breaks the law that is named, of go-containerregistry pkg/v1/validate.
  it.each<[string, (image: Image) => Partial<Image>]>([
    [
      'the manifest has its digest',
      (image) => ({ manifestBytes: Buffer.concat([image.manifestBytes, Buffer.from(' ')]) }),
    ],
    ['the manifest has its size', (image) => ({ descriptor: { ...image.descriptor, size: 1 } })],
    [
      'the manifest is of a known type',
      (image) => ({ descriptor: { ...image.descriptor, mediaType: 'text/plain' } }),
    ],
    [
      'the config has its digest',
      (image) => ({ configBytes: Buffer.from(image.configBytes).fill(' ', 0, 1) }),
    ],
    ['the config has its size', () => ({ configBytes: Buffer.from('{}') })],
    ['manifest and config list as many layers', (image) => ({ manifest: { ...image.manifest, layers: [] } })],
    ['the image has as many layers as its manifest', (image) => ({ layers: image.layers.slice(1) })],
    [
      'the history has a row for each layer',
      (image) => ({ config: { ...image.config, history: [{ created_by: 'x' }] } }),
    ],
    ['layer 0 has the digest that the manifest lists', (image) => ({ layers: image.layers.toReversed() })],
    ['layer 1 has the diffId that the config lists', (image) => ({ layers: image.layers.toReversed() })],
    [
      'layer 0 has the size that the manifest lists',
      (image) => ({ layers: image.layers.map((layer) => resized(layer)) }),
    ],
  ])('notices when it does not hold that %s', async (law, change) => {
    using it = await temporaryStore();
    const image = await randomImage(it.store);
    expect(await validateImage({ ...image, ...change(image) })).toContain(law);
  });
});

describe('a layer', () => {
  it('fails at its end when it does not hash to its diffId', async () => {
    using it = await temporaryStore();
    const [layer] = (await randomImage(it.store)).layers;
    const {
      digest,
      sizeBytes: size,
      mediaType,
    } = layer ?? { digest: digestOf(''), sizeBytes: 0, mediaType: '' };
    const wrong = new StoredLayer(it.store, { digest, size, mediaType }, digestOf('other'));
    let received = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of wrong.uncompressed()) received += chunk.byteLength;
    };
    await expect(read()).rejects.toThrow(DigestMismatchError);
    expect(received).toBeGreaterThan(10_000);
  });

  it('fails when it is compressed badly', async () => {
    using it = await temporaryStore();
    const { digest, size } = await it.store.put([Buffer.from('\x1f\x8b\x08 no gzip', 'latin1')]);
    const broken = new StoredLayer(it.store, { digest, size, mediaType: 'x' }, digest);
    const read = async (): Promise<void> => {
      for await (const _ of broken.uncompressed());
    };
    await expect(read()).rejects.toThrow(DecompressionError);
  });
});

function resized(layer: Layer): Layer {
  const { digest, diffId, mediaType, sizeBytes } = layer;
  return {
    digest,
    diffId,
    mediaType,
    sizeBytes: sizeBytes + 1,
    stored: (signal) => layer.stored(signal),
    uncompressed: (signal) => layer.uncompressed(signal),
  };
}
