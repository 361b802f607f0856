import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BLOCK_SIZE_BYTES } from '@boxer/abi';
import { ContentError } from '../errors.ts';
import { type PackCompression, writeFully } from '../packed/block-writer.ts';
import type { Tree } from '../tree/tree.ts';
import type { BootEntry } from './boot-strings.ts';
import { composePayload, type PayloadRange } from './compose-payload.ts';

const COPY_BYTES = 1024 * 1024;

/** What was written. */
export interface PayloadSummary {
  /** Length of the index, with which the payload begins. */
  readonly indexBytes: number;
  /** Length of the block data, which follows. */
  readonly dataBytes: number;
  readonly blocks: number;
  readonly inodes: number;
  /** Length of the logical stream: file contents, equal ones once, and alignment. */
  readonly logicalBytes: number;
}

export interface WritePayloadOptions {
  readonly signal?: AbortSignal;
  /** `none` is for payloads that are read once: writing is much faster. Default: `deflate`. */
  readonly compression?: PackCompression;
}

/**
 * Writes a tree as a payload file. Equal trees of equal layers, and equal boot entries, give equal bytes under the same
 * version of zlib.
 *
 * @param output - path of a file, which appears only when it is complete; or a stream, which is left open
 * @throws as {@link composePayload}
 */
export async function writePayload(
  tree: Tree,
  boot: Iterable<BootEntry>,
  output: string | Writable,
  { signal, compression = 'deflate' }: WritePayloadOptions = {},
): Promise<PayloadSummary> {
  const target = typeof output === 'string' ? output : join(tmpdir(), 'boxer-payload');
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(8).toString('hex')}.tmp`);
  const spillPath = `${temporary}.data`;
  try {
    await using payload = await composePayload(tree, boot, { spillPath, compression });
    await using file = await open(temporary, 'wx');
    await writeFully(file, payload.index, 0);
    let position = payload.index.byteLength;
    for await (const chunk of readPayloadData(payload.data)) {
      signal?.throwIfAborted();
      await writeFully(file, chunk, position);
      position += chunk.byteLength;
    }
    if (typeof output === 'string') await rename(temporary, output);
    else await pipeline(createReadStream(temporary), output, { end: false });
    const { index, dataBytes, blocks, inodes } = payload;
    const logicalBytes = blocks * BLOCK_SIZE_BYTES;
    return { indexBytes: index.byteLength, dataBytes, blocks, inodes, logicalBytes };
  } finally {
    await rm(spillPath, { force: true });
    await rm(temporary, { force: true });
  }
}

/** Streams block data. A chunk is valid until the next one is asked for. */
export async function* readPayloadData(ranges: Iterable<PayloadRange>): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  for (const { file, offset, sizeBytes } of ranges) {
    for (let done = 0; done < sizeBytes;) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(COPY_BYTES, sizeBytes - done), offset + done);
      if (bytesRead === 0) throw new ContentError('a layer', 'it became shorter while it was read');
      yield buffer.subarray(0, bytesRead);
      done += bytesRead;
    }
  }
}
