import type { CodeModule } from '@boxer/component';
import type { ReachedPages } from '@boxer/runner';
import { translatePack } from '@boxer/translate';
import { segmentReader } from './elf-file.ts';
import { codePages, type Executable } from './find-executables.ts';
import { type ExecutedPage, hotCode } from './hot-code.ts';

const PAGE_BYTES = 4096;
/** Instructions of one function: larger bodies take the host's compiler too long. */
const FUNCTION_INSTRUCTIONS = 1200;

/**
 * Finds what of an executable was executed. Pages that look like those of other files count when there is one that does not.
 *
 * @param isUnique - whether no other file has a page with this digest
 */
export function executedPages(
  executable: Executable,
  reached: ReachedPages,
  isUnique: (digest: string) => boolean,
): ExecutedPage[] {
  const found = [...codePages(executable)].flatMap(({ page, digest }) => {
    const known = reached.get(digest);
    return known ? [{ page, ...known, digest }] : [];
  });
  return found.some(({ digest }) => isUnique(digest)) ? found : [];
}

/** Translates that of an executable in which the time is spent; nothing when that is nowhere. */
export function translateHotCode(
  executable: Executable,
  pages: readonly ExecutedPage[],
  leastSamples: number,
): CodeModule | undefined {
  const reader = segmentReader(executable.segments);
  const hot = hotCode(pages, reader, leastSamples);
  if (!hot) return undefined;
  const known = new Set(hot.functions.map(({ entry }) => entry));
  const { bytes, info } = translatePack(reader, {
    base: hot.lowestPage * PAGE_BYTES,
    functions: hot.functions,
    isFunction: (pc) => known.has(pc),
    isWanted: hot.isHot,
    maximumInstructions: FUNCTION_INSTRUCTIONS,
  });
  return { bytes, pageHashes: info.pages.map(({ hash }) => hash) };
}
