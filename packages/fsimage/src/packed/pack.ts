import type { FileHandle } from 'node:fs/promises';
import { payloadMethods } from '@boxer/abi';
import type { Digest } from '@boxer/foundation';
import { type Content, emptyContent } from '../content/content.ts';
import { digestAt } from '../content/digest-list.ts';
import { ContentError } from '../errors.ts';
import { BlockCache, inflateBlock } from './block-cache.ts';
import { splitBlockRow } from './block-writer.ts';

const CACHED_BLOCKS = 8;

/** Files of at least this size have blocks of their own, so that a hot executable does not drag neighbours in. */
export const LARGE_FILE_BYTES = 32 * 1024;
/** In place of a content's number: the file is empty. */
export const EMPTY_CONTENT = -1;

/** What is known of the blocks of a pack, of its groups, and of the contents in them. All arrays are by number. */
export interface PackTables {
  /** See `blockRow`. Every block holds `BLOCK_SIZE_BYTES` when it is inflated. */
  readonly blocks: Uint32Array;
  /** First block of each group, and how many it has. No content crosses the border of a group. */
  readonly groups: Uint32Array;
  readonly groupBlocks: Uint32Array;
  /** Group, and start in its first block, of each content. */
  readonly contentGroups: Uint32Array;
  readonly contentStarts: Uint32Array;
  readonly contentSizes: Float64Array;
  /** 32 bytes each. */
  readonly digests: Buffer;
}

/**
 * File contents in compressed blocks, as they lie in a payload: large files in blocks of their own, small ones side by
 * side. A group, that is the blocks of one large file or one block of small files, can move into a payload as it is.
 */
export class Pack implements AsyncDisposable {
  readonly file: FileHandle;
  readonly tables: PackTables;
  /** Offset in the file of each block, and of the end. */
  readonly blockOffsets: Float64Array;
  /** How many contents each group holds. */
  readonly groupContents: Uint32Array;
  readonly #blocks = new BlockCache((number) => this.#inflate(number), CACHED_BLOCKS);

  /** Takes over the file: closing the pack closes it. */
  constructor(file: FileHandle, tables: PackTables) {
    this.file = file;
    this.tables = tables;
    this.blockOffsets = new Float64Array(tables.blocks.length + 1);
    for (const [block, row] of tables.blocks.entries()) {
      this.blockOffsets[block + 1] = at(this.blockOffsets, block) + splitBlockRow(row).storedBytes;
    }
    this.groupContents = new Uint32Array(tables.groups.length);
    for (const group of tables.contentGroups) this.groupContents[group] = at(this.groupContents, group) + 1;
  }

  get contentCount(): number {
    return this.tables.contentGroups.length;
  }

  /** @param number - of the content, or {@link EMPTY_CONTENT} */
  content(number: number): Content {
    return number === EMPTY_CONTENT ? emptyContent : new PackedContent(this, number);
  }

  /** @returns a block as it is stored */
  async storedBlock(block: number): Promise<{ bytes: Uint8Array; method: number }> {
    const { storedBytes, method } = splitBlockRow(at(this.tables.blocks, block));
    const bytes = Buffer.allocUnsafe(storedBytes);
    const offset = at(this.blockOffsets, block);
    for (let done = 0; done < storedBytes;) {
      const { bytesRead } = await this.file.read(bytes, done, storedBytes - done, offset + done);
      if (bytesRead === 0) throw new ContentError('a packed file', 'its pack is truncated');
      done += bytesRead;
    }
    return { bytes, method };
  }

  /** Streams one content, inflated. */
  async *read(number: number): AsyncGenerator<Uint8Array> {
    const { tables } = this;
    let block = at(tables.groups, at(tables.contentGroups, number));
    let within = at(tables.contentStarts, number);
    for (let left = at(tables.contentSizes, number); left > 0; block++) {
      const part = (await this.#blocks.get(block)).subarray(within, within + left);
      if (part.byteLength === 0) throw new ContentError('a packed file', 'it does not fit its blocks');
      yield part;
      left -= part.byteLength;
      within = 0;
    }
  }

  async close(): Promise<void> {
    this.#blocks.clear();
    await this.file.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #inflate(number: number): Promise<Uint8Array> {
    const { bytes, method } = await this.storedBlock(number);
    if (method === payloadMethods.stored) return bytes;
    try {
      return await inflateBlock(bytes);
    } catch (cause) {
      throw new ContentError('a packed file', 'it does not decompress', { cause });
    }
  }
}

/** A file's bytes in a pack. Two numbers, since an image has hundreds of thousands of them. */
export class PackedContent implements Content {
  constructor(
    readonly pack: Pack,
    readonly number: number,
  ) {}

  get group(): number {
    return at(this.pack.tables.contentGroups, this.number);
  }

  /** Where it begins in its group. */
  get start(): number {
    return at(this.pack.tables.contentStarts, this.number);
  }

  get sizeBytes(): number {
    return at(this.pack.tables.contentSizes, this.number);
  }

  get knownDigest(): Digest {
    return digestAt(this.pack.tables.digests, this.number);
  }

  chunks(): AsyncIterable<Uint8Array> {
    return this.pack.read(this.number);
  }
}

/** @throws {@link RangeError} outside the array */
export function at(numbers: Uint32Array | Float64Array, index: number): number {
  const number = numbers[index];
  if (number === undefined) throw new RangeError(`There is no element ${index} of ${numbers.length}`);
  return number;
}
