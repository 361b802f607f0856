import { located } from '../dockerfile-error.ts';
import type { ArgInstruction } from '../instructions/arg.ts';
import { formatPlatform, type Platform } from '../platform/platform.ts';
import type { ShellLexer } from '../shell/shell-lexer.ts';
import { EnvList } from './env-list.ts';

/** What the predefined global arguments are made from. */
export interface PredefinedArgs {
  readonly buildPlatform: Platform;
  readonly targetPlatform: Platform;
  /** Name of the stage to build; empty when it has none. */
  readonly targetStage: string;
}

/** The arguments that exist without ARG, for use in FROM; build args override them. */
export function predefinedArgs(args: PredefinedArgs, buildArgs: ReadonlyMap<string, string>): EnvList {
  const env = new EnvList();
  for (const [name, value] of [
    ...platformArgs('BUILD', args.buildPlatform),
    ...platformArgs('TARGET', args.targetPlatform),
    ['TARGETSTAGE', args.targetStage === '' ? 'default' : args.targetStage] as const,
  ]) {
    env.set(name, buildArgs.get(name) ?? value);
  }
  return env;
}

/** Adds the ARGs before the first FROM. */
export function withGlobalArgs(
  predefined: EnvList,
  instructions: readonly ArgInstruction[],
  buildArgs: ReadonlyMap<string, string>,
  { lexer, file }: { readonly lexer: ShellLexer; readonly file: string },
): EnvList {
  const env = predefined.clone();
  for (const { definitions, range } of instructions) {
    for (const { name, defaultValue } of definitions) {
      const given = buildArgs.get(name);
      const value =
        given ??
        (defaultValue === undefined
          ? undefined
          : located({ file, range }, () => lexer.process(defaultValue, env).text));
      if (value !== undefined) env.set(name, value);
    }
  }
  return env;
}

function platformArgs(
  prefix: 'BUILD' | 'TARGET',
  platform: Platform,
): readonly (readonly [string, string])[] {
  return [
    [`${prefix}PLATFORM`, formatPlatform(platform)],
    [`${prefix}OS`, platform.os],
    [`${prefix}OSVERSION`, platform.osVersion ?? ''],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, platform.variant ?? ''],
  ];
}
