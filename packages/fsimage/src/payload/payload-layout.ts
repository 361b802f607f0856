import { BLOCK_SIZE_BYTES } from '@boxer/abi';
import type { Digest } from '@boxer/foundation';
import type { Content } from '../content/content.ts';
import type { ContentPacker } from '../packed/content-packer.ts';
import { at, EMPTY_CONTENT, LARGE_FILE_BYTES, type Pack, PackedContent } from '../packed/pack.ts';
import type { InodeId } from '../tree/inode.ts';
import type { Tree } from '../tree/tree.ts';

/** A stretch of blocks of a pack. */
export interface BlockRun {
  readonly pack: Pack;
  readonly firstBlock: number;
  blocks: number;
}

/** Which number each inode gets, and where in the logical stream contents lie. */
export interface PayloadLayout {
  /** Inodes in order of their numbers, which begin at 1. */
  readonly inodes: readonly InodeId[];
  /** Number of each inode, by its id. */
  readonly numbers: Uint32Array;
  /** Start of each file's contents, by inode number. */
  readonly starts: Float64Array;
  /** The blocks, in order. */
  readonly runs: readonly BlockRun[];
}

/**
 * Numbers inodes in walk order and places contents. Blocks of packs are taken over as they are when everything in them
 * is part of the tree; other contents are packed anew, so that a payload holds nothing that was removed or replaced.
 *
 * @param packer - takes what is packed anew; finished here
 */
export async function layOutPayload(tree: Tree, packer: ContentPacker): Promise<PayloadLayout> {
  const { inodes, numbers } = numberInodes(tree);
  const whole = new WholeGroups();
  for (const id of inodes) {
    const inode = tree.inode(id);
    if (inode.kind === 'file' && inode.content instanceof PackedContent) whole.see(inode.content);
  }
  const placement = new Placement(whole);
  const starts = new Float64Array(inodes.length + 1);
  /** Inode number and content number of what is packed anew. */
  const anew: [number, number][] = [];
  for (const [index, id] of inodes.entries()) {
    const inode = tree.inode(id);
    if (inode.kind !== 'file') continue;
    const start = placement.place(inode.content);
    if (start !== undefined) starts[index + 1] = start;
    else {
      const number = await packer.add(inode.content);
      if (number !== EMPTY_CONTENT) anew.push([index + 1, number]);
    }
  }
  const { pack } = await packer.finish();
  const first = placement.append(pack, 0, pack.tables.blocks.length);
  for (const [inode, number] of anew) {
    const block = first + at(pack.tables.groups, at(pack.tables.contentGroups, number));
    starts[inode] = block * BLOCK_SIZE_BYTES + at(pack.tables.contentStarts, number);
  }
  return { inodes, numbers, starts, runs: placement.runs };
}

/** Parents before children, siblings sorted bytewise, each inode at its first name. */
function numberInodes(tree: Tree): Pick<PayloadLayout, 'inodes' | 'numbers'> {
  const inodes: InodeId[] = [];
  const numbers = new Uint32Array(tree.inodeLimit);
  const pending: InodeId[] = [tree.root];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (numbers[id] !== 0) continue;
    numbers[id] = inodes.push(id);
    if (tree.inode(id).kind !== 'directory') continue;
    for (const child of tree.list(id).reverse()) pending.push(child.id);
  }
  return { inodes, numbers };
}

/** Finds the groups of which every content is in the tree. */
class WholeGroups {
  readonly #missing = new Map<Pack, { seen: Uint8Array; missing: Uint32Array }>();

  see({ pack, number, group }: PackedContent): void {
    let known = this.#missing.get(pack);
    if (known === undefined) {
      known = { seen: new Uint8Array(pack.contentCount), missing: pack.groupContents.slice() };
      this.#missing.set(pack, known);
    }
    if (known.seen[number] === 1) return;
    known.seen[number] = 1;
    known.missing[group] = at(known.missing, group) - 1;
  }

  has({ pack, group }: PackedContent): boolean {
    return this.#missing.get(pack)?.missing[group] === 0;
  }
}

class Placement {
  readonly runs: BlockRun[] = [];
  readonly #whole: WholeGroups;
  /** First block of each group that was placed, and 1; by pack. */
  readonly #placed = new Map<Pack, Uint32Array>();
  readonly #large = new Map<Digest, number>();
  #blocks = 0;

  constructor(whole: WholeGroups) {
    this.#whole = whole;
  }

  /** @returns where a content begins in the logical stream; undefined when its blocks cannot be taken over */
  place(content: Content): number | undefined {
    const isLarge = content.sizeBytes >= LARGE_FILE_BYTES;
    const digest = isLarge ? content.knownDigest : undefined;
    const twin = digest === undefined ? undefined : this.#large.get(digest);
    if (twin !== undefined) return twin;
    if (!(content instanceof PackedContent) || !this.#whole.has(content)) return undefined;
    const start = this.#placeGroup(content) * BLOCK_SIZE_BYTES + content.start;
    if (digest !== undefined) this.#large.set(digest, start);
    return start;
  }

  /** Adds blocks at the end. @returns the number that the first of them has in the payload */
  append(pack: Pack, firstBlock: number, blocks: number): number {
    const first = this.#blocks;
    const last = this.runs.at(-1);
    if (last?.pack === pack && last.firstBlock + last.blocks === firstBlock) last.blocks += blocks;
    else if (blocks > 0) this.runs.push({ pack, firstBlock, blocks });
    this.#blocks += blocks;
    return first;
  }

  #placeGroup({ pack, group }: PackedContent): number {
    let placed = this.#placed.get(pack);
    if (placed === undefined) {
      placed = new Uint32Array(pack.tables.groups.length);
      this.#placed.set(pack, placed);
    }
    const known = at(placed, group);
    if (known > 0) return known - 1;
    const first = this.append(pack, at(pack.tables.groups, group), at(pack.tables.groupBlocks, group));
    placed[group] = first + 1;
    return first;
  }
}

/** @returns the smallest multiple of `unit` that is not below `value` */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
