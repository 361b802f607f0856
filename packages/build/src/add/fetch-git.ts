import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitSource } from '@boxer/dockerfile';
import { ChecksumMismatchError, GitError } from '../errors/download-errors.ts';
import { isErrno } from '../errors/is-errno.ts';

/** A checked-out repository in a temporary directory. */
export interface GitCheckout extends AsyncDisposable {
  /** Host directory to copy from, `subdir` applied. */
  readonly directory: string;
  /** Commit that was checked out. */
  readonly commit: string;
  /** When it was committed, in seconds since 1970. */
  readonly committedAt: number;
}

/**
 * Fetches a repository for ADD with the host's git.
 *
 * @param temporaryDirectory - takes the checkout
 * @throws {@link GitError}, {@link ChecksumMismatchError}
 */
export async function fetchGit(
  source: GitSource,
  temporaryDirectory: string,
  signal: AbortSignal | undefined,
): Promise<GitCheckout> {
  await mkdir(temporaryDirectory, { recursive: true });
  const top = await mkdtemp(join(temporaryDirectory, 'git-'));
  const dispose = () => rm(top, { recursive: true, force: true });
  try {
    const git = (...args: string[]) => runGit(source.remote, top, args, signal);
    await git('init', '--quiet');
    await git('remote', 'add', 'origin', '--', source.remote);
    await git('fetch', '--quiet', '--depth=1', '--', 'origin', source.ref ?? 'HEAD').catch(
      async (error: unknown) => {
        // Servers need not serve commits that are no tip of a branch: fetch all, then.
        if (source.ref === undefined || !/^[0-9a-f]{7,64}$/.test(source.ref)) throw error;
        await git('fetch', '--quiet', '--tags', '--', 'origin', '+refs/heads/*:refs/remotes/origin/*');
        await git('update-ref', 'FETCH_HEAD', source.ref);
      },
    );
    await git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
    const commit = (await git('rev-parse', 'HEAD')).trim();
    const committedAt = Number((await git('show', '--no-patch', '--format=%ct', 'HEAD')).trim());
    if (source.checksum !== undefined && !commit.startsWith(source.checksum)) {
      throw new ChecksumMismatchError(commit, source.checksum);
    }
    if (source.submodules) await git('submodule', 'update', '--quiet', '--init', '--recursive', '--depth=1');
    if (!source.keepGitDir) await rm(join(top, '.git'), { recursive: true, force: true });
    const directory = join(top, join('/', source.subdir ?? ''));
    return { directory, commit, committedAt, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Longest output of git that is kept for messages. */
const OUTPUT_LIMIT_BYTES = 64 * 1024;

async function runGit(
  remote: string,
  directory: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const config = ['-c', 'protocol.ext.allow=never', '-c', 'advice.detachedHead=false'];
  const child = spawn('git', [...config, ...args], {
    cwd: directory,
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  });
  let output = '';
  let complaint = '';
  child.stdout
    .setEncoding('utf8')
    .on('data', (text: string) => (output = (output + text).slice(0, OUTPUT_LIMIT_BYTES)));
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (complaint = (complaint + text).slice(-OUTPUT_LIMIT_BYTES)));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((cause: unknown) => {
    if (!isErrno(cause, 'ENOENT')) throw cause;
    const hint = 'Install git, or COPY a checkout instead.';
    throw new GitError(remote, 'git is not installed on this machine', { cause, hint });
  });
  if (status !== 0)
    throw new GitError(remote, `git ${args[0]}: ${complaint.trim().split('\n').at(-1) ?? status}`);
  return output;
}
