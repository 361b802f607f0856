import { BoxerError } from '@boxer/foundation';

/** How programs say that they reach no network: texts of the C libraries, of curl, apt and Go. */
const NO_NETWORK =
  /could not resolve|(?:name|temporary failure).*resol|network is unreachable|no such host|dial tcp|EAI_AGAIN|getaddrinfo|bad address '/i;

/** The command of a RUN ended with an error. The message is BuildKit's. */
export class RunFailedError extends BoxerError {
  readonly code = 'BUILD_RUN_FAILED';
  declare readonly hint?: string;

  /**
   * @param argv - the command
   * @param exitCode - its exit status, or 128 and the number of the signal that ended it; 1 when it could not be started,
   * as with BuildKit, whose runtime ends with 1 then
   * @param output - the last lines it wrote
   * @param started - whether it ran at all
   */
  constructor(
    readonly argv: readonly string[],
    readonly exitCode: number,
    readonly output: readonly string[],
    started = true,
  ) {
    super(`process ${JSON.stringify(argv.join(' '))} did not complete successfully: exit code: ${exitCode}`);
    if (exitCode === 127 || !started)
      this.hint = 'The command, or the shell or interpreter it needs, is not in the image.';
    else if (output.some((line) => NO_NETWORK.test(line)))
      this.hint = 'RUN has no network: bring files in with ADD URL, COPY, or a base image that has them.';
  }
}

/** A RUN used up what the build policy grants. */
export class RunLimitError extends BoxerError {
  readonly code = 'BUILD_RUN_LIMIT';
  override readonly hint = 'Raise the limit in a policy file and pass it with --policy.';

  constructor(argv: readonly string[], why: string) {
    super(`process ${JSON.stringify(argv.join(' '))} did not complete successfully: ${why}`);
  }
}

/** A secret that a RUN requires was not given. The message is BuildKit's. */
export class SecretMissingError extends BoxerError {
  readonly code = 'BUILD_SECRET_MISSING';
  override readonly hint: string;

  constructor(id: string) {
    super(`secret ${id}: not found`);
    this.hint = `Pass --secret id=${id},src=FILE or --secret id=${id},env=NAME.`;
  }
}

/** SSH keys that a RUN requires were not given. The message is BuildKit's. */
export class SshMissingError extends BoxerError {
  readonly code = 'BUILD_SSH_MISSING';
  override readonly hint: string;

  /** @param hasOthers - whether keys were given under other ids */
  constructor(id: string, hasOthers: boolean) {
    super(
      hasOthers
        ? `unset ssh forward key ${id}`
        : `no SSH key ${JSON.stringify(id)} forwarded from the client`,
    );
    this.hint = `Pass --ssh ${id} for your SSH agent, or --ssh ${id}=PATH for a key or another agent.`;
  }
}

/** A RUN asks for something that boxes do not have. */
export class RunUnsupportedError extends BoxerError {
  readonly code = 'BUILD_RUN_UNSUPPORTED';

  constructor(what: string) {
    super(`Cannot execute RUN: ${what}`);
  }
}

/** What a box says it changed makes no sense. */
export class ChangeStreamError extends BoxerError {
  readonly code = 'BUILD_CHANGE_STREAM';
  override readonly hint = 'This is a bug in Boxer. Report it with the Dockerfile.';

  constructor(why: string, options?: { cause?: unknown }) {
    super(`Cannot store what RUN changed: ${why}`, options);
  }
}
