import { constants, type Stats } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isErrno } from '@boxer/foundation';
import type { BuildOutput } from '../build-options.ts';
import { OutputError } from '../errors/output-error.ts';

/**
 * Finds out before a build whether its result can be written, as far as can be known then.
 *
 * @throws {@link OutputError}
 */
export async function checkOutput({ type, dest }: BuildOutput): Promise<void> {
  const there = await statThere(dest, dest);
  const isDirectory = there?.isDirectory() ?? dest.endsWith('/');
  if (type === 'local' && there !== undefined && !isDirectory) {
    throw new OutputError(dest, 'it is no directory', { hint: 'Name a directory: type=local,dest=DIR.' });
  }
  if (type !== 'local' && isDirectory) {
    const example = join(dest, type === 'component' ? 'image.wasm' : 'image.tar');
    throw new OutputError(dest, 'it is a directory', { hint: `Name a file in it, such as ${example}.` });
  }
  await checkWritable(dest, there === undefined || there.isFile() ? dirname(dest) : dest);
}

/** @param path - must be writable, or, as long as nothing is there, what it would be made in */
async function checkWritable(dest: string, path: string): Promise<void> {
  const there = await statThere(dest, path);
  if (there === undefined) return checkWritable(dest, dirname(path));
  await access(path, constants.W_OK).catch((cause: unknown) => {
    throw outputError(dest, cause);
  });
}

async function statThere(dest: string, path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw outputError(dest, cause);
  }
}

/** @returns the error of a system call without its paths, which are none that the user knows; other errors unchanged */
export function outputError(dest: string, error: unknown): unknown {
  // Errors of another realm are no instances of our Error.
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('message' in error))
    return error;
  return new OutputError(dest, String(error.message).replace(/, .*/s, ''), { cause: error });
}
