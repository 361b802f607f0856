import { functionsOf, type ReachedPage, translatePack } from '@boxer/translate';
import type { CodeModule } from '@boxer/component';
import { segmentReader } from './elf-file.ts';
import { codePages, type Executable } from './find-executables.ts';

/** What was executed, by the SHA-256 of the page: see ReachedPages of @boxer/runner. */
export type Reached = ReadonlyMap<string, Uint8Array>;

const PAGE_BYTES = 4096;
/** Instructions of one function: larger bodies take the host's compiler too long. */
const FUNCTION_INSTRUCTIONS = 4000;

/** Finds what of an executable was executed. Pages that look like those of others count when one does not. */
export function reachedPagesOf(executable: Executable, reached: Reached, isUnique: (digest: string) => boolean): ReachedPage[] {
  const found = [...codePages(executable)].flatMap(({ page, digest }) => {
    const bits = reached.get(digest);
    return bits ? [{ page, bits, digest }] : [];
  });
  return found.some(({ digest }) => isUnique(digest)) ? found : [];
}

/** Translates what of an executable was executed. */
export function translateReached(executable: Executable, pages: readonly ReachedPage[]): CodeModule | undefined {
  const reader = segmentReader(executable.segments);
  const functions = functionsOf(pages, reader);
  if (functions.length === 0) return undefined;
  const known = new Set(functions.map(({ entry }) => entry));
  const base = Math.min(...pages.map(({ page }) => page)) * PAGE_BYTES;
  const { bytes, info } = translatePack(reader, {
    base,
    functions,
    isFunction: (pc) => known.has(pc),
    maximumInstructions: FUNCTION_INSTRUCTIONS,
  });
  return { bytes, pageHashes: info.pages.map(({ hash }) => hash) };
}
