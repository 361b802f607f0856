import { BoxerError } from '@boxer/foundation';

/** A URL cannot be fetched. */
export class DownloadError extends BoxerError {
  readonly code = 'BUILD_DOWNLOAD';
  override readonly hint =
    'Check the URL and this machine’s connection; COPY a file that was fetched beforehand instead.';

  constructor(url: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot fetch ${withoutCredentials(url)}: ${why}`, options);
  }
}

/** What was fetched is not what `--checksum` promises. The message is BuildKit's. */
export class ChecksumMismatchError extends BoxerError {
  readonly code = 'BUILD_CHECKSUM';
  override readonly hint = 'Find out why the source changed before you change the checksum.';

  constructor(actual: string, expected: string) {
    super(`digest mismatch ${actual}: ${expected}`);
  }
}

/** What a git repository has is not what `--checksum` promises. The message is BuildKit's. */
export class GitChecksumError extends BoxerError {
  readonly code = 'BUILD_CHECKSUM';
  override readonly hint = 'Find out why the repository changed before you change the checksum.';

  constructor(remote: string, expected: string, actual: string) {
    super(
      `Cannot fetch git repository ${withoutCredentials(remote)}: expected checksum to match ${expected}, got ${actual}`,
    );
  }
}

/** A git repository cannot be fetched. */
export class GitError extends BoxerError {
  readonly code = 'BUILD_GIT';
  declare readonly hint?: string;

  constructor(remote: string, why: string, options: { cause?: unknown; hint?: string } = {}) {
    super(`Cannot fetch git repository ${withoutCredentials(remote)}: ${why}`, options);
    if (options.hint !== undefined) this.hint = options.hint;
  }
}

/** @returns the URL with user name and password left out; anything that is no URL unchanged */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1');
}

/** @returns the URL with user name and password crossed out, as BuildKit stores it with --keep-git-dir */
export function redactCredentials(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/@]*)@/i, (_, scheme: string, login: string) =>
    login.includes(':') ? `${scheme}xxxxx:xxxxx@` : `${scheme}xxxxx@`,
  );
}
