import { PAGE_SIZE_BYTES } from '@boxer/abi';
import type { CodeReader } from '../translator/code-reader.ts';
import type { CodePack } from './code-pack.ts';
import { functionsOf } from './functions-of.ts';
import { type ExecutedPage, hotCode } from './hot-code.ts';
import { addressesOf, type ReachedPage } from './reached-code.ts';
import { translatePack } from './translate-pack.ts';

/** Code that was executed near to each other: an executable, or a library. */
export interface HotCodeRequest {
  readonly pages: readonly ExecutedPage[];
  /** Samples of an instruction for what follows it to be worth translating. */
  readonly leastSamples: number;
  /** What is translated already. Functions that have more hot code now are translated anew, others are left out. */
  readonly translated?: readonly ReachedPage[];
}

/** Translated functions, and the guest address that their pack's offsets count from. */
export interface PlacedPack {
  readonly pack: CodePack;
  readonly base: number;
}

/** Translates the code in which the time is spent. @returns undefined when there is none */
export function translateHotCode(
  reader: CodeReader,
  { pages, leastSamples, translated = [] }: HotCodeRequest,
): PlacedPack | undefined {
  const known = new Set(translated.flatMap(addressesOf));
  const { pages: hot, heatOf } = hotCode(pages, reader, leastSamples);
  const added = hot.flatMap(addressesOf).filter((pc) => !known.has(pc));
  if (added.length === 0) return undefined;
  const all = united(hot, translated);
  const { functions, ownerOf, ...options } = functionsOf(all, reader);
  const wanted = new Set(added.map(ownerOf));
  const chosen = functions.filter(({ entry }) => wanted.has(entry));
  const [lowest] = all;
  if (!lowest || chosen.length === 0) return undefined;
  const base = lowest.page * PAGE_SIZE_BYTES;
  return { pack: translatePack(reader, { base, functions: chosen, heatOf, ...options }), base };
}

/** What is in either of two lists of pages. */
function united(a: readonly ReachedPage[], b: readonly ReachedPage[]): ReachedPage[] {
  const pages = new Map(a.map((each) => [each.page, each]));
  for (const { page, bits } of b) {
    const known = pages.get(page);
    pages.set(page, { page, bits: known ? known.bits.map((byte, i) => byte | (bits[i] ?? 0)) : bits });
  }
  return [...pages.values()].sort((x, y) => x.page - y.page);
}
