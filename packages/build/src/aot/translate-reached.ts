import type { CodeModule } from '@boxer/component';
import type { ReachedPages } from '@boxer/runner';
import { functionsOf, translatePack } from '@boxer/translate';
import { segmentReader } from './elf-file.ts';
import { codePages, type Executable } from './find-executables.ts';
import { type ExecutedPage, hotCode } from './hot-code.ts';

const PAGE_BYTES = 4096;

/** Finds what of an executable was executed. */
export function executedPages(executable: Executable, reached: ReachedPages): ExecutedPage[] {
  return [...codePages(executable)].flatMap(({ page, digest }) => {
    const known = reached.get(digest);
    return known ? [{ page, ...known }] : [];
  });
}

/** Translates that of an executable in which the time is spent; nothing when that is nowhere. */
export function translateHotCode(
  executable: Executable,
  pages: readonly ExecutedPage[],
  leastSamples: number,
): CodeModule | undefined {
  const reader = segmentReader(executable.segments);
  const hot = hotCode(pages, reader, leastSamples);
  const [lowest] = hot;
  if (!lowest) return undefined;
  const base = lowest.page * PAGE_BYTES;
  const { bytes, info } = translatePack(reader, { base, ...functionsOf(hot, reader) });
  return { bytes, pageHashes: info.pages.map(({ hash }) => hash) };
}
