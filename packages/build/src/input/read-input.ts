import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IgnoreMatcher, parseIgnoreFile } from '@boxer/dockerfile';
import type { BuildOptions } from '../build-options.ts';
import type { ContextFilter } from '../context/host-directory.ts';
import { isErrno } from '../errors/is-errno.ts';
import type { Progress } from '../progress/progress.ts';
import { checkContext, type DockerfileText, readDockerfileText } from './read-dockerfile.ts';

/** What a build starts from. */
export interface BuildInput extends DockerfileText {
  readonly ignorePatterns: readonly string[];
  /** What of the context is seen. */
  readonly filter: ContextFilter;
}

/** Reads the Dockerfile and the `.dockerignore` that belongs to it. */
export async function readInput(options: BuildOptions, progress: Progress): Promise<BuildInput> {
  const { contextDirectory } = options;
  await checkContext(contextDirectory);
  const dockerfile = await progress.job('[internal] load build definition from Dockerfile', async () =>
    options.dockerfileText === undefined
      ? readDockerfileText(contextDirectory, options.dockerfilePath)
      : { file: 'Dockerfile', text: options.dockerfileText },
  );
  const ignorePatterns = await progress.job('[internal] load .dockerignore', () =>
    readIgnorePatterns(contextDirectory, options.dockerfileText === undefined ? dockerfile.file : undefined),
  );
  const ignore = new IgnoreMatcher(ignorePatterns);
  return {
    ...dockerfile,
    ignorePatterns,
    filter: { hides: (path) => ignore.matches(path), hasExceptions: ignore.hasExceptions },
  };
}

/** `<Dockerfile>.dockerignore` wins over `.dockerignore` of the context. @param file - undefined for text from elsewhere */
async function readIgnorePatterns(
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
