import { makeDirectories } from '@boxer/foundation';
import { statSync } from 'node:fs';

/**
 * Code of other runs is trusted as much as Boxer's own files, so it is only taken from such a folder.
 *
 * @returns whether only this user can have written what is in the folder, which is made when it is missing
 */
export function isPrivateFolder(path: string): boolean {
  try {
    makeDirectories(path, 0o700);
    const { uid, mode } = statSync(path);
    return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
  } catch {
    return false;
  }
}
