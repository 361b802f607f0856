import { unknownFlag } from '../errors/unknown-flag.ts';
import { UsageError } from '../errors/usage-error.ts';
import type { FlagRow } from './flag-row.ts';

/** What the flags of a command line say, by long name. */
export interface ParsedFlags {
  readonly switches: ReadonlyMap<string, boolean>;
  /** A flag of kind `value` has one element, the last given. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** From the first argument that is no flag on: untouched. */
  readonly rest: readonly string[];
}

/**
 * Reads flags as Docker does: they end at the first argument that is none, or behind `--`. Short switches may be
 * joined (`-it`); a value follows its flag, or stands in the same word (`--env=A`, `-eA`, `-e=A`).
 *
 * @param command - for messages: `run`
 * @throws {@link UsageError} for an unknown flag, a missing or superfluous value
 * @source github.com/spf13/pflag (SetInterspersed(false), as `docker run` uses it)
 */
export function parseFlags(command: string, rows: readonly FlagRow[], words: readonly string[]): ParsedFlags {
  const switches = new Map<string, boolean>();
  const values = new Map<string, string[]>();
  const fail = (why: string) => new UsageError(command, why);
  let next = 0;

  const store = (row: FlagRow, shown: string, inline: string | undefined): void => {
    if (row.kind === 'switch') {
      switches.set(row.name, parseSwitch(inline ?? 'true', shown, fail));
      return;
    }
    const value = inline ?? words[next++];
    if (value === undefined) throw fail(`flag needs an argument: ${shown}`);
    values.set(row.name, row.kind === 'list' ? [...(values.get(row.name) ?? []), value] : [value]);
  };

  while (next < words.length) {
    const word = words[next] ?? '';
    if (word === '--') return { switches, values, rest: words.slice(next + 1) };
    if (!word.startsWith('-') || word === '-') break;
    next++;
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = word.slice(2, equals === -1 ? undefined : equals);
      const row = rows.find((candidate) => candidate.name === name);
      if (row === undefined) {
        throw unknownFlag(
          command,
          `--${name}`,
          rows.map((each) => each.name),
        );
      }
      store(row, `--${name}`, equals === -1 ? undefined : word.slice(equals + 1));
    } else {
      parseShort(command, rows, word, store);
    }
  }
  return { switches, values, rest: words.slice(next) };
}

function parseShort(
  command: string,
  rows: readonly FlagRow[],
  word: string,
  store: (row: FlagRow, shown: string, inline: string | undefined) => void,
): void {
  let letters = word.slice(1);
  while (letters !== '') {
    const char = letters.charAt(0);
    const row = rows.find((candidate) => candidate.char === char);
    if (row === undefined) {
      const message = `unknown shorthand flag: ${JSON.stringify(char)} in ${word}`;
      throw unknownFlag(command, `-${char}`, [], message);
    }
    const behind = letters.slice(1);
    if (behind.startsWith('=')) return store(row, `-${char}`, behind.slice(1));
    if (row.kind !== 'switch') return store(row, `-${char}`, behind === '' ? undefined : behind);
    store(row, `-${char}`, undefined);
    letters = behind;
  }
}

const SWITCH_VALUES: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false };

function parseSwitch(text: string, shown: string, fail: (why: string) => UsageError): boolean {
  const value = SWITCH_VALUES[text.toLowerCase()];
  if (value === undefined)
    throw fail(`invalid value ${JSON.stringify(text)} for ${shown}: it is true or false`);
  return value;
}
