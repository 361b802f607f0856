import { type Attributes, type Tree, TreePathError } from '@boxer/fsimage';
import { CopyConflictError } from '../errors/copy-errors.ts';

/**
 * Makes a directory and those above it that are missing; links on the way are followed.
 *
 * @throws {@link CopyConflictError} when something on the way is no directory
 */
export function makeDirectory(tree: Tree, path: string, given: Attributes): void {
  try {
    tree.mkdirAll(path, given);
  } catch (cause) {
    if (!(cause instanceof TreePathError)) throw cause;
    const why = cause.errno === 'ENOTDIR' ? 'not a directory' : cause.message;
    throw new CopyConflictError(`mkdir ${path.replace(/(?:\/\.?)+$/, '') || '/'}: ${why}`, { cause });
  }
}
