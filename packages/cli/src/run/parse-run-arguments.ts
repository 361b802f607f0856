import { UsageError } from '../errors/usage-error.ts';
import { parseFlags } from '../flags/parse-flags.ts';
import { type RunFlagName, runFlags } from './run-flags.table.ts';

/** What `boxer run` was asked for, as written: no value is checked yet. */
export interface RunArguments {
  readonly image: string;
  /** Behind the image: replaces the image's command. */
  readonly command: readonly string[];
  on(name: RunFlagName): boolean;
  value(name: RunFlagName): string | undefined;
  values(name: RunFlagName): readonly string[];
}

/**
 * Reads the arguments behind `boxer run`. Everything after the image belongs to the box.
 *
 * @returns undefined when help was asked for
 * @throws {@link UsageError}
 */
export function parseRunArguments(words: readonly string[]): RunArguments | undefined {
  const { switches, values, rest } = parseFlags('run', runFlags, words);
  if (switches.get('help') === true) return undefined;
  const [image, ...command] = rest;
  if (image === undefined || image === '')
    throw new UsageError('run', 'boxer run needs an image: the .wasm file to run');
  return {
    image,
    command,
    on: (name) => switches.get(name) === true,
    value: (name) => values.get(name)?.at(-1),
    values: (name) => values.get(name) ?? [],
  };
}
