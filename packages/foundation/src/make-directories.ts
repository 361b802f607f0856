import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isErrno } from './is-errno.ts';

/**
 * Makes a directory, and those above it that are missing. Node's own `recursive` never returns where a directory cannot
 * be made in one that is there, as in /proc.
 *
 * @param mode - permissions of what is made, of which the umask takes some
 * @throws the error of mkdir(2)
 */
export function makeDirectories(path: string, mode = 0o777): void {
  try {
    makeDirectory(path, mode);
  } catch (error) {
    const parent = dirname(path);
    if (!isErrno(error, 'ENOENT') || parent === path) throw error;
    makeDirectories(parent, mode);
    makeDirectory(path, mode);
  }
}

/** Another process may be as fast. */
function makeDirectory(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (!isErrno(error, 'EEXIST') || !statSync(path).isDirectory()) throw error;
  }
}
