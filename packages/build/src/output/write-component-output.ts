import { join } from 'node:path';
import { bootEntries, bootFromImageConfig, writeComponent } from '@boxer/component';
import { parseDigest } from '@boxer/foundation';
import { writePayload } from '@boxer/fsimage';
import { loadEngine } from '../run/engine.ts';
import type { FinishedImage } from './finish-image.ts';
import type { OutputEnvironment, WrittenOutput } from './output-environment.ts';

/** Writes an image as one WebAssembly component. */
export async function writeComponentOutput(
  image: FinishedImage,
  dest: string,
  { workDirectory, signal }: OutputEnvironment,
): Promise<WrittenOutput> {
  const payloadFile = join(workDirectory, 'payload');
  const boot = bootFromImageConfig(image.config.config);
  const entries = bootEntries(boot);
  await writePayload(image.tree, entries, payloadFile, signal === undefined ? {} : { signal });
  const layers = image.layers.map(({ diffId, sizeBytes, createdBy, source }) => ({
    diffId,
    sizeBytes,
    ...(source.kind === 'base' ? { digest: source.layer.digest } : {}),
    ...(createdBy === undefined ? {} : { createdBy }),
  }));
  const metadata = { imageConfig: { ...image.config }, boot, layers, versions: { boxer: '0.1.0' } };
  const { skeleton, processModule, supportModule } = await loadEngine();
  const parts = { skeleton, processModule, supportModule, payloadFile, metadata };
  const { digest, sizeBytes } = await writeComponent(parts, dest);
  return { digest: parseDigest(digest), sizeBytes };
}
