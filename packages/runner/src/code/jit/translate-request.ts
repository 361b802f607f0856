import { PAGE_SIZE_BYTES, pagePermissions } from '@boxer/abi';
import { type ExecutedPage, type PlacedPack, type ReachedPage, translateHotCode } from '@boxer/translate';
import type { ProfiledPage, TranslatorRequest } from './messages.ts';
import { pageReader } from './page-reader.ts';

/** A pack, and whether its code lies on pages that nobody may write to. */
export interface TranslatedStretch extends PlacedPack {
  /** Otherwise it is made at run time: it will hardly be the same again. */
  readonly isFixed: boolean;
}

/** Translates the hot code of a request, one stretch after the other. What cannot be translated is left out. */
export function* translateRequest({ pages, leastSamples }: TranslatorRequest): Generator<TranslatedStretch> {
  const byNumber = new Map(pages.map((page) => [page.number, page]));
  const isWritable = (page: number) => ((byNumber.get(page)?.permissions ?? 0) & pagePermissions.write) !== 0;
  for (const stretch of stretchesOf(pages).values()) {
    const placed = attempt(() =>
      translateHotCode(pageReader(byNumber), {
        pages: executedPages(stretch),
        leastSamples,
        translated: translatedPages(stretch),
      }),
    );
    if (!placed) continue;
    const first = placed.base / PAGE_SIZE_BYTES;
    yield { ...placed, isFixed: !placed.pack.info.pages.some(({ page }) => isWritable(first + page)) };
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

function executedPages(pages: readonly ProfiledPage[]): ExecutedPage[] {
  return pages.flatMap(({ number, bits, samples }) =>
    bits && samples ? [{ page: number, bits, samples }] : [],
  );
}

function translatedPages(pages: readonly ProfiledPage[]): ReachedPage[] {
  return pages.flatMap(({ number, translated }) => (translated ? [{ page: number, bits: translated }] : []));
}

/** Pages whose code is to be translated, by stretch. */
function stretchesOf(pages: readonly ProfiledPage[]): Map<number, ProfiledPage[]> {
  const stretches = new Map<number, ProfiledPage[]>();
  for (const page of pages) {
    if (page.stretch === undefined) continue;
    const known = stretches.get(page.stretch);
    if (known) known.push(page);
    else stretches.set(page.stretch, [page]);
  }
  return stretches;
}
