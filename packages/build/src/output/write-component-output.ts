import { join } from 'node:path';
import {
  bootEntries,
  bootFromImageConfig,
  type CodeModule,
  type ImageMetadata,
  writeComponent,
} from '@boxer/component';
import { type Digest, parseDigest } from '@boxer/foundation';
import { composePayload } from '@boxer/fsimage';
import { stepKey } from '../cache/step-key.ts';
import { type AotOptions, training } from '../aot/aot-options.ts';
import type { AotSurroundings } from '../aot/translate-ahead.ts';
import { loadEngine } from '../run/engine.ts';
import type { FinishedImage } from './finish-image.ts';
import type { OutputEnvironment, WrittenOutput } from './output-environment.ts';

/** Writes an image as one WebAssembly component. */
export async function writeComponentOutput(
  image: FinishedImage,
  dest: string,
  { workDirectory, aot, policy, signal }: OutputEnvironment,
): Promise<WrittenOutput> {
  const spillPath = join(workDirectory, 'payload');
  const metadata = metadataOf(image);
  signal?.throwIfAborted();
  const tree = await image.tree();
  await using payload = await composePayload(tree, bootEntries(metadata.boot), { spillPath });
  const surroundings = { tree, payload, metadata, policy, workDirectory, signal };
  const codeModules = await translate(aot, surroundings);
  const { skeleton, processModule, supportModule } = await loadEngine();
  const parts = { skeleton, processModule, supportModule, codeModules, payload, metadata };
  const { digest, sizeBytes } = await writeComponent(parts, dest);
  return { digest: parseDigest(digest), sizeBytes };
}

/** The translator is loaded only when it is wanted: its tables take longer to load than a known build takes. */
async function translate(aot: AotOptions, surroundings: AotSurroundings): Promise<CodeModule[]> {
  if (aot.mode === 'none') return [];
  const { translateAhead } = await import('../aot/translate-ahead.ts');
  return translateAhead(aot, surroundings);
}

/** @returns what names the component: equal keys, equal bytes */
export async function componentKey(image: FinishedImage, aot: AotOptions): Promise<Digest> {
  const { digest } = await loadEngine();
  return stepKey(
    'component',
    image.key,
    metadataOf(image),
    digest,
    aot.mode === 'none' ? [] : [aot, training, (await import('@boxer/runner')).translatorDigest()],
  );
}

function metadataOf(image: FinishedImage): ImageMetadata {
  return {
    imageConfig: { ...image.config },
    boot: bootFromImageConfig(image.config.config),
    layers: image.layers.map(({ diffId, sizeBytes, createdBy, source }) => ({
      diffId,
      sizeBytes,
      ...(source.kind === 'base' ? { digest: source.layer.digest } : {}),
      ...(createdBy === undefined ? {} : { createdBy }),
    })),
    versions: { boxer: '0.1.0' },
  };
}
