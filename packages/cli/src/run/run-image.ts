import { exitCodes } from '@boxer/foundation';
import { renderError } from '../errors/render-error.ts';
import { parseRunArguments } from './parse-run-arguments.ts';

/** Runs what `boxer run WORDS` asks for, and sets the exit code. */
export async function runImage(words: readonly string[]): Promise<void> {
  try {
    const request = parseRunArguments(words);
    if (request === undefined) {
      const { runCommand } = await import('../run-command.ts');
      await runCommand(['run', '--help']);
      return;
    }
    const { runBoxed } = await import('./run-boxed.ts');
    process.exitCode = await runBoxed(request);
  } catch (error) {
    process.stderr.write(renderError(error, undefined, process.env['BOXER_DEBUG'] === '1'));
    process.exitCode = exitCodes.boxerFailed;
  }
}
