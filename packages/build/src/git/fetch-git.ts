import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitSource } from '@boxer/dockerfile';
import { makeDirectories } from '@boxer/foundation';
import { GitChecksumError, GitError, redactCredentials } from '../errors/download-errors.ts';
import { OBJECT_NAME, resolveRef } from './resolve-ref.ts';
import { type GitAccess, runGit } from './run-git.ts';

/** A checked-out repository in a temporary directory. */
export interface GitCheckout extends AsyncDisposable {
  /** Host directory with the whole checkout. */
  readonly directory: string;
  /** Commit that was checked out. */
  readonly commit: string;
  /** When it was committed, in seconds since 1970. */
  readonly committedAt: number;
}

/** What a fetch may use. */
export type FetchGitOptions = Omit<GitAccess, 'remote' | 'directory'> & {
  /** Takes the checkout. */
  readonly temporaryDirectory: string;
};

/**
 * Fetches one commit of a repository with the host's git.
 *
 * @throws {@link GitError}, {@link GitChecksumError}
 */
export async function fetchGit(source: GitSource, options: FetchGitOptions): Promise<GitCheckout> {
  const { checksum } = source;
  if (checksum !== undefined && !/^[0-9a-f]{1,64}$/i.test(checksum)) {
    throw new GitError(source.remote, `invalid checksum ${checksum}, expected hex commit hash`);
  }
  const { temporaryDirectory, ...access } = options;
  makeDirectories(temporaryDirectory);
  const directory = await mkdtemp(join(temporaryDirectory, 'git-'));
  const dispose = () => rm(directory, { recursive: true, force: true });
  try {
    const git = (...args: string[]) => runGit({ ...access, remote: source.remote, directory }, args);
    await git('init', '--quiet', '--template=');
    await git('remote', 'add', 'origin', '--', source.remote);
    await fetchRef(source, git);
    await git('checkout', '--quiet', '--force', '--detach', 'FETCH_HEAD');
    const commit = (await git('rev-parse', 'HEAD')).trim();
    const committedAt = Number((await git('show', '--no-patch', '--format=%ct', 'HEAD')).trim());
    if (source.submodules) await git('submodule', 'update', '--quiet', '--init', '--recursive', '--depth=1');
    if (source.keepGitDir) {
      await git('remote', 'set-url', 'origin', '--', redactCredentials(source.remote));
      await git('reflog', 'expire', '--all', '--expire=now');
    } else {
      await rm(join(directory, '.git'), { recursive: true, force: true });
    }
    return { directory, commit, committedAt, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

type Git = (...args: string[]) => Promise<string>;

/** Leaves in FETCH_HEAD what the source means. */
async function fetchRef(source: GitSource, git: Git): Promise<void> {
  const { remote, checksum } = source;
  const ref = (source.fetchByCommit ? checksum : source.ref) ?? 'HEAD';
  if (OBJECT_NAME.test(ref)) {
    verifyChecksum(source, ref);
    return fetchCommit(ref, git);
  }
  const listing = await git('ls-remote', '--', 'origin', ref, `${ref}^{}`);
  const found = resolveRef(listing, ref);
  if (found === undefined) {
    // The beginning of a commit's name is no ref: only the whole history tells what it is.
    if (/^[0-9a-f]{7,}$/.test(ref)) return fetchCommit(ref, git);
    throw new GitError(remote, `repository does not contain ref ${ref}, output: ${JSON.stringify(listing)}`);
  }
  verifyChecksum(source, found.object, found.peeled);
  await git('fetch', '--quiet', '--depth=1', '--no-tags', '--', 'origin', found.name);
}

/** Servers need not serve commits that are no tip of a branch: then all is fetched. */
async function fetchCommit(commit: string, git: Git): Promise<void> {
  try {
    if (!OBJECT_NAME.test(commit)) throw new GitError('', 'not a whole name');
    await git('fetch', '--quiet', '--depth=1', '--no-tags', '--', 'origin', commit);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    await git('fetch', '--quiet', '--tags', '--', 'origin', '+refs/heads/*:refs/remotes/origin/*');
    await git('update-ref', 'FETCH_HEAD', `${commit}^{commit}`);
  }
}

function verifyChecksum({ checksum, remote }: GitSource, object: string, peeled?: string): void {
  if (checksum === undefined) return;
  const wanted = checksum.toLowerCase();
  if (object.startsWith(wanted) || peeled?.startsWith(wanted) === true) return;
  throw new GitChecksumError(remote, checksum, peeled === undefined ? object : `${object} or ${peeled}`);
}
