import { encodeTarHeader, tarPadding, tarTrailer } from '../tar/tar-writer.ts';
import type { PackedLayer } from './packed-layer.ts';

/** Streams a packed layer as an uncompressed tar: the one that its diffId is of, when `packChanges` wrote it. */
export async function* packedLayerTar(layer: PackedLayer): AsyncGenerator<Uint8Array, void, void> {
  const pack = await layer.pack();
  for await (const member of layer.members()) {
    yield encodeTarHeader(member);
    if (member.type !== 'file') continue;
    yield* pack.content(member.content).chunks();
    yield tarPadding(member.sizeBytes);
  }
  yield tarTrailer;
}
