import { readContent } from '../content/content.ts';
import { digestOf } from '@boxer/foundation';
import type { Inode } from '../tree/inode.ts';
import { statMode } from '../tree/inode.ts';
import type { Tree } from '../tree/tree.ts';

/** Everything that can be seen of a file, in a form that tests compare. */
export interface Description {
  readonly mode: string;
  readonly owner: string;
  readonly mtime: string;
  readonly nlink: number;
  /** Digest of a file's contents, target of a link, numbers of a device. */
  readonly data: string;
  readonly xattrs: string;
  /** First path of the same inode. */
  readonly sameAs: string;
}

/** @returns what each path of a tree is */
export async function describeTree(tree: Tree): Promise<Record<string, Description>> {
  const described: Record<string, Description> = {};
  const firstPaths = new Map<number, string>();
  for (const { path, id, inode } of tree.walk()) {
    if (!firstPaths.has(id)) firstPaths.set(id, path);
    described[path] = {
      mode: statMode(inode).toString(8),
      owner: `${inode.uid}:${inode.gid}`,
      mtime: `${inode.mtime.seconds}.${String(inode.mtime.nanoseconds).padStart(9, '0')}`,
      nlink: tree.linkCount(id),
      data: await describeData(inode),
      xattrs: [...inode.xattrs]
        .map(([name, value]) => `${name}=${Buffer.from(value).toString('hex')}`)
        .sort()
        .join(' '),
      sameAs: firstPaths.get(id) ?? '',
    };
  }
  return described;
}

async function describeData(inode: Inode): Promise<string> {
  switch (inode.kind) {
    case 'file':
      return digestOf(await readContent(inode.content));
    case 'symlink':
      return inode.target;
    case 'character-device':
    case 'block-device':
      return `${inode.major}:${inode.minor}`;
    case 'directory':
    case 'fifo':
    case 'socket':
      return '';
  }
}

/** Short form for tests about names and contents: path to contents, link target, or kind. */
export async function outline(tree: Tree): Promise<Record<string, string>> {
  const lines: Record<string, string> = {};
  for (const { path, inode } of tree.walk()) {
    if (inode.kind === 'file') lines[path] = (await readContent(inode.content)).toString();
    else if (inode.kind === 'symlink') lines[path] = `-> ${inode.target}`;
    else if (path !== '/') lines[path] = inode.kind;
  }
  return lines;
}
