import { type Content, contentDigest } from '../content/content.ts';
import type { Attributes, Inode } from './inode.ts';

/** Whether two inodes are alike in kind, attributes and contents; a directory's entries and link counts aside. */
export async function inodesEqual(left: Inode, right: Inode): Promise<boolean> {
  if (left === right) return true;
  return attributesEqual(left, right) && (await nodesEqual(left, right));
}

/** Whether permissions, owner, mtime and extended attributes are equal. */
export function attributesEqual(left: Attributes, right: Attributes): boolean {
  return (
    left.permissions === right.permissions &&
    left.uid === right.uid &&
    left.gid === right.gid &&
    left.mtime.seconds === right.mtime.seconds &&
    left.mtime.nanoseconds === right.mtime.nanoseconds &&
    xattrsEqual(left.xattrs, right.xattrs)
  );
}

async function nodesEqual(left: Inode, right: Inode): Promise<boolean> {
  switch (left.kind) {
    case 'file':
      return right.kind === 'file' && contentsEqual(left.content, right.content);
    case 'symlink':
      return right.kind === 'symlink' && left.target === right.target;
    case 'character-device':
    case 'block-device':
      return right.kind === left.kind && left.major === right.major && left.minor === right.minor;
    case 'directory':
    case 'fifo':
    case 'socket':
      return right.kind === left.kind;
  }
}

async function contentsEqual(left: Content, right: Content): Promise<boolean> {
  if (left === right) return true;
  return left.sizeBytes === right.sizeBytes && (await contentDigest(left)) === (await contentDigest(right));
}

function xattrsEqual(left: Attributes['xattrs'], right: Attributes['xattrs']): boolean {
  if (left === right) return true;
  if (left.size !== right.size) return false;
  return [...left].every(([name, value]) => {
    const other = right.get(name);
    return other !== undefined && Buffer.compare(value, other) === 0;
  });
}
