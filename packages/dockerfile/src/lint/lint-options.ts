import { DockerfileError } from '../dockerfile-error.ts';
import { parseBool } from '../gotext/parse-bool.ts';
import { goQuote } from '../gotext/quote.ts';
import { trimSpace } from '../gotext/space.ts';

/** Which rules are active, from `# check=…`. */
export interface LintOptions {
  readonly skip: RuleSelection;
  readonly experimental: RuleSelection;
  /** Warnings make the build fail. */
  readonly failOnWarning: boolean;
}

/** All rules, or those named. */
export type RuleSelection = 'all' | ReadonlySet<string>;

const NONE: LintOptions = { skip: new Set(), experimental: new Set(), failOnWarning: false };

/**
 * Reads `skip=A,B;error=true;experimental=all`.
 *
 * @throws {@link DockerfileError} for unknown keys
 * @source buildkit, frontend/dockerfile/linter/linter.go, ParseLintOptions
 */
export function parseLintOptions(text: string): LintOptions {
  if (trimSpace(text) === '') return NONE;
  let options = NONE;
  for (const part of trimSpace(text).split(';')) {
    const equals = part.indexOf('=');
    if (equals === -1) throw invalidOption(part);
    const key = trimSpace(part.slice(0, equals));
    const value = trimSpace(part.slice(equals + 1));
    if (key === 'skip' || key === 'experimental') options = { ...options, [key]: selection(value) };
    else if (key === 'error') options = { ...options, failOnWarning: failOnWarning(part, value) };
    else throw invalidOption(key);
  }
  return options;
}

/** Adds what a comment above one instruction says. */
export function mergeLintOptions(base: LintOptions, more: LintOptions): LintOptions {
  return {
    skip: union(base.skip, more.skip),
    experimental: union(base.experimental, more.experimental),
    failOnWarning: base.failOnWarning || more.failOnWarning,
  };
}

/** @returns true when the selection includes the rule */
export function selects(rules: RuleSelection, rule: string): boolean {
  return rules === 'all' || rules.has(rule);
}

function selection(value: string): RuleSelection {
  return value === 'all' ? 'all' : new Set(value.split(',').map(trimSpace));
}

function union(a: RuleSelection, b: RuleSelection): RuleSelection {
  return a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b]);
}

function failOnWarning(part: string, value: string): boolean {
  const parsed = parseBool(value);
  if (parsed !== undefined) return parsed;
  const cause = `strconv.ParseBool: parsing ${goQuote(value)}: invalid syntax`;
  throw new DockerfileError('DOCKERFILE_LINT', `failed to parse check option ${goQuote(part)}: ${cause}`);
}

function invalidOption(text: string): DockerfileError {
  return new DockerfileError('DOCKERFILE_LINT', `invalid check option ${goQuote(text)}`);
}
