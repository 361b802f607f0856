import { goQuote } from '../gotext/quote.ts';
import type { Dockerfile } from '../stages/dockerfile.ts';
import type { Linter } from './linter.ts';

const RESERVED_STAGE_NAMES = new Set(['context', 'scratch']);

/** Rules that compare instructions with each other. */
export function lintFile(dockerfile: Dockerfile, linter: Linter): void {
  lintStageNames(dockerfile, linter);
  lintKeywordCasing(dockerfile, linter);
}

function lintStageNames({ stages }: Dockerfile, linter: Linter): void {
  const seen = new Set<string>();
  for (const { from } of stages) {
    if (from.name === undefined) continue;
    if (RESERVED_STAGE_NAMES.has(from.name)) linter.report('ReservedStageName', from, goQuote(from.name));
    if (seen.has(from.name)) linter.report('DuplicateStageName', from, goQuote(from.name));
    seen.add(from.name);
  }
}

function lintKeywordCasing({ stages }: Dockerfile, linter: Linter): void {
  const instructions = stages.flatMap(({ from, instructions: rest }) => [from, ...rest]);
  const lower = instructions.filter(({ keyword }) => keyword === keyword.toLowerCase()).length;
  const upper = instructions.filter(({ keyword }) => keyword === keyword.toUpperCase()).length;
  const mostlyLower = lower > upper;
  for (const instruction of instructions) {
    const { keyword } = instruction;
    if (keyword === (mostlyLower ? keyword.toLowerCase() : keyword.toUpperCase())) continue;
    linter.report(
      'ConsistentInstructionCasing',
      instruction,
      keyword,
      mostlyLower ? 'lowercase' : 'uppercase',
    );
  }
}
