import type { CopyStep } from '@boxer/dockerfile';
import type { CopySelection } from './copier.ts';
import { compilePatterns } from './patterns.ts';

/** What of a source is copied: `--exclude`, and the pattern of `--parents`. @returns undefined for everything */
export function copySelection(
  { exclude }: Pick<CopyStep, 'exclude'>,
  include: string | undefined,
): CopySelection | undefined {
  if (include === undefined && exclude.length === 0) return undefined;
  const included = include === undefined ? undefined : compilePatterns([include]);
  const excluded = exclude.length === 0 ? undefined : compilePatterns(exclude);
  return { includes: (path) => (included?.matches(path) ?? true) && !(excluded?.matches(path) ?? false) };
}
