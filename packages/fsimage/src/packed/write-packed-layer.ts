import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decompress } from '@boxer/archive';
import { type Digest, Digester, digestOf, replaceFile } from '@boxer/foundation';
import type { LayerChange } from '../layer/diff-trees.ts';
import { type LayerLimits, LayerMeter } from '../layer/layer-limits.ts';
import { memberOf } from '../layer/layer-member.ts';
import { selfContainedLinks } from '../layer/self-contained-links.ts';
import { readTar } from '../tar/tar-reader.ts';
import { encodeTarHeader, tarPadding, tarTrailer, type TarMember } from '../tar/tar-writer.ts';
import type { Tree } from '../tree/tree.ts';
import { writeFully } from './block-writer.ts';
import { ContentPacker } from './content-packer.ts';
import { encodeMemberRow } from './member-row.ts';
import { EMPTY_CONTENT } from './pack.ts';
import { encodeLayerFooter, encodeLayerIndex } from './packed-layer.ts';

/** What was written. */
export interface WrittenLayer {
  /** Names the layer: equal names, equal effect on any lower tree. The diffId, unless it links to files of lower layers. */
  readonly name: Digest;
  /** Digest of the layer as an uncompressed tar, which links to nothing outside of it: see `selfContainedLinks`. */
  readonly diffId: Digest;
  /** Length of that tar. */
  readonly tarBytes: number;
}

export interface WriteLayerOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes changes as a packed layer.
 *
 * @param tree - the upper tree of `diffTrees`
 * @param target - path of the file, or what makes it from the layer's name; it appears when it is complete
 * @param directory - where the file is written first
 */
export async function packChanges(
  tree: Tree,
  changes: readonly LayerChange[],
  target: string | ((name: Digest) => string),
  directory: string,
  { signal }: WriteLayerOptions = {},
): Promise<WrittenLayer> {
  const digester = new Digester();
  let tarBytes = 0;
  const tar = (bytes: Uint8Array) => {
    digester.update(bytes);
    tarBytes += bytes.byteLength;
  };
  const links: [path: string, target: string][] = [];
  let written: WrittenLayer | undefined;
  const finished = () => (written ??= nameLayer(digester.digest(), tarBytes, links));
  const path = typeof target === 'string' ? target : () => target(finished().name);
  await writeLayerFile(path, directory, async (packer, row) => {
    for (const [index, change] of selfContainedLinks(changes).entries()) {
      signal?.throwIfAborted();
      const member = memberOf(tree, change);
      if (member === undefined) continue;
      tar(encodeTarHeader(member));
      let number = EMPTY_CONTENT;
      const inode = change.kind === 'removed' ? undefined : tree.inode(change.id);
      if (member.type === 'file' && inode?.kind === 'file') {
        const { content } = inode;
        number = await packer.add(content, tar);
        tar(tarPadding(content.sizeBytes));
      }
      const link = change.kind === 'added' ? linkTarget(changes[index]) : undefined;
      if (link !== undefined) links.push([change.path, link]);
      row(member, number, link);
    }
    tar(tarTrailer);
  });
  return finished();
}

/** @returns where a change links to, as a name in a tar */
function linkTarget(change: LayerChange | undefined): string | undefined {
  return change?.kind === 'linked' ? change.target.slice(1) : undefined;
}

function nameLayer(diffId: Digest, tarBytes: number, links: readonly unknown[]): WrittenLayer {
  const name = links.length === 0 ? diffId : digestOf(JSON.stringify([diffId, links]));
  return { name, diffId, tarBytes };
}

/**
 * Writes the members of a layer tar (also gzip, zstd) as a packed layer, as they stand: whether they can be applied
 * shows when they are.
 *
 * @param source - read to its end
 */
export async function packLayerTar(
  source: AsyncIterable<Uint8Array>,
  target: string,
  { signal, ...limits }: WriteLayerOptions & LayerLimits = {},
): Promise<void> {
  const meter = new LayerMeter(limits);
  await writeLayerFile(target, dirname(target), async (packer, row) => {
    for await (const entry of readTar(decompress(source))) {
      signal?.throwIfAborted();
      meter.count(entry.sizeBytes);
      const isFile = entry.type === 'file';
      row(entry, isFile ? await packer.store(entry.sizeBytes, entry.body()) : EMPTY_CONTENT);
    }
  });
}

type AddRow = (member: TarMember, content: number, link?: string) => void;

async function writeLayerFile(
  target: string | (() => string),
  directory: string,
  fill: (packer: ContentPacker, row: AddRow) => Promise<void>,
): Promise<void> {
  const pathOf = typeof target === 'string' ? () => target : target;
  const write = async (temporary: string) => {
    await using file = await open(temporary, 'wx+', 0o644);
    const packer = new ContentPacker(file);
    const rows = new RowBuffer();
    await fill(packer, (member, content, link) => rows.add(encodeMemberRow(member, content, link)));
    const { pack, dataBytes } = await packer.finish();
    const index = encodeLayerIndex(pack.tables, rows.finish());
    let position = dataBytes;
    for (const part of [...index, encodeLayerFooter(dataBytes, index)]) {
      await writeFully(file, part, position);
      position += part.byteLength;
    }
    // The bytes must be on disk before the name is: a layer that exists is whole, whatever happens to the machine.
    await file.sync();
  };
  await replaceFile(join(directory, 'layer'), write, pathOf);
}

/** Lines of text, kept as bytes: strings would take several times the room. */
class RowBuffer {
  readonly #parts: Buffer[] = [];
  #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length >= 1024) this.#pack();
  }

  finish(): readonly Buffer[] {
    this.#pack();
    return this.#parts;
  }

  #pack(): void {
    if (this.#lines.length === 0) return;
    this.#parts.push(Buffer.from(`${this.#lines.join('\n')}\n`, 'utf8'));
    this.#lines = [];
  }
}
