import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { BLOCK_SIZE_BYTES, payloadMethods } from '@boxer/abi';
import { ContentError } from '../errors.ts';
import type { Stretch } from './payload-layout.ts';

const deflateRawAsync = promisify(deflateRaw);

/** zlib's default: on a Debian system level 9 takes three times as long for 0.2 % less. */
const LEVEL = 6;
/** Blocks in flight; libuv compresses four at a time. */
const PARALLEL_BLOCKS = 8;

/** A block as it is stored. */
export interface CompressedBlock {
  readonly bytes: Uint8Array;
  readonly method: number;
  readonly plainBytes: number;
}

/** Cuts the logical stream into blocks; the last one may be shorter. */
export async function* cutBlocks(stretches: readonly Stretch[]): AsyncGenerator<Buffer, void, void> {
  let block = Buffer.alloc(BLOCK_SIZE_BYTES);
  let position = 0;
  const within = (): number => position % BLOCK_SIZE_BYTES;
  function* finishBlock(): Generator<Buffer> {
    yield block;
    block = Buffer.alloc(BLOCK_SIZE_BYTES);
  }

  for (const { start, content } of stretches) {
    if (start > position && within() > 0) yield* finishBlock();
    position = start;
    for await (const chunk of content.chunks()) {
      if (position + chunk.byteLength > start + content.sizeBytes)
        throw new ContentError('a file', 'it is longer than it was');
      let rest = chunk;
      while (rest.byteLength > 0) {
        const part = rest.subarray(0, BLOCK_SIZE_BYTES - within());
        block.set(part, within());
        position += part.byteLength;
        rest = rest.subarray(part.byteLength);
        if (within() === 0) yield* finishBlock();
      }
    }
    if (position !== start + content.sizeBytes) throw new ContentError('a file', 'it is shorter than it was');
  }
  if (within() > 0) yield block.subarray(0, within());
}

/** Compresses blocks in parallel and yields them in order; what deflate does not make smaller stays as it is. */
export async function* compressBlocks(
  blocks: AsyncIterable<Buffer>,
): AsyncGenerator<CompressedBlock, void, void> {
  const inFlight: Promise<CompressedBlock>[] = [];
  for await (const block of blocks) {
    const compressed = compressBlock(block);
    // Met where it is awaited; until then a failure must not count as unhandled.
    compressed.catch(() => undefined);
    inFlight.push(compressed);
    const oldest = inFlight.length >= PARALLEL_BLOCKS ? inFlight.shift() : undefined;
    if (oldest !== undefined) yield await oldest;
  }
  for (const compressed of inFlight) yield await compressed;
}

/** Leaves blocks as they are. */
export async function* storeBlocks(
  blocks: AsyncIterable<Buffer>,
): AsyncGenerator<CompressedBlock, void, void> {
  for await (const block of blocks) {
    yield { bytes: block, method: payloadMethods.stored, plainBytes: block.byteLength };
  }
}

async function compressBlock(plain: Buffer): Promise<CompressedBlock> {
  const deflated = await deflateRawAsync(plain, { level: LEVEL });
  return deflated.byteLength < plain.byteLength
    ? { bytes: deflated, method: payloadMethods.deflateRaw, plainBytes: plain.byteLength }
    : { bytes: plain, method: payloadMethods.stored, plainBytes: plain.byteLength };
}
