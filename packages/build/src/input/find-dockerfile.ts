import { posix } from 'node:path';
import { readContent } from '@boxer/fsimage';
import { followPath } from '../context/follow-path.ts';
import type { SourceRoot } from '../context/source-root.ts';
import { BuildInputError } from '../errors/base-error.ts';
import { DOCKERFILE_LIMIT_BYTES, type DockerfileText } from './dockerfile-text.ts';

const DEFAULT_NAME = 'Dockerfile';

/**
 * Reads the Dockerfile of a context from elsewhere. It may be a symbolic link that stays in the context. One of the
 * usual name may be written in lower case.
 *
 * @throws {@link BuildInputError}
 * @source moby/buildkit frontend/dockerui/config.go (ReadEntrypoint)
 */
export async function findDockerfile(root: SourceRoot, path = DEFAULT_NAME): Promise<DockerfileText> {
  const lower = posix.join(posix.dirname(path), DEFAULT_NAME.toLowerCase());
  for (const file of posix.basename(path) === DEFAULT_NAME ? [path, lower] : [path]) {
    const found = await followPath(root, posix.join('/', file), true);
    if (found?.entry.kind !== 'file') continue;
    const { content } = found.entry;
    if (content.sizeBytes > DOCKERFILE_LIMIT_BYTES) {
      throw new BuildInputError(`Cannot read ${file}: it is larger than ${DOCKERFILE_LIMIT_BYTES} bytes`);
    }
    return { file, text: Buffer.from(await readContent(content)).toString('utf8') };
  }
  throw new BuildInputError(`failed to read dockerfile: open ${path}: no such file or directory`, {
    hint: 'Name the Dockerfile with -f, as its path in the context.',
  });
}

/** @throws {@link BuildInputError} when both a stream and a flag give the Dockerfile. @source buildx build/opt.go */
export function refuseTwoDockerfiles(path: string | undefined): void {
  if (path === undefined) return;
  throw new BuildInputError('ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles', {
    hint: 'Leave out -f, or give an archive on standard input.',
  });
}
