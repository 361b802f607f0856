import { withSuggestion } from '@boxer/foundation';
import { DockerfileError } from '../dockerfile-error.ts';

/** What a flag takes: nothing or a boolean, one text, or one text each time it is given. */
export type FlagKind = 'bool' | 'string' | 'strings';

/** The flags that an instruction knows. */
export type FlagSpec = Readonly<Record<string, FlagKind>>;

/** Values of the flags given; absent ones are undefined, or empty for `strings`. */
export type FlagValues<Spec extends FlagSpec> = {
  readonly [Name in keyof Spec]: Spec[Name] extends 'bool'
    ? boolean | undefined
    : Spec[Name] extends 'string'
      ? string | undefined
      : readonly string[];
};

/**
 * Reads the flags of an instruction.
 *
 * @param words - each starts with `--`
 * @throws {@link DockerfileError} for flags that are unknown, repeated or lack their value
 * @source buildkit, frontend/dockerfile/instructions/bflag.go
 */
export function parseFlags<Spec extends FlagSpec>(words: readonly string[], spec: Spec): FlagValues<Spec> {
  const values = new Map<string, boolean | string | string[]>();
  for (const [name, kind] of Object.entries(spec)) if (kind === 'strings') values.set(name, []);

  const seen = new Set<string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    const name = word.slice(2, equals === -1 ? undefined : equals);
    const value = equals === -1 ? undefined : word.slice(equals + 1);
    const kind = Object.hasOwn(spec, name) ? spec[name] : undefined;
    if (kind === undefined) throw fail(withSuggestion(`unknown flag: --${name}`, name, Object.keys(spec)));
    if (seen.has(name) && kind !== 'strings') throw fail(`duplicate flag specified: --${name}`);
    seen.add(name);
    store(values, name, kind, value);
  }
  // The loop above stores under each name only what its kind says.
  return Object.fromEntries(values) as FlagValues<Spec>;
}

function store(
  values: Map<string, boolean | string | string[]>,
  name: string,
  kind: FlagKind,
  value: string | undefined,
): void {
  if (kind === 'bool') {
    values.set(name, parseBoolean(name, value));
    return;
  }
  if (value === undefined) throw fail(`missing a value on flag: --${name}`);
  const list = values.get(name);
  if (Array.isArray(list)) list.push(value);
  else values.set(name, value);
}

function parseBoolean(name: string, value: string | undefined): boolean {
  if (value === '') throw fail(`missing a value on flag: --${name}`);
  switch (value?.toLowerCase()) {
    case undefined:
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      throw fail(`expecting boolean value for flag --${name}, not: ${value}`);
  }
}

function fail(message: string): DockerfileError {
  return new DockerfileError('DOCKERFILE_INSTRUCTION', message);
}
