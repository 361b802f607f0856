import { TreePathError } from '../errors.ts';
import type { Inode, InodeId } from './inode.ts';

/** As many symbolic links as Linux follows (include/linux/namei.h, MAXSYMLINKS). */
const SYMLINK_LIMIT = 40;

/** What a walk needs to know of a {@link Tree}. */
export interface InodeTable {
  readonly root: InodeId;
  inode(id: InodeId): Inode;
}

/** Where a path leads. */
export interface Resolution {
  /** The path without symbolic links, `.` and `..`; `/` for the root. */
  readonly path: string;
  /** Directory that holds the last component; the root's parent is the root. */
  readonly parent: InodeId;
  /** Last component; empty for the root. */
  readonly name: string;
  /** What the path names, or undefined when only its last component is missing. */
  readonly id: InodeId | undefined;
}

export interface ResolveOptions {
  /** Whether a symbolic link at the end of the path is followed. A trailing slash follows always. */
  readonly follow: boolean;
  /** Names the operation in errors. */
  readonly operation: string;
  /** Makes a missing directory on the way; without it a missing directory is ENOENT. */
  readonly makeDirectory?: (parent: InodeId, name: string) => InodeId;
}

interface Step {
  readonly id: InodeId;
  readonly name: string;
}

/**
 * Walks a path as Linux does, with the tree's root as the root: nothing leads out of the tree.
 *
 * @throws {@link TreePathError} ENOENT, ENOTDIR or ELOOP for what stands in the way
 * @source path_resolution(7)
 */
export function resolvePath(tree: InodeTable, path: string, options: ResolveOptions): Resolution {
  const follow = options.follow || path.endsWith('/');
  const root: Step = { id: tree.root, name: '' };
  const pending = components(path);
  let trail: Step[] = [root];
  let links = 0;

  while (pending.length > 0) {
    const name = pending.pop() ?? '';
    const isLast = pending.length === 0;
    if (name === '.') continue;
    if (name === '..') {
      if (trail.length > 1) trail.pop();
      continue;
    }
    const here = (trail.at(-1) ?? root).id;
    let id = childOf(tree, here, name);
    if (id === undefined && !isLast) {
      if (options.makeDirectory === undefined) throw new TreePathError('ENOENT', options.operation, path);
      id = options.makeDirectory(here, name);
    }
    if (id === undefined) return { path: joinSteps(trail, name), parent: here, name, id };
    const inode = tree.inode(id);
    if (inode.kind === 'symlink' && (!isLast || follow)) {
      if (++links > SYMLINK_LIMIT) throw new TreePathError('ELOOP', options.operation, path);
      if (inode.target.startsWith('/')) trail = [root];
      pending.push(...components(inode.target));
    } else if (inode.kind === 'directory') {
      trail.push({ id, name });
    } else if (isLast) {
      return { path: joinSteps(trail, name), parent: here, name, id };
    } else {
      throw new TreePathError('ENOTDIR', options.operation, path);
    }
  }

  const last = trail.at(-1) ?? root;
  const parent = trail.at(-2) ?? root;
  return { path: joinSteps(trail.slice(0, -1), last.name), parent: parent.id, name: last.name, id: last.id };
}

/** @returns the components of a path, last one first */
function components(path: string): string[] {
  return path
    .split('/')
    .filter((name) => name !== '')
    .reverse();
}

function childOf(tree: InodeTable, directory: InodeId, name: string): InodeId | undefined {
  const inode = tree.inode(directory);
  return inode.kind === 'directory' ? inode.entries.get(name) : undefined;
}

function joinSteps(trail: readonly Step[], name: string): string {
  return `${trail.map((step) => step.name).join('/')}/${name}`.replace(/^\/+/, '/');
}
