import { cleanPath } from '../gotext/clean-path.ts';
import { goQuote } from '../gotext/quote.ts';
import type { AddInstruction } from '../instructions/add.ts';
import type { CopyInstruction } from '../instructions/copy.ts';
import type { StagePlanner } from '../plan/stage-planner.ts';

const EVERYTHING = new Set(['*', '**', '**/*']);

/** CopyIgnoredFile: the source is hidden by `.dockerignore`. Exceptions (`!`) are too hard to tell in advance. */
export function lintCopySource(
  planner: StagePlanner,
  instruction: CopyInstruction | AddInstruction,
  source: string,
): void {
  const { ignore } = planner.session;
  if (ignore === undefined || ignore.matcher.hasExceptions) return;
  const path = cleanPath(source);
  const isRoot = path === '.' || path === '/';
  if (isRoot && !ignore.patterns.some((pattern) => EVERYTHING.has(pattern))) return;
  if (!ignore.matcher.matches(path)) return;
  planner.linter.report(
    'CopyIgnoredFile',
    instruction,
    instruction.kind === 'add' ? 'Add' : 'Copy',
    goQuote(path),
  );
}
