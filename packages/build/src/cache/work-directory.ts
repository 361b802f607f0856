import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAlive, makeDirectories } from '@boxer/foundation';
import { CacheDirectoryError } from '../errors/build-cache-error.ts';
import { parseWorkDirectoryName, workDirectoryName } from './active-builds.ts';

/** A directory for one build's temporary files, gone when the build ends. */
export interface WorkDirectory extends AsyncDisposable {
  readonly path: string;
}

/**
 * Makes the directory, and removes those of builds that were killed.
 *
 * @param parent - shared by all builds of this machine that use one cache; in the cache directory
 * @throws {@link CacheDirectoryError}
 */
export async function makeWorkDirectory(parent: string): Promise<WorkDirectory> {
  const path = join(parent, workDirectoryName(randomBytes(6).toString('hex')));
  try {
    makeDirectories(parent);
    await removeAbandoned(parent);
    await mkdir(path, { mode: 0o700 });
  } catch (cause) {
    throw new CacheDirectoryError(dirname(parent), cause);
  }
  // process.exit in the middle of a build runs this, but none of the code that waits.
  const onExit = () => rmSync(path, { recursive: true, force: true });
  process.on('exit', onExit);
  return {
    path,
    async [Symbol.asyncDispose]() {
      process.off('exit', onExit);
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const build = parseWorkDirectoryName(name);
    if (build === undefined || isAlive(build.pid)) continue;
    await rm(join(parent, name), { recursive: true, force: true });
  }
}
