import { BLOCK_SIZE_BYTES, payloadMethods } from '@boxer/abi';
import { type Content, emptyContent } from '../content/content.ts';
import { PayloadFormatError, TreePathError } from '../errors.ts';
import { BlockCache, inflateBlock } from '../packed/block-cache.ts';
import { attributesOf, type InodeId, type InodeKind, type NewLeaf } from '../tree/inode.ts';
import { Tree } from '../tree/tree.ts';
import { type BootEntry, decodeBootEntries } from './boot-strings.ts';
import { PayloadIndexView, type PayloadInodeRow } from './index-view.ts';
import { openPayloadFile, type PayloadFileRange, type PayloadSource } from './payload-source.ts';

const CACHED_BLOCKS = 16;
const ROOT_INODE = 1;

/** Reads what {@link writePayload} wrote: to inspect an image, or to build on one. */
export class PayloadReader implements AsyncDisposable {
  readonly #source: PayloadSource;
  readonly #index: PayloadIndexView;
  readonly #blocks = new BlockCache((number) => this.#readBlock(number), CACHED_BLOCKS);

  private constructor(source: PayloadSource, index: PayloadIndexView) {
    this.#source = source;
    this.#index = index;
  }

  /** @throws {@link PayloadFormatError} when the file holds no payload there, or a truncated one */
  static async open(path: string, range: PayloadFileRange = {}): Promise<PayloadReader> {
    return PayloadReader.from(await openPayloadFile(path, range));
  }

  /** Takes over the source: closing the reader closes it. */
  static async from(source: PayloadSource): Promise<PayloadReader> {
    try {
      return new PayloadReader(source, await PayloadIndexView.read(source));
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  /** Bytes of index and block data together. */
  get sizeBytes(): number {
    return this.#index.sizeBytes + this.#index.dataBytes;
  }

  get inodeCount(): number {
    return this.#index.inodeCount - 1;
  }

  get blockCount(): number {
    return this.#index.blockCount;
  }

  /** @returns the boot configuration that was baked in */
  boot(): BootEntry[] {
    try {
      return decodeBootEntries(this.#index.boot);
    } catch (cause) {
      throw new PayloadFormatError('boot configuration', cause instanceof Error ? cause.message : '', {
        cause,
      });
    }
  }

  /**
   * @returns the filesystem, whose contents are read from the payload on demand: keep the reader open while it is used
   * @throws {@link PayloadFormatError} when the index contradicts itself
   */
  toTree(): Tree {
    try {
      return this.#buildTree();
    } catch (cause) {
      if (cause instanceof TreePathError)
        throw new PayloadFormatError('directory entries', cause.message, { cause });
      throw cause;
    }
  }

  async close(): Promise<void> {
    this.#blocks.clear();
    await this.#source.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #buildTree(): Tree {
    const tree = new Tree();
    const root = this.#index.inode(ROOT_INODE);
    if (root.kind !== 'directory') throw new PayloadFormatError('inode 1', 'the root is not a directory');
    tree.setAttributesAt(tree.root, attributesOf(root));
    const made = new Map<number, InodeId>([[ROOT_INODE, tree.root]]);
    const pending = [{ id: tree.root, row: root }];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const { name, inode: number } of this.#index.dirents(next.row)) {
        const row = this.#index.inode(number);
        const known = made.get(number);
        if (known !== undefined) {
          if (row.kind === 'directory')
            throw new PayloadFormatError(`inode ${number}`, 'a directory has two names');
          tree.linkAt(next.id, name, known);
        } else if (row.kind === 'directory') {
          const id = tree.mkdirAt(next.id, name, attributesOf(row));
          made.set(number, id);
          pending.push({ id, row });
        } else {
          made.set(number, tree.createAt(next.id, name, this.#leaf(row, row.kind)));
        }
      }
    }
    return tree;
  }

  #leaf(row: PayloadInodeRow, kind: Exclude<InodeKind, 'directory'>): NewLeaf {
    const given = attributesOf(row);
    switch (kind) {
      case 'symlink':
        return { ...given, kind: 'symlink', target: this.#index.name(row.location, row.sizeBytes) };
      case 'character-device':
      case 'block-device':
        return { ...given, kind, major: row.major, minor: row.minor };
      case 'fifo':
      case 'socket':
        return { ...given, kind };
      case 'file':
        return { ...given, kind: 'file', content: this.#content(row) };
    }
  }

  #content({ location, sizeBytes }: PayloadInodeRow): Content {
    if (sizeBytes === 0) return emptyContent;
    if (location + sizeBytes > this.#index.blockCount * BLOCK_SIZE_BYTES) {
      throw new PayloadFormatError('inodes', 'a file lies outside the blocks');
    }
    return { sizeBytes, knownDigest: undefined, chunks: () => this.#chunks(location, sizeBytes) };
  }

  async *#chunks(location: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
    const end = location + sizeBytes;
    let position = location;
    while (position < end) {
      const number = Math.floor(position / BLOCK_SIZE_BYTES);
      const within = position % BLOCK_SIZE_BYTES;
      const block = await this.#blocks.get(number);
      const part = block.subarray(within, within + (end - position));
      if (part.byteLength === 0)
        throw new PayloadFormatError(`block ${number}`, 'it is shorter than the file that ends in it');
      yield part;
      position += part.byteLength;
    }
  }

  async #readBlock(number: number): Promise<Uint8Array> {
    const { offset, storedBytes, method, plainBytes } = this.#index.block(number);
    const stored = await this.#source.read(this.#index.sizeBytes + offset, storedBytes);
    if (method === payloadMethods.stored) return stored;
    if (method !== payloadMethods.deflateRaw) {
      throw new PayloadFormatError(`block ${number}`, `compression method ${method} is not supported`);
    }
    let plain: Uint8Array;
    try {
      plain = await inflateBlock(stored);
    } catch (cause) {
      throw new PayloadFormatError(`block ${number}`, 'it does not decompress', { cause });
    }
    if (plain.byteLength !== plainBytes)
      throw new PayloadFormatError(`block ${number}`, 'it has the wrong length');
    return plain;
  }
}
