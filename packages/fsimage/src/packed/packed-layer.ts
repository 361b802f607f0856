import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { PackedLayerError } from '../errors.ts';
import { decodeMemberRow, type PackedMember } from './member-row.ts';
import { Pack, type PackTables } from './pack.ts';
import { LAYER_MAGIC, layerFooter, layerIndex } from './packed-layer-format.ts';

const DIGEST_BYTES = 32;
const NEWLINE = 10;

/** A layer of the layer store, open for reading. It can be read as long as it is open, also when its file is removed. */
export class PackedLayer implements AsyncDisposable {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #file: FileHandle;
  readonly #footer: Buffer;
  #pack: Promise<Pack> | undefined;

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
    return (this.#pack ??= this.#readIndex().then(({ pack }) => pack));
  }

  /** Reads the members in their order. */
  async members(): Promise<Iterable<PackedMember>> {
    const { rows, pack } = await this.#readIndex();
    this.#pack ??= Promise.resolve(pack);
    return decodeRows(this.path, rows);
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

  async #readIndex(): Promise<{ pack: Pack; rows: Buffer }> {
    const index = await read(this.path, this.#file, this.#dataBytes, this.#indexBytes);
    const digest = createHash('sha256').update(index).digest();
    const { indexDigest } = layerFooter;
    if (!digest.equals(this.#footer.subarray(indexDigest, indexDigest + DIGEST_BYTES))) {
      throw new PackedLayerError(this.path, 'its index is damaged');
    }
    const blocks = index.readUInt32LE(layerIndex.blocks);
    const groups = index.readUInt32LE(layerIndex.groups);
    const contents = index.readUInt32LE(layerIndex.contents);
    let at: number = layerIndex.headBytes;
    const take = (length: number) => index.subarray(at, (at += length));
    const u32 = (count: number) => new Uint32Array(Uint8Array.from(take(count * 4)).buffer);
    const tables: PackTables = {
      blocks: u32(blocks),
      groups: u32(groups),
      groupBlocks: u32(groups),
      contentGroups: u32(contents),
      contentStarts: u32(contents),
      contentSizes: new Float64Array(Uint8Array.from(take(contents * 8)).buffer),
      digests: Buffer.from(take(contents * DIGEST_BYTES)),
    };
    return { pack: new Pack(this.#file, tables), rows: index.subarray(at) };
  }
}

/** @returns the index of a layer; what `#readIndex` reads */
export function encodeLayerIndex(tables: PackTables, rows: Buffer): Buffer {
  const head = Buffer.alloc(layerIndex.headBytes);
  head.writeUInt32LE(tables.blocks.length, layerIndex.blocks);
  head.writeUInt32LE(tables.groups.length, layerIndex.groups);
  head.writeUInt32LE(tables.contentGroups.length, layerIndex.contents);
  const { blocks, groups, groupBlocks, contentGroups, contentStarts, contentSizes, digests } = tables;
  const numbers = [blocks, groups, groupBlocks, contentGroups, contentStarts, contentSizes].map((array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength),
  );
  return Buffer.concat([head, ...numbers, digests, rows]);
}

/** @returns the footer of a layer */
export function encodeLayerFooter(dataBytes: number, index: Buffer): Buffer {
  const footer = Buffer.alloc(layerFooter.size);
  footer.write(LAYER_MAGIC, layerFooter.magic, 'latin1');
  footer.writeDoubleLE(dataBytes, layerFooter.dataBytes);
  footer.writeDoubleLE(index.byteLength, layerFooter.indexBytes);
  footer.set(createHash('sha256').update(index).digest(), layerFooter.indexDigest);
  return footer;
}

function* decodeRows(path: string, rows: Buffer): Generator<PackedMember, void, void> {
  for (let start = 0; start < rows.byteLength;) {
    const end = rows.indexOf(NEWLINE, start);
    if (end < 0) throw new PackedLayerError(path, 'its last row is cut');
    yield decodeMemberRow(rows.toString('utf8', start, end));
    start = end + 1;
  }
}

async function read(path: string, file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new PackedLayerError(path, 'it is truncated');
    done += bytesRead;
  }
  return bytes;
}
