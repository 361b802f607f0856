import { withSuggestion } from '@boxer/foundation';
import { dockerFlags } from '../flags/docker-flags.table.ts';
import { UsageError } from './usage-error.ts';

/**
 * @param shown - the flag as it was written, without its value: `--nope`, `-n`
 * @param names - long names of the flags that there are
 * @param message - what to say of it
 * @returns the error, with what was probably meant
 */
export function unknownFlag(
  command: string,
  shown: string,
  names: readonly string[],
  message = `unknown flag: ${shown}`,
): UsageError {
  const name = shown.replace(/^-+/, '');
  const flags = dockerFlags[command];
  const hint = flags !== undefined && Object.hasOwn(flags, name) ? flags[name] : undefined;
  const known = names.map((each) => `--${each}`);
  return new UsageError(
    command,
    hint === undefined && shown.startsWith('--') ? withSuggestion(message, shown, known) : message,
    hint,
  );
}
