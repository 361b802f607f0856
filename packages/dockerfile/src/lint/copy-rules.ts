import { cleanPath } from '../gotext/clean-path.ts';
import { goQuote } from '../gotext/quote.ts';
import { IgnoreMatcher } from '../ignore/ignore-matcher.ts';
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
  const patterns = planner.session.ignorePatterns;
  if (patterns.length === 0) return;
  const matcher = new IgnoreMatcher(patterns);
  if (matcher.hasExceptions) return;
  const path = cleanPath(source);
  const isRoot = path === '.' || path === '/';
  if (isRoot && !patterns.some((pattern) => EVERYTHING.has(pattern))) return;
  if (!matcher.matches(path)) return;
  planner.linter.report(
    'CopyIgnoredFile',
    instruction,
    instruction.kind === 'add' ? 'Add' : 'Copy',
    goQuote(path),
  );
}
