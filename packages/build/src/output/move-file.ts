import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, realpath, rename, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { isErrno, replaceFile } from '@boxer/foundation';

/**
 * Moves a finished file to where the user wants it, replacing what is there at once. On another file system it is
 * copied beside its place first. Links are followed; a device or pipe, as /dev/null or /dev/stdout, is written to.
 */
export async function moveFile(from: string, to: string): Promise<void> {
  const there = await stat(to).catch(() => undefined);
  if (there !== undefined && !there.isFile() && !there.isDirectory())
    return pipeline(createReadStream(from), createWriteStream(to));
  const path = there === undefined ? to : await realpath(to);
  try {
    await rename(from, path);
  } catch (error) {
    if (!isErrno(error, 'EXDEV')) throw error;
    await replaceFile(path, (temporary) => copyFile(from, temporary));
  }
}
