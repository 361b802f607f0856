import { BoxerError, formatLocation, type SourceLocation } from '@boxer/foundation';

/** One thing wrong with a policy file. */
export interface PolicyIssue {
  readonly message: string;
  readonly location: SourceLocation;
}

/** A policy file that cannot be read as one. Carries every issue found, in the order of the file. */
export class PolicyInvalidError extends BoxerError {
  readonly code = 'POLICY_INVALID';
  override readonly hint = 'See docs/reference/policy.md for the keys of a policy and their values.';

  constructor(
    file: string,
    readonly issues: readonly PolicyIssue[],
  ) {
    const lines = issues.map((issue) => `${formatLocation(issue.location)}: ${issue.message}`);
    super(`Cannot use policy ${file}: ${lines.join('; ')}`);
  }
}

/** A flag or a line of an environment file that does not read as a grant or a budget. */
export class PolicyFlagError extends BoxerError {
  readonly code = 'POLICY_FLAG_INVALID';
  override readonly hint: string;

  constructor(what: string, text: string, why: string, hint: string) {
    super(`Cannot read ${what} ${JSON.stringify(text)}: ${why}`);
    this.hint = hint;
  }
}

/** A policy grants network connections, which boxes do not have yet. Ignoring the grant would hide that. */
export class ConnectUnsupportedError extends BoxerError {
  readonly code = 'POLICY_CONNECT_UNSUPPORTED';
  override readonly hint = 'Remove the key "connect", or leave its list empty.';

  constructor(readonly targets: readonly string[]) {
    super(`Cannot grant connections to ${targets.join(', ')}: boxes have no network yet`);
  }
}
