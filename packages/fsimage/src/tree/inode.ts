import type { Content } from '../content/content.ts';

declare const brand: unique symbol;

/** Number of an inode within one {@link Tree} and its clones. */
export type InodeId = number & { readonly [brand]: 'InodeId' };

/** Seconds since the epoch, rounded towards the past, and 0 to 999,999,999 nanoseconds. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** What every inode has. */
export interface Attributes {
  /** Permission bits, set-user-ID, set-group-ID and sticky bit: 0 to 0o7777. */
  readonly permissions: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

export interface FileNode {
  readonly kind: 'file';
  readonly content: Content;
}

export interface SymlinkNode {
  readonly kind: 'symlink';
  readonly target: string;
}

export interface DeviceNode {
  readonly kind: 'character-device' | 'block-device';
  readonly major: number;
  readonly minor: number;
}

export interface PipeNode {
  readonly kind: 'fifo' | 'socket';
}

export interface DirectoryNode {
  readonly kind: 'directory';
  /** Unsorted; see {@link Tree.list}. */
  readonly entries: ReadonlyMap<string, InodeId>;
}

/** A file system object other than a directory. */
export type LeafNode = FileNode | SymlinkNode | DeviceNode | PipeNode;

/** A leaf that is not yet in a tree. */
export type NewLeaf = LeafNode & Attributes;

/** An object in a tree. Immutable: changing a tree replaces its inodes. */
export type Inode = Attributes & { readonly nlink: number } & (LeafNode | DirectoryNode);
export type DirectoryInode = Inode & DirectoryNode;

export type InodeKind = Inode['kind'];

/** File type bits of `st_mode`. @source Linux include/uapi/linux/stat.h */
export const fileTypeBits: Readonly<Record<InodeKind, number>> = {
  socket: 0o140000,
  symlink: 0o120000,
  file: 0o100000,
  'block-device': 0o060000,
  directory: 0o040000,
  'character-device': 0o020000,
  fifo: 0o010000,
};

/** @returns `st_mode` as stat(2) gives it */
export function statMode(inode: { readonly kind: InodeKind; readonly permissions: number }): number {
  return fileTypeBits[inode.kind] | inode.permissions;
}

export const noXattrs: ReadonlyMap<string, Uint8Array> = new Map();
export const epoch: Timestamp = { seconds: 0, nanoseconds: 0 };

/** Fills in what is not given: owned by root, at the epoch, without extended attributes. */
export function attributes(given: Partial<Attributes> & Pick<Attributes, 'permissions'>): Attributes {
  return {
    permissions: given.permissions,
    uid: given.uid ?? 0,
    gid: given.gid ?? 0,
    mtime: given.mtime ?? epoch,
    xattrs: given.xattrs ?? noXattrs,
  };
}

/** @returns the attributes of an inode, without what it is */
export function attributesOf(inode: Attributes): Attributes {
  const { permissions, uid, gid, mtime, xattrs } = inode;
  return { permissions, uid, gid, mtime, xattrs };
}
