import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { PackedLayerError } from '../errors.ts';
import { decodeMemberRow, type PackedMember } from './member-row.ts';
import { Pack, type PackTables } from './pack.ts';
import { LAYER_MAGIC, layerFooter, layerIndex } from './packed-layer-format.ts';

const DIGEST_BYTES = 32;
const NEWLINE = 10;
const ROWS_CHUNK_BYTES = 1024 * 1024;

/** A layer of the layer store, open for reading. It can be read as long as it is open, also when its file is removed. */
export class PackedLayer implements AsyncDisposable {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #file: FileHandle;
  readonly #footer: Buffer;
  #pack: Promise<Pack> | undefined;
  #index: Promise<Sections> | undefined;

  private constructor(path: string, file: FileHandle, footer: Buffer, sizeBytes: number) {
    this.path = path;
    this.#file = file;
    this.#footer = footer;
    this.sizeBytes = sizeBytes;
  }

  /** @throws {@link PackedLayerError} when the file is no whole layer; the error of `open` when there is none */
  static async open(path: string): Promise<PackedLayer> {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size < layerFooter.size) throw new PackedLayerError(path, 'it is truncated');
      const footer = await read(path, file, size - layerFooter.size, layerFooter.size);
      const layer = new PackedLayer(path, file, footer, size);
      const isWhole =
        footer.toString('latin1', layerFooter.magic, LAYER_MAGIC.length) === LAYER_MAGIC &&
        layer.#dataBytes + layer.#indexBytes + layerFooter.size === size;
      if (!isWhole) throw new PackedLayerError(path, 'it is no layer, or truncated');
      return layer;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The contents. */
  pack(): Promise<Pack> {
    return (this.#pack ??= this.#readPack());
  }

  /** Streams the members in their order. */
  async *members(): AsyncGenerator<PackedMember, void, void> {
    const { rowsAt } = await this.#sections();
    const end = this.#dataBytes + this.#indexBytes;
    let rest: Buffer = Buffer.alloc(0);
    for (let position = rowsAt; position < end;) {
      const chunk = await read(this.path, this.#file, position, Math.min(ROWS_CHUNK_BYTES, end - position));
      position += chunk.byteLength;
      rest = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let newline = rest.indexOf(NEWLINE); newline >= 0; newline = rest.indexOf(NEWLINE, start)) {
        yield decodeMemberRow(rest.toString('utf8', start, newline));
        start = newline + 1;
      }
      rest = rest.subarray(start);
    }
    if (rest.byteLength > 0) throw new PackedLayerError(this.path, 'its last row is cut');
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #dataBytes(): number {
    return this.#footer.readDoubleLE(layerFooter.dataBytes);
  }

  get #indexBytes(): number {
    return this.#footer.readDoubleLE(layerFooter.indexBytes);
  }

  /** Where the sections of the index lie; checks its digest the first time. */
  #sections(): Promise<Sections> {
    return (this.#index ??= this.#readHead());
  }

  async #readHead(): Promise<Sections> {
    const hash = createHash('sha256');
    const end = this.#dataBytes + this.#indexBytes;
    for (let position = this.#dataBytes; position < end; position += ROWS_CHUNK_BYTES) {
      const length = Math.min(ROWS_CHUNK_BYTES, end - position);
      hash.update(await read(this.path, this.#file, position, length));
    }
    const { indexDigest } = layerFooter;
    if (!hash.digest().equals(this.#footer.subarray(indexDigest, indexDigest + DIGEST_BYTES))) {
      throw new PackedLayerError(this.path, 'its index is damaged');
    }
    const head = await read(this.path, this.#file, this.#dataBytes, layerIndex.headBytes);
    const blocks = head.readUInt32LE(layerIndex.blocks);
    const groups = head.readUInt32LE(layerIndex.groups);
    const contents = head.readUInt32LE(layerIndex.contents);
    const tableBytes = 4 * blocks + 8 * groups + (16 + DIGEST_BYTES) * contents;
    const tablesAt = this.#dataBytes + layerIndex.headBytes;
    return { blocks, groups, contents, tablesAt, rowsAt: tablesAt + tableBytes };
  }

  async #readPack(): Promise<Pack> {
    const { blocks, groups, contents, tablesAt } = await this.#sections();
    let position = tablesAt;
    const take = async (bytes: ArrayBuffer): Promise<ArrayBuffer> => {
      const buffer = Buffer.from(bytes);
      await readInto(this.path, this.#file, position, buffer);
      position += buffer.byteLength;
      return bytes;
    };
    const u32 = async (count: number) => new Uint32Array(await take(new ArrayBuffer(4 * count)));
    const tables: PackTables = {
      blocks: await u32(blocks),
      groups: await u32(groups),
      groupBlocks: await u32(groups),
      contentGroups: await u32(contents),
      contentStarts: await u32(contents),
      contentSizes: new Float64Array(await take(new ArrayBuffer(8 * contents))),
      digests: Buffer.from(await take(new ArrayBuffer(DIGEST_BYTES * contents))),
    };
    return new Pack(this.#file, tables);
  }
}

interface Sections {
  readonly blocks: number;
  readonly groups: number;
  readonly contents: number;
  /** Offsets in the file. */
  readonly tablesAt: number;
  readonly rowsAt: number;
}

/** @returns the index of a layer, in parts; what {@link PackedLayer} reads */
export function encodeLayerIndex(tables: PackTables, rows: readonly Buffer[]): Buffer[] {
  const head = Buffer.alloc(layerIndex.headBytes);
  head.writeUInt32LE(tables.blocks.length, layerIndex.blocks);
  head.writeUInt32LE(tables.groups.length, layerIndex.groups);
  head.writeUInt32LE(tables.contentGroups.length, layerIndex.contents);
  const { blocks, groups, groupBlocks, contentGroups, contentStarts, contentSizes, digests } = tables;
  const numbers = [blocks, groups, groupBlocks, contentGroups, contentStarts, contentSizes].map((array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength),
  );
  return [head, ...numbers, digests, ...rows];
}

/** @returns the footer of a layer */
export function encodeLayerFooter(dataBytes: number, index: readonly Buffer[]): Buffer {
  const footer = Buffer.alloc(layerFooter.size);
  const hash = createHash('sha256');
  for (const part of index) hash.update(part);
  const indexBytes = index.reduce((sum, { byteLength }) => sum + byteLength, 0);
  footer.write(LAYER_MAGIC, layerFooter.magic, 'latin1');
  footer.writeDoubleLE(dataBytes, layerFooter.dataBytes);
  footer.writeDoubleLE(indexBytes, layerFooter.indexBytes);
  footer.set(hash.digest(), layerFooter.indexDigest);
  return footer;
}

async function read(path: string, file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  await readInto(path, file, position, bytes);
  return bytes;
}

async function readInto(path: string, file: FileHandle, position: number, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesRead } = await file.read(bytes, done, bytes.byteLength - done, position + done);
    if (bytesRead === 0) throw new PackedLayerError(path, 'it is truncated');
    done += bytesRead;
  }
}
