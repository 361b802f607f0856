import { BoxerError } from '@boxer/foundation';

/** ADD cannot fetch a URL. */
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

/** ADD cannot fetch a git repository. */
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
