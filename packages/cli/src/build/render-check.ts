import type { LintWarning } from '@boxer/build';
import { excerpt, type SourceText } from '../errors/render-error.ts';

/**
 * What `boxer build --check` says, in the form of `docker build --check`.
 *
 * @param source - the Dockerfile, to quote from
 * @source docker/buildx and moby/buildkit frontend/subrequests/lint (PrintLintViolations)
 */
export function renderCheck(warnings: readonly LintWarning[], source: SourceText | undefined): string {
  if (warnings.length === 0) return 'Check complete, no warnings found.\n';
  const count = warnings.length === 1 ? '1 warning has' : `${warnings.length} warnings have`;
  const shown = warnings.map((warning) => `\n${describe(warning, source).join('\n')}\n`);
  return `Check complete, ${count} been found!\n${shown.join('')}`;
}

function describe({ rule, url, message, range }: LintWarning, source: SourceText | undefined): string[] {
  const quote = source === undefined ? [] : excerpt(source, range);
  return [`WARNING: ${rule} - ${url}`, message, ...quote];
}
