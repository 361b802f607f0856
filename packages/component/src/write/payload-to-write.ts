import type { FileHandle } from 'node:fs/promises';
import { type ComposedPayload, type PayloadRange, readPayloadData } from '@boxer/fsimage';
import type { PayloadSizes } from './payload-file.ts';

/** A payload on its way into a component. Chunks are valid until the next one is asked for. */
export interface PayloadToWrite {
  readonly sizes: PayloadSizes;
  index(): AsyncIterable<Uint8Array>;
  /** @param from - offset in the block data */
  data(from: number, sizeBytes: number): AsyncIterable<Uint8Array>;
}

/** A payload whose block data lies in several files. */
export function composedPayload({ index, data, dataBytes }: ComposedPayload): PayloadToWrite {
  return {
    sizes: { indexBytes: index.byteLength, dataBytes },
    async *index() {
      yield index;
    },
    data: (from, sizeBytes) => readPayloadData(cutRanges(data, from, sizeBytes)),
  };
}

/** A payload that is a file of its own. */
export function filedPayload(file: FileHandle, sizes: PayloadSizes): PayloadToWrite {
  const { indexBytes } = sizes;
  return {
    sizes,
    index: () => readPayloadData([{ file, offset: 0, sizeBytes: indexBytes }]),
    data: (from, sizeBytes) => readPayloadData([{ file, offset: indexBytes + from, sizeBytes }]),
  };
}

function* cutRanges(
  ranges: readonly PayloadRange[],
  from: number,
  sizeBytes: number,
): Generator<PayloadRange> {
  let start = 0;
  for (const { file, offset, sizeBytes: length } of ranges) {
    const skip = Math.max(0, from - start);
    const end = Math.min(length, from + sizeBytes - start);
    if (skip < end) yield { file, offset: offset + skip, sizeBytes: end - skip };
    start += length;
  }
}
