import { DecompressionError, detectCompression } from '@boxer/archive';
import { parseGitContext } from '@boxer/dockerfile';
import {
  applyLayer,
  type Attributes,
  attributes,
  type Content,
  LayerEntryError,
  LayerLimitError,
  type Spool,
  TarFormatError,
  Tree,
} from '@boxer/fsimage';
import { decompressAny } from '../add/decompress-any.ts';
import { isArchive } from '../add/detect-archive.ts';
import { fetchUrl } from '../add/fetch-url.ts';
import type { RemoteContext } from '../build-options.ts';
import { BuildInputError } from '../errors/base-error.ts';
import { withoutCredentials } from '../errors/download-errors.ts';
import type { GitRepositories } from '../git/git-repositories.ts';
import type { Progress } from '../progress/progress.ts';
import type { SourceRoot } from './source-root.ts';
import { TreeSource } from './tree-source.ts';

/** A context that is not on this machine, fetched. */
export interface FetchedContext {
  readonly root: SourceRoot;
  /** Name of the Dockerfile, when the context is nothing else. */
  readonly dockerfile: string | undefined;
  /** When it was made, in seconds since 1970, where that is known: the time of a commit. */
  readonly time: number | undefined;
}

/** A downloaded file has this name in its context. @source moby/buildkit frontend/dockerui (DetectHTTPContext) */
const FILE_NAME = 'context';
/** Larger contexts are refused, compressed or not. */
const LIMIT_BYTES = 8 * 2 ** 30;
const MAGIC_BYTES = 6;

export interface RemoteContextsOptions {
  readonly spool: Spool;
  readonly git: GitRepositories;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

/** Fetches contexts: git repositories, downloads, streams. */
export class RemoteContexts {
  readonly #options: RemoteContextsOptions;

  constructor(options: RemoteContextsOptions) {
    this.#options = options;
  }

  /**
   * Opens the main context of a build.
   *
   * @param keepGitDir - whether `.git` is part of it
   * @throws BuildInputError, GitError, DownloadError
   */
  async open(context: RemoteContext, keepGitDir: boolean): Promise<FetchedContext> {
    const { progress, spool } = this.#options;
    if (context.kind === 'stream') {
      return progress.job('[internal] load remote build context', async () => {
        const content = await spool.store(limited(context.chunks));
        return this.#unpack('standard input', content, attributes({ permissions: 0o644 }), 'Dockerfile');
      });
    }
    const { url } = context;
    const git = parseGitContext(url, keepGitDir);
    if (git !== undefined) {
      const name = withoutCredentials(url);
      return progress.job(`[internal] load git source ${name}`, async () => {
        const { tree, committedAt } = await this.#options.git.open(git, spool);
        return { root: new TreeSource('context', tree), dockerfile: undefined, time: committedAt };
      });
    }
    const { content, given } = await this.#download(url, '[internal] load remote build context');
    return this.#unpack(url, content, given, FILE_NAME);
  }

  /**
   * Opens a named context: a repository, or a file as it is.
   *
   * @throws GitError, DownloadError
   */
  async openNamed(name: string, url: string): Promise<SourceRoot> {
    const git = parseGitContext(url, false);
    if (git !== undefined) {
      const { tree } = await this.#options.git.open(git, this.#options.spool);
      return new TreeSource(name, tree);
    }
    const { content, given } = await this.#download(url, `[context ${name}] ${withoutCredentials(url)}`);
    return new TreeSource(name, oneFile(FILE_NAME, content, given));
  }

  async #download(url: string, title: string): Promise<{ content: Content; given: Attributes }> {
    const { progress, spool, signal } = this.#options;
    const source = { kind: 'http', url, filename: FILE_NAME, checksum: undefined, unpack: false } as const;
    const { content, attributes: given } = await progress.job(title, (job) =>
      fetchUrl(source, { spool, job, signal, limitBytes: LIMIT_BYTES }),
    );
    return { content, given };
  }

  /** Extracts an archive; anything else is a Dockerfile. */
  async #unpack(
    from: string,
    content: Content,
    given: Attributes,
    fileName: string,
  ): Promise<FetchedContext> {
    const { spool, signal } = this.#options;
    const time = given.mtime.seconds > 0 ? given.mtime.seconds : undefined;
    if (!(await looksLikeArchive(content))) {
      const root = new TreeSource('context', oneFile(fileName, content, given));
      return { root, dockerfile: fileName, time };
    }
    const tree = new Tree();
    const options = { spool, whiteouts: false, maxContentBytes: LIMIT_BYTES };
    try {
      await applyLayer(
        tree,
        decompressAny(content.chunks()),
        signal === undefined ? options : { ...options, signal },
      );
    } catch (cause) {
      if (!isBadArchive(cause)) throw cause;
      throw new BuildInputError(
        `Cannot read the build context from ${withoutCredentials(from)}: ${cause.message}`,
        { cause, hint: 'A context is a tar archive, plain or compressed with gzip, bzip2, xz or zstd.' },
      );
    }
    return { root: new TreeSource('context', tree), dockerfile: undefined, time };
  }
}

/** @returns whether the text names something that is fetched: a URL, or a repository */
export function isRemoteContext(text: string): boolean {
  return /^https?:\/\//i.test(text) || parseGitContext(text, false) !== undefined;
}

function isBadArchive(error: unknown): error is Error {
  return [TarFormatError, LayerEntryError, LayerLimitError, DecompressionError].some(
    (type) => error instanceof type,
  );
}

/** By its first bytes, as BuildKit decides: a compressed file is taken for an archive. */
async function looksLikeArchive(content: Content): Promise<boolean> {
  return detectCompression(await readStart(content)) !== 'none' || isArchive(content);
}

async function readStart(content: Content): Promise<Buffer> {
  let start: Buffer = Buffer.alloc(0);
  for await (const chunk of content.chunks()) {
    start = Buffer.concat([start, chunk]);
    if (start.byteLength >= MAGIC_BYTES) break;
  }
  return start;
}

function oneFile(name: string, content: Content, given: Attributes): Tree {
  const tree = new Tree();
  tree.create(`/${name}`, { kind: 'file', content, ...given });
  return tree;
}

async function* limited(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > LIMIT_BYTES) {
      throw new BuildInputError(`Cannot read the build context: it is larger than ${LIMIT_BYTES} bytes`);
    }
    yield chunk;
  }
}
