import { BoxerError } from '@boxer/foundation';

/** The command line itself is wrong. */
export class UsageError extends BoxerError {
  readonly code = 'CLI_USAGE';
  override readonly hint: string;

  /** @param command - the command whose help tells more: `run`; empty for that of all */
  constructor(command: string, why: string) {
    super(why);
    this.hint = `See boxer ${command === '' ? '' : `${command} `}--help.`;
  }
}
