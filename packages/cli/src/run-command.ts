import { fileURLToPath } from 'node:url';
import { Config, Errors, type Interfaces, run, settings } from '@oclif/core';
import { exitCodes, isErrno, withSuggestion } from '@boxer/foundation';
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
  const config = await Config.load(fileURLToPath(new URL('..', import.meta.url)));
  try {
    await run(asHelp(words), config);
  } catch (error) {
    if (error instanceof Errors.ExitError) {
      process.exitCode = error.oclif.exit ?? 0;
      return;
    }
    const shown = error instanceof Errors.CLIError ? usageError(words, error, config) : error;
    process.stderr.write(renderError(shown, undefined, process.env['BOXER_DEBUG'] === '1'));
    process.exitCode = exitCodes.boxerFailed;
  }
}

/** oclif's own errors end in a line about help, which ours say in the hint. */
function usageError(words: readonly string[], error: Error, { commands }: Interfaces.Config): UsageError {
  const why = error.message
    .split('\n')
    .filter((line) => !line.trim().startsWith('See more help with'))
    .join(' ')
    .trim();
  if (why.endsWith('not found')) {
    return unknownCommand(
      words,
      commands.map(({ id }) => nameOf(id)),
    );
  }
  const command = commands.find(({ id }) =>
    nameOf(id)
      .split(' ')
      .every((word, at) => word === words[at]),
  );
  const name = nameOf(command?.id ?? '');
  const flag = /^Nonexistent flag: (--?[\w-]+)$/.exec(why)?.[1];
  return flag === undefined
    ? new UsageError(name, why)
    : unknownFlag(name, flag, Object.keys(command?.flags ?? {}));
}

function unknownCommand([first = '', second = '']: readonly string[], known: readonly string[]): UsageError {
  const isTopic = known.some((name) => name.startsWith(`${first} `));
  const name = isTopic ? `${first} ${second}` : first;
  return new UsageError('', withSuggestion(`unknown command: ${name}`, name, known));
}

/** @param id - as oclif has it: `cache:ls` */
function nameOf(id: string): string {
  return id.replaceAll(':', ' ');
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
