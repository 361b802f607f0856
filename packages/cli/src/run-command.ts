import { fileURLToPath } from 'node:url';
import { Errors, run, settings } from '@oclif/core';
import { exitCodes, isErrno, withSuggestion } from '@boxer/foundation';
import { commands } from './commands/index.ts';
import { renderError } from './errors/render-error.ts';
import { unknownFlag } from './errors/unknown-flag.ts';
import { UsageError } from './errors/usage-error.ts';

/**
 * Runs a command through oclif, and shows what it throws our way.
 *
 * @param words - the command and its arguments
 */
export async function runCommand(words: readonly string[]): Promise<void> {
  settings.debug = false;
  // Before oclif's own, which throws.
  process.stdout.prependListener('error', onOutputError);
  try {
    await run(asHelp(words), { root: fileURLToPath(new URL('..', import.meta.url)) });
  } catch (error) {
    if (error instanceof Errors.ExitError) {
      process.exitCode = error.oclif.exit ?? 0;
      return;
    }
    const shown = error instanceof Errors.CLIError ? usageError(words, error) : error;
    process.stderr.write(renderError(shown, undefined, process.env['BOXER_DEBUG'] === '1'));
    process.exitCode = exitCodes.boxerFailed;
  }
}

/** oclif's own errors end in a line about help, which ours say in the hint. */
function usageError(words: readonly string[], error: Error): UsageError {
  const why = error.message
    .split('\n')
    .filter((line) => !line.trim().startsWith('See more help with'))
    .join(' ')
    .trim();
  if (why.endsWith('not found')) return unknownCommand(words);
  const [id, command] = Object.entries(commands).find(([each]) => isCommand(each, words)) ?? [];
  const name = id?.replace(':', ' ') ?? '';
  const flag = /^Nonexistent flag: (--?[\w-]+)$/.exec(why)?.[1];
  return flag === undefined || command === undefined
    ? new UsageError(name, why)
    : unknownFlag(name, flag, Object.keys(command.flags));
}

function unknownCommand([first = '', second = '']: readonly string[]): UsageError {
  const known = Object.keys(commands).map((id) => id.replace(':', ' '));
  const isTopic = known.some((name) => name.startsWith(`${first} `));
  const name = isTopic ? `${first} ${second}` : first;
  return new UsageError('', withSuggestion(`unknown command: ${name}`, name, known));
}

/** @param id - as oclif has it: `cache:ls` */
function isCommand(id: string, words: readonly string[]): boolean {
  return id.split(':').every((word, index) => word === words[index]);
}

/**
 * A result that cannot be written, because the disk is full, say, is an error like others. Nobody reading it any more is
 * none.
 */
function onOutputError(error: Error): void {
  if (isErrno(error, 'EPIPE')) return;
  process.stderr.write(renderError(error));
  process.exit(exitCodes.boxerFailed);
}

/** `boxer help build` is `boxer build --help`. */
function asHelp(words: readonly string[]): string[] {
  const [first, ...rest] = words;
  return first === 'help' ? [...rest, '--help'] : [...words];
}
