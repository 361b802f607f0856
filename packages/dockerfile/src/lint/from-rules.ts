import { suggest } from '@boxer/foundation';
import { DockerfileError } from '../dockerfile-error.ts';
import { goQuote } from '../gotext/quote.ts';
import type { FromInstruction } from '../instructions/from.ts';
import { parsePlatform } from '../platform/platform.ts';
import type { ShellLexer, ShellResult } from '../shell/shell-lexer.ts';
import type { EnvList } from '../stages/env-list.ts';
import { normalizeReference } from '../stages/image-reference.ts';
import type { Linter } from './linter.ts';

/** What the rules about FROM look at. */
export interface FromRuleInputs {
  readonly globalArgs: EnvList;
  readonly declaredArgs: ReadonlySet<string>;
  readonly linter: Linter;
}

/** UndefinedArgInFrom: only global ARGs can be used in FROM. */
export function lintUndeclaredArgs(result: ShellResult, from: FromInstruction, inputs: FromRuleInputs): void {
  const names = [...new Set([...inputs.declaredArgs, ...inputs.globalArgs.names])];
  for (const name of result.unmatched) {
    if (inputs.declaredArgs.has(name)) continue;
    inputs.linter.report('UndefinedArgInFrom', from, name, suggest(name, names, true) ?? '');
  }
}

/** RedundantTargetPlatform and FromPlatformFlagConstDisallowed. */
export function lintPlatform(
  text: string,
  result: ShellResult,
  from: FromInstruction,
  inputs: FromRuleInputs,
): void {
  const { matched, unmatched } = result;
  const isTargetPlatform = matched.size === 1 && unmatched.size === 0 && matched.has('TARGETPLATFORM');
  if (isTargetPlatform && result.text === inputs.globalArgs.get('TARGETPLATFORM')) {
    inputs.linter.report('RedundantTargetPlatform', from, text);
  }
  if (matched.size === 0 && unmatched.size === 0 && !namesPlatform(from.name ?? '', result.text)) {
    inputs.linter.report('FromPlatformFlagConstDisallowed', from, goQuote(result.text));
  }
}

/** InvalidDefaultArgInFrom: bases should be valid with no build arguments given. */
export function lintDefaultBases(
  stages: readonly FromInstruction[],
  lexer: ShellLexer,
  defaults: EnvList,
  linter: Linter,
): void {
  for (const from of stages) {
    const base = attempt(() => lexer.process(from.base, defaults).text);
    if (base === undefined) return;
    if (attempt(() => normalizeReference(base)) === undefined) {
      linter.report('InvalidDefaultArgInFrom', from, from.base);
    }
  }
}

/** A stage that carries its system or processor in its name is meant to be for that platform. */
function namesPlatform(stageName: string, specifier: string): boolean {
  const platform = attempt(() => parsePlatform(specifier));
  if (platform === undefined) return true;
  return stageName.includes(platform.os) || stageName.includes(platform.architecture);
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof DockerfileError) return undefined;
    throw error;
  }
}
