import type { GitSource } from '@boxer/dockerfile';
import { attributesOf, type Inode, type Spool, Tree } from '@boxer/fsimage';
import { HostDirectory } from '../context/host-directory.ts';
import { Copier } from '../copy/copier.ts';
import { GitError } from '../errors/download-errors.ts';
import type { Secrets } from '../run/secrets.ts';
import type { SshAgents } from '../run/ssh-agents.ts';
import { fetchGit } from './fetch-git.ts';

/** The files of a repository at a commit. */
export interface GitFiles {
  readonly tree: Tree;
  readonly commit: string;
  /** When it was committed, in seconds since 1970. */
  readonly committedAt: number;
}

export interface GitRepositoriesOptions {
  readonly temporaryDirectory: string;
  readonly secrets: Secrets;
  readonly agents: SshAgents;
  readonly signal: AbortSignal | undefined;
}

/** Fetches repositories, for ADD and for contexts. */
export class GitRepositories {
  readonly #options: GitRepositoriesOptions;

  constructor(options: GitRepositoriesOptions) {
    this.#options = options;
  }

  /**
   * @param spool - takes the contents of the files
   * @throws {@link GitError}, GitChecksumError
   */
  async open(source: GitSource, spool: Spool): Promise<GitFiles> {
    const { temporaryDirectory, agents, signal } = this.#options;
    const isSsh = !/^(?:https?|git):/.test(source.remote);
    const keys = isSsh ? await agents.find('default') : undefined;
    await using checkout = await fetchGit(source, {
      temporaryDirectory,
      authorization: await this.#authorization(source.remote),
      agentSocket: keys?.kind === 'socket' ? keys.path : undefined,
      keyFiles: keys?.kind === 'keys' ? keys.files : [],
      signal,
    });
    const { commit, committedAt } = checkout;
    return { tree: await collect(source, checkout, spool), commit, committedAt };
  }

  /** @source moby/buildkit source/git/source.go (authSecretNames: of the host first, a header before a token) */
  async #authorization(remote: string): Promise<string | undefined> {
    if (!/^https?:/.test(remote) || !URL.canParse(remote)) return undefined;
    const { host } = new URL(remote);
    for (const suffix of [`.${host}`, '']) {
      const header = await this.#options.secrets.find(`GIT_AUTH_HEADER${suffix}`);
      if (header !== undefined) return Buffer.from(header).toString('utf8').trim();
      const token = await this.#options.secrets.find(`GIT_AUTH_TOKEN${suffix}`);
      if (token !== undefined) {
        const login = Buffer.concat([Buffer.from('x-access-token:'), token]);
        return `basic ${login.toString('base64')}`;
      }
    }
    return undefined;
  }
}

/** The checkout goes away: its contents move to the spool. */
async function collect(
  source: GitSource,
  checkout: { readonly directory: string; readonly committedAt: number },
  spool: Spool,
): Promise<Tree> {
  const root = new HostDirectory(source.remote, checkout.directory);
  const subdir = await directoryWithoutLinks(root, source);
  const tree = new Tree();
  const now = { seconds: 0, nanoseconds: 0 };
  await new Copier(tree, { owner: undefined, mode: undefined, madeDirectoryPermissions: 0o755, now }).copy(
    root,
    subdir,
    '/',
  );
  const times = source.mtime === 'commit' ? { mtime: { seconds: checkout.committedAt, nanoseconds: 0 } } : {};
  for (const { path, id, inode } of Array.from(tree.walk())) {
    const given = { ...attributesOf(inode), permissions: plainPermissions(inode), ...times };
    if (inode.kind === 'file') tree.writeFile(path, await spool.store(inode.content.chunks()), given);
    else tree.setAttributesAt(id, given);
  }
  return tree;
}

/** @returns the path of the source's directory, of which no part may be a link. @source buildkit (validateDirsOnly) */
async function directoryWithoutLinks(root: HostDirectory, source: GitSource): Promise<string> {
  let path = '';
  for (const name of (source.subdir ?? '').split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      path = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      continue;
    }
    path += `/${name}`;
    const entry = await root.entry(path);
    if (entry?.kind === 'directory') continue;
    const why = entry === undefined ? 'no such directory' : 'not a directory';
    throw new GitError(source.remote, `failed to open subdir ${source.subdir}: ${why}`);
  }
  return path || '/';
}

/** As git checks out under the umask 0022, whatever that of this process is. */
function plainPermissions({ kind, permissions }: Inode): number {
  if (kind === 'symlink') return 0o777;
  if (kind === 'directory' || (permissions & 0o100) !== 0) return 0o755;
  return (permissions & 0o200) === 0 ? 0o444 : 0o644;
}
