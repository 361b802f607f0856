import { replaceFileSync } from '@boxer/foundation';
import { pageHash } from '@boxer/translate';
import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TranslatorRequest } from '../jit/messages.ts';

/** Blocks that are remembered; of more, those that were added last. */
const MOST_BLOCKS = 32_768;
/** Words of a block, as a power of two: samples of the same code never fall on all the same words again. */
const BLOCK_SHIFT = 5;

/** Beside the packs; see CodeCache. */
export const TRIED_FILE = 'tried';

/** A page of which something may be hot. */
export interface SampledPage {
  readonly hash: number;
  readonly samples: Uint32Array;
  /** A bit for each word that is translated. */
  readonly translated?: Uint8Array | undefined;
}

/** @returns hot blocks, by what is in their page and where in it they lie, and the samples of each */
export function hotBlocks(pages: Iterable<SampledPage>, leastSamples: number): Map<number, number> {
  const blocks = new Map<number, number>();
  for (const { hash, samples, translated } of pages) {
    for (let word = 0; word < samples.length; word++) {
      const count = samples[word] ?? 0;
      if (count < leastSamples || (((translated?.[word >> 3] ?? 0) >> (word & 7)) & 1) === 1) continue;
      const block = Math.imul(hash ^ (word >> BLOCK_SHIFT), 0x9e37_79b1) >>> 0;
      blocks.set(block, (blocks.get(block) ?? 0) + count);
    }
  }
  return blocks;
}

/** @returns the hot blocks of a request */
export function blocksOf({ pages, leastSamples }: TranslatorRequest): Map<number, number> {
  const sampled = pages.flatMap(({ stretch, bytes, samples, translated }) =>
    stretch === undefined || !samples ? [] : [{ hash: pageHash(bytes), samples, translated }],
  );
  return hotBlocks(sampled, leastSamples);
}

/** What was handed to a translator before, whatever came of it: a list that several runs append to. */
export class TriedCode {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, TRIED_FILE);
  }

  /** @returns samples of the blocks that were never tried */
  untried(blocks: ReadonlyMap<number, number>): number {
    const left = new Map(blocks);
    for (const block of this.#read()) left.delete(block);
    return [...left.values()].reduce((sum, count) => sum + count, 0);
  }

  /** @throws what the disk says: without this list the same code would be translated again and again */
  add(blocks: Iterable<number>): void {
    const added = Buffer.from(Uint32Array.from(blocks).buffer);
    appendFileSync(this.#path, added, { mode: 0o600 });
    if (statSync(this.#path).size <= 4 * MOST_BLOCKS) return;
    const kept = this.#read().slice(-MOST_BLOCKS / 2);
    replaceFileSync(this.#path, new Uint8Array(kept.buffer));
  }

  #read(): Uint32Array {
    try {
      const bytes = Uint8Array.from(readFileSync(this.#path));
      return new Uint32Array(bytes.buffer, 0, bytes.length >> 2);
    } catch {
      return new Uint32Array();
    }
  }
}
