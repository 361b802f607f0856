import { BLOCK_SIZE_BYTES } from '@boxer/abi';
import type { Digest } from '@boxer/foundation';
import { type Content, contentDigest } from '../content/content.ts';
import type { InodeId } from '../tree/inode.ts';
import type { Tree, TreeEntry } from '../tree/tree.ts';

/** Files of at least this size begin on a block boundary, so that a hot executable does not drag neighbours in. */
export const ALIGNED_FILE_BYTES = 32 * 1024;

/** A stretch of the logical stream. Between stretches lie zeros. */
export interface Stretch {
  readonly start: number;
  readonly content: Content;
}

/** Which number each inode gets, and where in the logical stream contents lie. */
export interface PayloadLayout {
  /** Inodes in order of their numbers, which begin at 1, with the first path of each. */
  readonly entries: readonly TreeEntry[];
  readonly numbers: ReadonlyMap<InodeId, number>;
  /** Start of each file's contents, by inode number; files that are empty have none. */
  readonly starts: ReadonlyMap<number, number>;
  /** In order of their starts. */
  readonly stretches: readonly Stretch[];
  readonly logicalBytes: number;
}

/**
 * Numbers inodes in walk order and places contents: small files first, side by side as they lie in directories,
 * then large ones, aligned. Equal contents share a stretch. Contents of unknown digest are read once for it.
 */
export async function layOutPayload(tree: Tree): Promise<PayloadLayout> {
  const { entries, numbers } = numberInodes(tree);
  const placement = new Placement();
  const starts = new Map<number, number>();
  for (const isLarge of [false, true]) {
    for (const [index, { inode }] of entries.entries()) {
      if (inode.kind !== 'file' || inode.content.sizeBytes === 0) continue;
      if (inode.content.sizeBytes >= ALIGNED_FILE_BYTES !== isLarge) continue;
      starts.set(index + 1, placement.place(inode.content, await contentDigest(inode.content)));
    }
  }
  return { entries, numbers, starts, stretches: placement.stretches, logicalBytes: placement.end };
}

function numberInodes(tree: Tree): Pick<PayloadLayout, 'entries' | 'numbers'> {
  const entries: TreeEntry[] = [];
  const numbers = new Map<InodeId, number>();
  for (const entry of tree.walk()) {
    if (numbers.has(entry.id)) continue;
    entries.push(entry);
    numbers.set(entry.id, entries.length);
  }
  return { entries, numbers };
}

class Placement {
  readonly stretches: Stretch[] = [];
  end = 0;
  readonly #byDigest = new Map<Digest, number>();

  place(content: Content, digest: Digest): number {
    const known = this.#byDigest.get(digest);
    if (known !== undefined) return known;
    const start = content.sizeBytes >= ALIGNED_FILE_BYTES ? roundUp(this.end, BLOCK_SIZE_BYTES) : this.end;
    this.#byDigest.set(digest, start);
    this.stretches.push({ start, content });
    this.end = start + content.sizeBytes;
    return start;
  }
}

/** @returns the smallest multiple of `unit` that is not below `value` */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
