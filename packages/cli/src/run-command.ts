import { fileURLToPath } from 'node:url';
import { Errors, run, settings } from '@oclif/core';
import { exitCodes } from '@boxer/foundation';
import { renderError } from './errors/render-error.ts';
import { UsageError } from './errors/usage-error.ts';

/**
 * Runs a command through oclif, and shows what it throws our way.
 *
 * @param words - the command and its arguments
 */
export async function runCommand(words: readonly string[]): Promise<void> {
  settings.debug = false;
  try {
    await run(asHelp(words), { root: fileURLToPath(new URL('..', import.meta.url)) });
  } catch (error) {
    if (error instanceof Errors.ExitError) {
      process.exitCode = error.oclif.exit ?? 0;
      return;
    }
    const shown = error instanceof Errors.CLIError ? usageError(words[0] ?? '', error) : error;
    process.stderr.write(renderError(shown, undefined, process.env['BOXER_DEBUG'] === '1'));
    process.exitCode = exitCodes.boxerFailed;
  }
}

/** oclif's own errors end in a line about help, which ours say in the hint. */
function usageError(command: string, error: Error): UsageError {
  const why = error.message
    .split('\n')
    .filter((line) => !line.trim().startsWith('See more help with'))
    .join(' ')
    .trim();
  return new UsageError(why.endsWith('not found') ? '' : command, why);
}

/** `boxer help build` is `boxer build --help`. */
function asHelp(words: readonly string[]): string[] {
  const [first, ...rest] = words;
  return first === 'help' ? [...rest, '--help'] : [...words];
}
