import type { FileHandle } from 'node:fs/promises';
import { BLOCK_SIZE_BYTES } from '@boxer/abi';
import { type Digest, Digester, digestOf } from '@boxer/foundation';
import { type Content } from '../content/content.ts';
import { ContentError } from '../errors.ts';
import { BlockWriter, type PackCompression } from './block-writer.ts';
import { KnownContents } from './known-contents.ts';
import { at, EMPTY_CONTENT, LARGE_FILE_BYTES, Pack, PackedContent, type PackTables } from './pack.ts';

/** Writes contents into a {@link Pack}, equal ones once. One content at a time. */
export class ContentPacker {
  readonly #file: FileHandle;
  readonly #blocks: BlockWriter;
  readonly #groups: number[] = [];
  readonly #groupBlocks: number[] = [];
  readonly #contentGroups: number[] = [];
  readonly #contentStarts: number[] = [];
  readonly #contentSizes: number[] = [];
  readonly #contents = new KnownContents();
  /** The block that small files are put in, and the group that it will be. */
  #small: { readonly block: Buffer; readonly group: number; used: number } | undefined;

  constructor(file: FileHandle, compression: PackCompression = 'deflate') {
    this.#file = file;
    this.#blocks = new BlockWriter(file, compression);
  }

  /**
   * Packs a content.
   *
   * @param see - is shown the bytes, whether or not they have to be packed
   * @returns its number
   */
  async add(content: Content, see?: (chunk: Uint8Array) => void): Promise<number> {
    if (content.sizeBytes === 0) return EMPTY_CONTENT;
    const digest = content.knownDigest;
    const known = digest === undefined ? undefined : this.#contents.find(digest);
    const movable =
      content instanceof PackedContent && content.sizeBytes >= LARGE_FILE_BYTES ? content : undefined;
    if (known === undefined && movable === undefined)
      return this.store(content.sizeBytes, seen(content.chunks(), see), digest);
    if (see !== undefined) for await (const chunk of content.chunks()) see(chunk);
    return known ?? (movable === undefined ? EMPTY_CONTENT : this.#move(movable));
  }

  /**
   * Packs bytes.
   *
   * @param digest - theirs, when it is known
   * @returns the number of the content
   * @throws {@link ContentError} when there are not exactly `sizeBytes`
   */
  async store(sizeBytes: number, chunks: AsyncIterable<Uint8Array>, digest?: Digest): Promise<number> {
    if (sizeBytes === 0) {
      for await (const chunk of chunks) if (chunk.byteLength > 0) throw wrongSize('longer');
      return EMPTY_CONTENT;
    }
    return sizeBytes < LARGE_FILE_BYTES
      ? this.#storeSmall(sizeBytes, chunks)
      : this.#storeLarge(sizeBytes, chunks, digest);
  }

  /** @returns the pack; the file then belongs to it */
  async finish(): Promise<{ pack: Pack; dataBytes: number }> {
    await this.#closeSmall();
    const dataBytes = await this.#blocks.finish();
    const tables: PackTables = {
      blocks: Uint32Array.from(this.#blocks.rows),
      groups: Uint32Array.from(this.#groups),
      groupBlocks: Uint32Array.from(this.#groupBlocks),
      contentGroups: Uint32Array.from(this.#contentGroups),
      contentStarts: Uint32Array.from(this.#contentStarts),
      contentSizes: Float64Array.from(this.#contentSizes),
      digests: this.#contents.digests(),
    };
    return { pack: new Pack(this.#file, tables), dataBytes };
  }

  async #storeSmall(sizeBytes: number, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    const bytes = Buffer.allocUnsafe(sizeBytes);
    let filled = 0;
    for await (const chunk of chunks) {
      if (filled + chunk.byteLength > sizeBytes) throw wrongSize('longer');
      bytes.set(chunk, filled);
      filled += chunk.byteLength;
    }
    if (filled !== sizeBytes) throw wrongSize('shorter');
    const digest = digestOf(bytes);
    const known = this.#contents.find(digest);
    if (known !== undefined) return known;
    if (this.#small !== undefined && this.#small.used + sizeBytes > BLOCK_SIZE_BYTES)
      await this.#closeSmall();
    this.#small ??= { block: Buffer.alloc(BLOCK_SIZE_BYTES), group: this.#newGroup(1), used: 0 };
    this.#small.block.set(bytes, this.#small.used);
    const number = this.#enter(this.#small.group, this.#small.used, sizeBytes, digest);
    this.#small.used += sizeBytes;
    return number;
  }

  async #closeSmall(): Promise<void> {
    const small = this.#small;
    if (small === undefined) return;
    this.#small = undefined;
    this.#groups[small.group] = this.#blocks.count;
    await this.#blocks.add(small.block);
  }

  async #storeLarge(
    sizeBytes: number,
    chunks: AsyncIterable<Uint8Array>,
    known: Digest | undefined,
  ): Promise<number> {
    const group = this.#newGroup(Math.ceil(sizeBytes / BLOCK_SIZE_BYTES));
    const digester = known === undefined ? new Digester() : undefined;
    let block = Buffer.allocUnsafe(BLOCK_SIZE_BYTES);
    let used = 0;
    let seen = 0;
    for await (const chunk of chunks) {
      digester?.update(chunk);
      seen += chunk.byteLength;
      if (seen > sizeBytes) throw wrongSize('longer');
      for (let rest = chunk; rest.byteLength > 0;) {
        const part = rest.subarray(0, BLOCK_SIZE_BYTES - used);
        block.set(part, used);
        used += part.byteLength;
        rest = rest.subarray(part.byteLength);
        if (used < BLOCK_SIZE_BYTES) continue;
        await this.#blocks.add(block);
        block = Buffer.allocUnsafe(BLOCK_SIZE_BYTES);
        used = 0;
      }
    }
    if (seen !== sizeBytes) throw wrongSize('shorter');
    if (used > 0) await this.#blocks.add(block.fill(0, used));
    return this.#enter(group, 0, sizeBytes, known ?? (digester ?? new Digester()).digest());
  }

  /** Takes the blocks of a large file over as they are. */
  async #move(content: PackedContent): Promise<number> {
    const { pack, group, sizeBytes, knownDigest } = content;
    const count = at(pack.tables.groupBlocks, group);
    const own = this.#newGroup(count);
    for (let index = 0; index < count; index++) {
      const { bytes, method } = await pack.storedBlock(at(pack.tables.groups, group) + index);
      await this.#blocks.addStored(bytes, method);
    }
    return this.#enter(own, 0, sizeBytes, knownDigest);
  }

  /** A group that begins with the next block, unless that is set later. */
  #newGroup(blocks: number): number {
    this.#groupBlocks.push(blocks);
    return this.#groups.push(this.#blocks.count) - 1;
  }

  /** Equal contents get one number, also when it turned out too late for the room that they took. */
  #enter(group: number, start: number, sizeBytes: number, digest: Digest): number {
    const known = this.#contents.find(digest);
    if (known !== undefined) return known;
    const number = this.#contentGroups.push(group) - 1;
    this.#contentStarts.push(start);
    this.#contentSizes.push(sizeBytes);
    this.#contents.add(digest);
    return number;
  }
}

async function* seen(
  chunks: AsyncIterable<Uint8Array>,
  see: ((chunk: Uint8Array) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    see?.(chunk);
    yield chunk;
  }
}

function wrongSize(how: 'longer' | 'shorter'): ContentError {
  return new ContentError('a file', `it is ${how} than it was`);
}
