import { DockerfileError } from '../dockerfile-error.ts';
import { goQuote } from '../gotext/quote.ts';
import type { GitSource } from './build-step.ts';
import { type GitReference, parseGitReference } from './git-reference.ts';

/**
 * Completes what a reference says with what the flags of ADD say.
 *
 * @param checksum - empty when not given
 * @throws {@link DockerfileError} when they contradict each other
 */
export function gitSource(git: GitReference, keepGitDir: boolean | undefined, checksum: string): GitSource {
  if (keepGitDir !== undefined && git.keepGitDir !== undefined && keepGitDir !== git.keepGitDir) {
    throw new DockerfileError('DOCKERFILE_VALUE', 'inconsistent keep-git-dir configuration');
  }
  if (checksum !== '' && git.checksum !== '' && checksum !== git.checksum) {
    const both = `${goQuote(checksum)} != ${goQuote(git.checksum)}`;
    throw new DockerfileError('DOCKERFILE_VALUE', `checksum mismatch ${both}`);
  }
  return {
    kind: 'git',
    remote: git.remote,
    ref: git.ref === '' ? undefined : git.ref,
    subdir: git.subdir === '' ? undefined : git.subdir,
    checksum: git.checksum || checksum || undefined,
    keepGitDir: git.keepGitDir ?? keepGitDir ?? false,
    submodules: git.submodules ?? true,
    fetchByCommit: git.fetchByCommit ?? false,
    mtime: git.mtime ?? 'checkout',
  };
}

/**
 * Reads the name of a build context as a git repository: as in ADD, and `github.com/owner/name`.
 *
 * @param keepGitDir - whether `.git` is part of the context, unless the name says it
 * @returns undefined when it names something else
 * @throws {@link DockerfileError} for contradictory or unknown query parameters
 * @source buildkit, frontend/dockerui/context.go (DetectGitContext)
 */
export function parseGitContext(text: string, keepGitDir: boolean): GitSource | undefined {
  const git = parseGitReference(text);
  if (git === undefined) return undefined;
  const source = gitSource(git, undefined, '');
  return {
    ...source,
    keepGitDir: source.keepGitDir || keepGitDir,
    remote: git.looksLocal ? `https://${git.remote}` : git.remote,
  };
}
