import type { GitSource, HttpSource } from '@boxer/dockerfile';
import type { Attributes, Content, Spool, Tree } from '@boxer/fsimage';
import { fetchUrl } from '../add/fetch-url.ts';
import type { GitRepositories } from '../git/git-repositories.ts';
import type { Job } from '../progress/progress.ts';

export interface FetchEnvironment {
  /** Takes what is fetched. */
  readonly spool: Spool;
  readonly git: GitRepositories;
  readonly job: Job;
  readonly signal: AbortSignal | undefined;
}

/** What one ADD fetches, each source once: for its cache key, and for executing it. */
export class Fetches {
  readonly #environment: FetchEnvironment;
  readonly #downloads = new Map<HttpSource, Promise<{ content: Content; attributes: Attributes }>>();
  readonly #repositories = new Map<GitSource, Promise<Tree>>();

  constructor(environment: FetchEnvironment) {
    this.#environment = environment;
  }

  download(source: HttpSource): Promise<{ content: Content; attributes: Attributes }> {
    let download = this.#downloads.get(source);
    if (download === undefined) {
      download = fetchUrl(source, this.#environment);
      this.#downloads.set(source, download);
    }
    return download;
  }

  /** The files of a repository. */
  repository(source: GitSource): Promise<Tree> {
    let repository = this.#repositories.get(source);
    if (repository === undefined) {
      const { git, spool } = this.#environment;
      repository = git.open(source, spool).then(({ tree }) => tree);
      this.#repositories.set(source, repository);
    }
    return repository;
  }
}
