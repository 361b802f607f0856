import { type FileHandle, open } from 'node:fs/promises';
import { BLOCK_SIZE_BYTES } from '@boxer/abi';
import { type PackCompression, splitBlockRow } from '../packed/block-writer.ts';
import { ContentPacker } from '../packed/content-packer.ts';
import { at } from '../packed/pack.ts';
import type { Tree } from '../tree/tree.ts';
import { type BootEntry, encodeBootEntries } from './boot-strings.ts';
import { PayloadIndex } from './payload-index.ts';
import { layOutPayload } from './payload-layout.ts';

/** A stretch of a file with block data. */
export interface PayloadRange {
  readonly file: FileHandle;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** A payload whose block data is still where it was before. */
export interface ComposedPayload extends AsyncDisposable {
  readonly index: Buffer;
  /** The block data, in order. */
  readonly data: readonly PayloadRange[];
  readonly dataBytes: number;
  readonly blocks: number;
  readonly inodes: number;
}

export interface ComposePayloadOptions {
  /** File that takes the contents that no pack holds; to be removed by the caller. */
  readonly spillPath: string;
  /** How they are stored there; default `deflate`. */
  readonly compression?: PackCompression;
}

/**
 * Makes a payload of a tree (see `payload-format.ts` in package abi). Blocks of packed layers are taken over by
 * reference, so composing an image of known layers costs its index. Disposing of it closes the spill file.
 *
 * @throws {@link PayloadLimitError} when the tree does not fit the format
 * @throws {@link ContentError} when contents cannot be read
 */
export async function composePayload(
  tree: Tree,
  boot: Iterable<BootEntry>,
  { spillPath, compression = 'deflate' }: ComposePayloadOptions,
): Promise<ComposedPayload> {
  const bootBytes = encodeBootEntries(boot);
  const spill = await open(spillPath, 'wx+', 0o600);
  try {
    const layout = await layOutPayload(tree, new ContentPacker(spill, compression));
    const blocks = layout.runs.reduce((sum, run) => sum + run.blocks, 0);
    const index = new PayloadIndex(tree, layout, bootBytes, blocks);
    const data: PayloadRange[] = [];
    for (const { pack, firstBlock, blocks: count } of layout.runs) {
      const offset = at(pack.blockOffsets, firstBlock);
      data.push({ file: pack.file, offset, sizeBytes: at(pack.blockOffsets, firstBlock + count) - offset });
      for (let block = firstBlock; block < firstBlock + count; block++) {
        const { storedBytes, method } = splitBlockRow(at(pack.tables.blocks, block));
        index.addBlock(storedBytes, method, BLOCK_SIZE_BYTES);
      }
    }
    return {
      index: index.finish(),
      data,
      dataBytes: index.dataBytes,
      blocks,
      inodes: layout.inodes.length,
      [Symbol.asyncDispose]: () => spill.close(),
    };
  } catch (error) {
    await spill.close();
    throw error;
  }
}
