import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BLOCK_SIZE_BYTES } from '@boxer/abi';
import type { Tree } from '../tree/tree.ts';
import { compressBlocks, cutBlocks, storeBlocks } from './block-stream.ts';
import { type BootEntry, encodeBootEntries } from './boot-strings.ts';
import { PayloadIndex } from './payload-index.ts';
import { layOutPayload } from './payload-layout.ts';

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
  readonly compression?: 'deflate' | 'none';
}

/**
 * Writes a tree as a payload (see `payload-format.ts` in package abi). Equal trees and boot entries give equal bytes
 * under the same version of zlib.
 *
 * @param output - path of a file, which appears only when it is complete; or a stream, which is left open
 * @throws {@link PayloadLimitError} when the tree does not fit the format
 * @throws {@link ContentError} when contents cannot be read
 */
export async function writePayload(
  tree: Tree,
  boot: Iterable<BootEntry>,
  output: string | Writable,
  options: WritePayloadOptions = {},
): Promise<PayloadSummary> {
  const target = typeof output === 'string' ? output : join(tmpdir(), 'boxer-payload');
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(8).toString('hex')}.tmp`);
  const file = await open(temporary, 'wx');
  try {
    const summary = await writeTo(file, tree, encodeBootEntries(boot), options);
    await file.close();
    if (typeof output === 'string') await rename(temporary, output);
    else await pipeline(createReadStream(temporary), output, { end: false });
    return summary;
  } finally {
    await file.close();
    await rm(temporary, { force: true });
  }
}

async function writeTo(
  file: FileHandle,
  tree: Tree,
  boot: Buffer,
  { signal, compression = 'deflate' }: WritePayloadOptions,
): Promise<PayloadSummary> {
  const layout = await layOutPayload(tree);
  const blocks = Math.ceil(layout.logicalBytes / BLOCK_SIZE_BYTES);
  const index = new PayloadIndex(tree, layout, boot, blocks);
  const plain = cutBlocks(layout.stretches);
  for await (const block of compression === 'none' ? storeBlocks(plain) : compressBlocks(plain)) {
    signal?.throwIfAborted();
    const { offset } = index.addBlock(block.bytes.byteLength, block.method, block.plainBytes);
    await writeFully(file, block.bytes, index.sizeBytes + offset);
  }
  await writeFully(file, index.finish(), 0);
  return {
    indexBytes: index.sizeBytes,
    dataBytes: index.dataBytes,
    blocks,
    inodes: layout.entries.length,
    logicalBytes: layout.logicalBytes,
  };
}

async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.byteLength) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, position + done);
    done += bytesWritten;
  }
}
