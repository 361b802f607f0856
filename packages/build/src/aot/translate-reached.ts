import type { CodeModule } from '@boxer/component';
import type { ReachedPages } from '@boxer/runner';
import { type ExecutedPage, planOf, translateHotCode } from '@boxer/translate';
import { segmentReader } from './elf-file.ts';
import { codePages, type Executable } from './find-executables.ts';

/** Finds what of an executable was executed. */
export function executedPages(executable: Executable, reached: ReachedPages): ExecutedPage[] {
  return [...codePages(executable)].flatMap(({ page, digest }) => {
    const known = reached.get(digest);
    return known ? [{ page, ...known }] : [];
  });
}

/** Translates that of an executable in which the time is spent; nothing when that is nowhere. */
export function translateExecutable(
  executable: Executable,
  pages: readonly ExecutedPage[],
  leastSamples: number,
): CodeModule | undefined {
  const placed = translateHotCode(segmentReader(executable.segments), { pages, leastSamples });
  if (!placed) return undefined;
  const { bytes, info } = placed.pack;
  return { bytes, plan: planOf(info) };
}
