import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrno } from './is-errno.ts';

/**
 * Makes a directory, and those above it that are missing. Node's own `recursive` never returns where a directory cannot
 * be made in one that is there, as in /proc.
 *
 * @throws the error of mkdir(2)
 */
export async function makeDirectories(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (isErrno(error, 'EEXIST') && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (!isErrno(error, 'ENOENT') || parent === path || (await isThere(parent))) throw error;
    await makeDirectories(parent);
    await makeDirectories(path);
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
