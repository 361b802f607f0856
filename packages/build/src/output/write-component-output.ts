import { join } from 'node:path';
import { bootEntries, bootFromImageConfig, writeComponent } from '@boxer/component';
import { parseDigest } from '@boxer/foundation';
import { composePayload } from '@boxer/fsimage';
import { loadEngine } from '../run/engine.ts';
import type { FinishedImage } from './finish-image.ts';
import type { OutputEnvironment, WrittenOutput } from './output-environment.ts';

/** Writes an image as one WebAssembly component. */
export async function writeComponentOutput(
  image: FinishedImage,
  dest: string,
  { workDirectory, signal }: OutputEnvironment,
): Promise<WrittenOutput> {
  const spillPath = join(workDirectory, 'payload');
  const boot = bootFromImageConfig(image.config.config);
  signal?.throwIfAborted();
  await using payload = await composePayload(await image.tree(), bootEntries(boot), { spillPath });
  const layers = image.layers.map(({ diffId, sizeBytes, createdBy, source }) => ({
    diffId,
    sizeBytes,
    ...(source.kind === 'base' ? { digest: source.layer.digest } : {}),
    ...(createdBy === undefined ? {} : { createdBy }),
  }));
  const metadata = { imageConfig: { ...image.config }, boot, layers, versions: { boxer: '0.1.0' } };
  const { skeleton, processModule, supportModule } = await loadEngine();
  const parts = { skeleton, processModule, supportModule, payload, metadata };
  const { digest, sizeBytes } = await writeComponent(parts, dest);
  return { digest: parseDigest(digest), sizeBytes };
}
