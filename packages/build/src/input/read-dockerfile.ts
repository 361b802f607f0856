import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '@boxer/foundation';
import { BuildInputError } from '../errors/base-error.ts';
import { DOCKERFILE_LIMIT_BYTES, type DockerfileText } from './dockerfile-text.ts';

/**
 * Finds and reads the Dockerfile: the given path, relative to the working directory or else to the context; without
 * one `Dockerfile`, else `dockerfile`, in the context.
 *
 * @throws {@link BuildInputError}
 */
export async function readDockerfileText(contextDirectory: string, path?: string): Promise<DockerfileText> {
  const candidates =
    path === undefined
      ? [join(contextDirectory, 'Dockerfile'), join(contextDirectory, 'dockerfile')]
      : [path, join(contextDirectory, path)];
  for (const file of candidates) {
    const text = await readIfThere(file);
    if (text !== undefined) return { file, text };
  }
  throw new BuildInputError(`failed to read dockerfile: open ${candidates[0]}: no such file or directory`, {
    hint: 'Name the Dockerfile with -f, and give the directory of the build context as argument.',
  });
}

/** @throws {@link BuildInputError} when there is none */
export async function readLocalDockerfile(file: string): Promise<DockerfileText> {
  const text = await readIfThere(file);
  if (text !== undefined) return { file, text };
  throw new BuildInputError(`failed to read dockerfile: open ${file}: no such file or directory`, {
    hint: 'Name the Dockerfile with -f.',
  });
}

/** @throws {@link BuildInputError} when the context is no directory */
export async function checkContext(contextDirectory: string): Promise<void> {
  const stats = await stat(contextDirectory).catch((cause: unknown) => {
    const why = isErrno(cause, 'ENOENT') ? 'there is no such directory' : String(cause);
    throw new BuildInputError(`Cannot use build context ${contextDirectory}: ${why}`, { cause });
  });
  if (!stats.isDirectory())
    throw new BuildInputError(`Cannot use build context ${contextDirectory}: it is no directory`);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file);
    if (size > DOCKERFILE_LIMIT_BYTES)
      throw new BuildInputError(`Cannot read ${file}: it is larger than ${DOCKERFILE_LIMIT_BYTES} bytes`);
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) return undefined;
    if (cause instanceof BuildInputError) throw cause;
    throw new BuildInputError(
      `Cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
