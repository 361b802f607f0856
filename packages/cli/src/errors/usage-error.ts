import { BoxerError } from '@boxer/foundation';

/** The command line itself is wrong. */
export class UsageError extends BoxerError {
  readonly code = 'CLI_USAGE';
  override readonly hint: string;

  /**
   * @param command - the command whose help tells more: `run`; empty for that of all
   * @param hint - what to do instead, where that is known
   */
  constructor(command: string, why: string, hint?: string) {
    super(why);
    this.hint = hint ?? `See boxer ${command === '' ? '' : `${command} `}--help.`;
  }
}
