import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { IgnoreMatcher, parseIgnoreFile } from '@boxer/dockerfile';
import { readContent, type Spool } from '@boxer/fsimage';
import { isErrno } from '@boxer/foundation';
import { fetchUrl } from '../add/fetch-url.ts';
import type { BuildOptions } from '../build-options.ts';
import type { ContextDigests, DirectoryDigests } from '../cache/context-digests.ts';
import { HostDirectory } from '../context/host-directory.ts';
import type { RemoteContexts } from '../context/remote-contexts.ts';
import type { SourceRoot } from '../context/source-root.ts';
import { withoutCredentials } from '../errors/download-errors.ts';
import type { Progress } from '../progress/progress.ts';
import { DOCKERFILE_LIMIT_BYTES, type DockerfileText } from './dockerfile-text.ts';
import { findDockerfile, refuseTwoDockerfiles } from './find-dockerfile.ts';
import { checkContext, readDockerfileText, readLocalDockerfile } from './read-dockerfile.ts';

/** What a build starts from. */
export interface BuildInput extends DockerfileText {
  /** What COPY and ADD see. */
  readonly context: SourceRoot;
  readonly ignorePatterns: readonly string[];
  /** Time of the context, in seconds since 1970, where it has one. */
  readonly contextTime: number | undefined;
}

/** What input from elsewhere is read with. */
export interface InputTools {
  readonly remote: RemoteContexts;
  readonly spool: Spool;
  readonly progress: Progress;
  readonly digests: DirectoryDigests;
}

const LOAD_DOCKERFILE = '[internal] load build definition from Dockerfile';

/** Reads the Dockerfile, and finds out what of the context is seen. */
export async function readInput(options: BuildOptions, tools: InputTools): Promise<BuildInput> {
  const input =
    options.remoteContext === undefined
      ? await readLocalInput(options, tools)
      : await readRemoteInput(options, options.remoteContext, tools);
  options.onDockerfile?.({ file: input.file, text: input.text });
  return input;
}

async function readLocalInput(options: BuildOptions, tools: InputTools): Promise<BuildInput> {
  const { contextDirectory = '.', dockerfilePath } = options;
  const { progress } = tools;
  await checkContext(contextDirectory);
  const given = await givenDockerfile(options, tools);
  const dockerfile =
    given ??
    (await progress.job(LOAD_DOCKERFILE, () => readDockerfileText(contextDirectory, dockerfilePath)));
  const ignorePatterns = await progress.job('[internal] load .dockerignore', () =>
    readIgnorePatterns(contextDirectory, given === undefined ? dockerfile.file : undefined),
  );
  const digests = await tools.digests.of(contextDirectory);
  const context = filteredDirectory('context', contextDirectory, ignorePatterns, digests);
  return { ...dockerfile, context, ignorePatterns, contextTime: undefined };
}

/** `.dockerignore` is for what a client sends: it has no meaning in a context from elsewhere. */
async function readRemoteInput(
  options: BuildOptions,
  remoteContext: NonNullable<BuildOptions['remoteContext']>,
  tools: InputTools,
): Promise<BuildInput> {
  const keepsGit = /^(?:1|t|true)$/i.test(options.buildArgs?.['BUILDKIT_CONTEXT_KEEP_GIT_DIR'] ?? '');
  const { root: context, dockerfile: onlyFile, time } = await tools.remote.open(remoteContext, keepsGit);
  const { dockerfilePath } = options;
  if (onlyFile !== undefined && remoteContext.kind === 'stream') refuseTwoDockerfiles(dockerfilePath);
  const dockerfile =
    (await givenDockerfile(options, tools)) ??
    (await tools.progress.job(LOAD_DOCKERFILE, async () =>
      dockerfilePath !== undefined && isAbsolute(dockerfilePath)
        ? readLocalDockerfile(dockerfilePath)
        : findDockerfile(context, onlyFile ?? dockerfilePath),
    ));
  return { ...dockerfile, context, ignorePatterns: [], contextTime: time };
}

/** A Dockerfile that does not come from the context. */
async function givenDockerfile(
  { dockerfileText, dockerfilePath, signal }: BuildOptions,
  { progress, spool }: InputTools,
): Promise<DockerfileText | undefined> {
  if (dockerfileText !== undefined) return { file: 'Dockerfile', text: dockerfileText };
  if (dockerfilePath === undefined || !/^https?:\/\//i.test(dockerfilePath)) return undefined;
  const source = {
    kind: 'http',
    url: dockerfilePath,
    filename: '',
    checksum: undefined,
    unpack: false,
  } as const;
  return progress.job(LOAD_DOCKERFILE, async (job) => {
    const options = { spool, job, signal, limitBytes: DOCKERFILE_LIMIT_BYTES };
    const { content } = await fetchUrl(source, options);
    const text = Buffer.from(await readContent(content)).toString('utf8');
    return { file: withoutCredentials(dockerfilePath), text };
  });
}

/**
 * A directory of this machine as a context.
 *
 * @param digests - remembers what its files hold
 */
export function filteredDirectory(
  name: string,
  path: string,
  patterns: readonly string[],
  digests: ContextDigests,
): HostDirectory {
  const ignore = new IgnoreMatcher(patterns);
  const filter = {
    hides: (hidden: string) => ignore.matches(hidden),
    mayHoldSeen: (hidden: string) => ignore.mayExceptBelow(hidden),
  };
  return new HostDirectory(name, path, filter, digests);
}

/**
 * `<Dockerfile>.dockerignore` wins over `.dockerignore` of the context.
 *
 * @param file - undefined for text from elsewhere
 */
export async function readIgnorePatterns(
  contextDirectory: string,
  file: string | undefined,
): Promise<readonly string[]> {
  const own = file === undefined ? [] : [`${file}.dockerignore`];
  for (const path of [...own, join(contextDirectory, '.dockerignore')]) {
    try {
      return parseIgnoreFile(await readFile(path, 'utf8'));
    } catch (error) {
      if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
  }
  return [];
}
