import { reachedBits } from '@boxer/translate';
import { PAGE_SHIFT, PAGE_SIZE_BYTES } from '@boxer/abi';
import type { ProcessCode } from '../process-code.ts';

const WORDS = PAGE_SIZE_BYTES / 4;
/** A program that has more executed pages than this has most of them rewritten all the time. */
const MOST_PAGES = 65_536;

/** What was executed of a page of code, by whichever process. */
export interface PageProfile {
  readonly bits: Uint8Array;
  /** How often each word was about to be interpreted when a sample was taken. */
  readonly samples: Uint32Array;
  /** The most samples of a word, or more. */
  readonly most: number;
  /** A bit for each word that was handed to the translator for its samples, whatever came of it. */
  readonly tried: Uint8Array;
}

/** A page that samples are still added to. */
type SeenPage = PageProfile & { most: number };

/** A page of which nothing was sampled. */
export const emptyProfile = (): PageProfile => ({
  bits: new Uint8Array(WORDS / 8),
  samples: new Uint32Array(WORDS),
  most: 0,
  tried: new Uint8Array(WORDS / 8),
});

/** Where a box spends its time outside translated code, by the hash of the page. */
export class Profile {
  readonly #pages = new Map<number, SeenPage>();
  #samples = 0;

  /** Places that were added, as far as they count yet. */
  get samples(): number {
    return this.#samples;
  }

  of(hash: number | undefined): PageProfile | undefined {
    return hash === undefined ? undefined : this.#pages.get(hash);
  }

  /** Adds places where a process was about to interpret something. */
  add(process: ProcessCode, places: readonly number[]): void {
    const pages = new Map<number, SeenPage>();
    this.#samples += places.length;
    for (const pc of places) {
      const page = pc >>> PAGE_SHIFT;
      const profile = pages.get(page) ?? this.#profileOf(process, page);
      if (!profile) continue;
      pages.set(page, profile);
      const word = (pc % PAGE_SIZE_BYTES) >>> 2;
      const count = (profile.samples[word] ?? 0) + 1;
      profile.samples[word] = count;
      if (count > profile.most) profile.most = count;
    }
    for (const [page, { bits }] of pages)
      reachedBits(process.guest.memory.buffer, page)?.forEach((byte, i) => (bits[i] = (bits[i] ?? 0) | byte));
  }

  #profileOf(process: ProcessCode, page: number): SeenPage | undefined {
    const hash = process.hashOf(page);
    if (hash === undefined) return undefined;
    const known = this.#pages.get(hash);
    if (known) return known;
    if (this.#pages.size >= MOST_PAGES) this.#pages.clear();
    const made = emptyProfile();
    this.#pages.set(hash, made);
    return made;
  }

  /** Counts what was sampled so far for half: what was hot need not be so for ever. */
  fade(): void {
    this.#samples /= 2;
    for (const page of this.#pages.values()) {
      const { samples } = page;
      if (page.most === 0) continue;
      page.most /= 2;
      samples.forEach((count, i) => {
        if (count > 0) samples[i] = count / 2;
      });
    }
  }
}
