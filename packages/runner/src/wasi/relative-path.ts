import { type HostDirectory, OPEN_DIRECTORY } from '../host-files/host-directory.ts';
import { HostErrno } from '../host-files/host-errno.ts';

/** Longest path that Linux takes (PATH_MAX), and so the guest. */
const MAX_PATH_BYTES = 4096;

/** A path that was taken apart: its last name, and the names of the directories before it. */
export interface RelativePath {
  readonly parents: readonly string[];
  /** Absent when the path names the starting directory itself. */
  readonly name: string | undefined;
  /** The path ends in "/" or "/.": only a directory will do. */
  readonly directory: boolean;
}

/** A path that wants to leave the mount. The kernel resolves ".." itself, so an honest one never asks. */
export class EscapeAttempt extends HostErrno {
  constructor() {
    super('EPERM');
  }
}

/**
 * Takes a path of the guest apart.
 *
 * @throws {@link EscapeAttempt} when it is absolute or has ".." in it; ENOENT when it is empty; ENAMETOOLONG, EINVAL
 */
export function parseRelativePath(path: string): RelativePath {
  if (path === '') throw new HostErrno('ENOENT');
  if (path.startsWith('/')) throw new EscapeAttempt();
  if (path.includes('\0')) throw new HostErrno('EINVAL');
  if (Buffer.byteLength(path) >= MAX_PATH_BYTES) throw new HostErrno('ENAMETOOLONG');
  const pieces = path.split('/');
  if (pieces.includes('..')) throw new EscapeAttempt();
  const last = pieces.at(-1);
  const names = pieces.filter((piece) => piece !== '' && piece !== '.');
  return { parents: names.slice(0, -1), name: names.at(-1), directory: last === '' || last === '.' };
}

/**
 * Opens the directory in which the last name of a path lies, one directory at a time, following no link.
 *
 * @param use - is given that directory, which is closed afterwards
 * @throws ENOTDIR when something on the way is a link or no directory
 */
export function inParent<T>(start: HostDirectory, path: RelativePath, use: (parent: HostDirectory) => T): T {
  let current = start;
  try {
    for (const name of path.parents) {
      const opened = openDirectory(current, name);
      if (current !== start) current.close();
      current = opened;
    }
    return use(current);
  } finally {
    if (current !== start) current.close();
  }
}

function openDirectory(parent: HostDirectory, name: string): HostDirectory {
  const opened = parent.open(name, OPEN_DIRECTORY);
  if (opened.kind === 'directory') return opened.directory;
  throw new HostErrno('ENOTDIR');
}
