import { Digester, digestOf } from '@boxer/foundation';
import type { Image } from './image.ts';
import type { Layer } from './layer.ts';
import { configTypes, isLayerType, manifestTypes } from './manifest/media-types.ts';

/**
 * Checks the laws that every image keeps: things have the digests and sizes by which they are named, config and
 * manifest agree about layers, and types are what they should be.
 *
 * @returns what is broken; nothing for a good image
 * @source go-containerregistry pkg/v1/validate
 */
export async function validateImage(image: Image): Promise<string[]> {
  const { descriptor, manifest, manifestBytes, config, configBytes, layers } = image;
  const laws: [string, boolean][] = [
    ['the manifest has its digest', digestOf(manifestBytes) === descriptor.digest],
    ['the manifest has its size', manifestBytes.byteLength === descriptor.size],
    ['the manifest is of a known type', manifestTypes.includes(descriptor.mediaType)],
    ['the config has its digest', digestOf(configBytes) === manifest.config.digest],
    ['the config has its size', configBytes.byteLength === manifest.config.size],
    ['the config is of a known type', configTypes.includes(manifest.config.mediaType)],
    ['manifest and config list as many layers', manifest.layers.length === config.rootfs.diff_ids.length],
    ['the image has as many layers as its manifest', manifest.layers.length === layers.length],
    ['the history has a row for each layer', historyMatches(image)],
  ];
  for (const [index, layer] of layers.entries()) laws.push(...(await layerLaws(image, layer, index)));
  return laws.filter(([, holds]) => !holds).map(([law]) => law);
}

async function layerLaws(
  { manifest, config }: Image,
  layer: Layer,
  index: number,
): Promise<[string, boolean][]> {
  const listed = manifest.layers[index];
  const stored = await measure(layer.stored());
  const plain = await measure(layer.uncompressed());
  return [
    [`layer ${index} is of a known type`, isLayerType(layer.mediaType)],
    [
      `layer ${index} has the digest that the manifest lists`,
      layer.digest === listed?.digest && stored.digest === layer.digest,
    ],
    [
      `layer ${index} has the size that the manifest lists`,
      layer.sizeBytes === listed?.size && stored.sizeBytes === layer.sizeBytes,
    ],
    [
      `layer ${index} has the diffId that the config lists`,
      layer.diffId === config.rootfs.diff_ids[index] && plain.digest === layer.diffId,
    ],
  ];
}

function historyMatches({ config, layers }: Image): boolean {
  if (config.history === undefined || config.history.length === 0) return true;
  return config.history.filter((row) => row.empty_layer !== true).length === layers.length;
}

/** A stream that fails has no digest. */
async function measure(stream: AsyncIterable<Uint8Array>): Promise<{ digest: string; sizeBytes: number }> {
  const digester = new Digester();
  let sizeBytes = 0;
  try {
    for await (const chunk of stream) {
      digester.update(chunk);
      sizeBytes += chunk.byteLength;
    }
  } catch (error) {
    return { digest: error instanceof Error ? error.message : String(error), sizeBytes };
  }
  return { digest: digester.digest(), sizeBytes };
}
