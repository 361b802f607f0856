import { randomBytes } from 'node:crypto';
import { copyFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isErrno } from '../errors/is-errno.ts';

/**
 * Moves a finished file to where the user wants it, replacing what is there at once. On another file system it is
 * copied beside its place first.
 */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isErrno(error, 'EXDEV')) throw error;
    const temporary = join(dirname(to), `.${basename(to)}.${randomBytes(8).toString('hex')}.tmp`);
    try {
      await copyFile(from, temporary);
      await rename(temporary, to);
    } finally {
      await rm(temporary, { force: true });
    }
  }
}
