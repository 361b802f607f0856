import type { Digest } from '@boxer/foundation';
import type { Layer } from '../layer.ts';
import { formatFamiliarReference, parseReference } from '../reference/reference.ts';
import type { ImageToWrite } from './oci-layout-files.ts';
import { bytesFile, jsonFile, type OutputFile } from './output-file.ts';

/**
 * The files of an archive that `docker load` takes, in every version of Docker: uncompressed layers named by their
 * diffId, configs named by their digest, and a list of both.
 *
 * @source moby image/tarexport/save.go
 */
export async function dockerArchiveFiles(images: readonly ImageToWrite[]): Promise<OutputFile[]> {
  const files = new Map<string, OutputFile>();
  const list: object[] = [];
  for (const { image, name } of images) {
    const config = bytesFile(`${hexOf(image.manifest.config.digest)}.json`, image.configBytes);
    files.set(config.name, config);
    for (const layer of image.layers) {
      const fileName = layerName(layer);
      if (!files.has(fileName)) files.set(fileName, await layerFile(layer));
    }
    list.push({
      Config: config.name,
      RepoTags: name === undefined ? null : [formatFamiliarReference(parseReference(name))],
      Layers: image.layers.map(layerName),
    });
  }
  return [...files.values(), jsonFile('manifest.json', list)];
}

/** A tar header comes before the contents, so their length must be known: layers are decompressed twice. */
async function layerFile(layer: Layer): Promise<OutputFile> {
  let sizeBytes = 0;
  for await (const chunk of layer.uncompressed()) sizeBytes += chunk.byteLength;
  return { name: layerName(layer), sizeBytes, chunks: () => layer.uncompressed() };
}

function layerName({ diffId }: Layer): string {
  return `${hexOf(diffId)}/layer.tar`;
}

function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
