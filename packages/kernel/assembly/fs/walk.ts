import { EBADF, EISDIR, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, EXDEV } from '../linux/errno';
import {
  AT_FDCWD,
  MAX_SYMLINKS,
  NAME_MAX,
  PATH_MAX,
  RESOLVE_BENEATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV,
} from '../linux/open-flags';
import { copyStringFromUser } from '../process/user-memory';
import { Task } from '../task/task';
import { Dentry } from './dentry';
import { Inode } from './inode';
import { Mount, mountAt } from './mount';
import { Path } from './path';
import { MAY_EXECUTE, mayAccess } from './permissions';
import { lastError } from './result';
import { setActingTask } from './seam';

/** A symbolic link at the end is followed. */
export const FOLLOW: u32 = 1;
/** "" names the directory descriptor itself. */
export const EMPTY_PATH: u32 = 2;
/** The last name need not exist: then `dentry` is null. */
export const MAY_MISS: u32 = 4;
/** For calls that change the name itself (unlink, rename, mkdir …): a link is never followed, not even before a "/". */
export const NAME_ITSELF: u32 = 8;

/** How the path ended. */
export const enum LastKind {
  name = 0,
  dot = 1,
  dotDot = 2,
  root = 3,
  empty = 4,
}

/** Where a walk along a path ended. Reused from call to call; take what is needed before the next walk. */
export class Walk {
  /** What the path names; null when missing (MAY_MISS). */
  dentry: Dentry | null = null;
  mount: Mount = changetype<Mount>(0);
  /** Directory that holds (or would hold) the last name, for LastKind.name. */
  parent: Dentry = changetype<Dentry>(0);
  parentMount: Mount = changetype<Mount>(0);
  /** The last name, in memory of this object. */
  readonly name: usize = heap.alloc(256);
  nameLength: u32 = 0;
  kind: LastKind = LastKind.name;
  /** The path ended with "/". */
  trailingSlash: bool = false;
  /** openat2(2): RESOLVE_ bits for the next walk; reset by it. */
  resolve: u64 = 0;

  /** The inode of what was found. */
  get inode(): Inode {
    return changetype<Dentry>(changetype<usize>(this.dentry)).node;
  }
  get place(): Path {
    return new Path(this.mount, changetype<Dentry>(changetype<usize>(this.dentry)));
  }
}

export const firstWalk: Walk = new Walk();
export const secondWalk: Walk = new Walk();

const BUFFER_BYTES: usize = 65536;
const buffer: usize = memory.data(65536, 16);
const bufferEnd: usize = buffer + BUFFER_BYTES;
const linkBuffer: usize = memory.data(4096, 16);
const userPath: usize = memory.data(4096 + 8, 16);

/** Walks along a path in the guest's memory. @returns 0 or -errno */
export function walkUser(task: Task, dirFd: i32, address: u64, flags: u32, walk: Walk): i32 {
  const length = copyStringFromUser(task, address, userPath, PATH_MAX);
  if (length < 0) return length;
  return walkPath(task, dirFd, userPath, length, flags, walk);
}

// Where the walk is.
let atMount: Mount = changetype<Mount>(0);
let atDentry: Dentry = changetype<Dentry>(0);
let rootMount: Mount = changetype<Mount>(0);
let rootDentry: Dentry = changetype<Dentry>(0);

function stepUp(): void {
  while (true) {
    if (atDentry === rootDentry && atMount === rootMount) return;
    if (atDentry !== atMount.root) {
      const parent = atDentry.parent;
      if (parent) atDentry = parent;
      return;
    }
    const parent = atMount.parent;
    const mountpoint = atMount.mountpoint;
    if (parent == null || mountpoint == null) return;
    atMount = parent;
    atDentry = mountpoint;
  }
}

/** Enters what is mounted on the place. */
function enterMounts(): void {
  while (atDentry.mountpoint) {
    const over = mountAt(atMount, atDentry);
    if (over == null) return;
    atMount = over;
    atDentry = over.root;
  }
}

function startAt(task: Task, dirFd: i32, path: usize, length: u32, walk: Walk): i32 {
  const fs = task.fs;
  rootMount = fs.root.mount;
  rootDentry = fs.root.dentry;
  const resolve = walk.resolve;
  const isAbsolute = length > 0 && load<u8>(path) == 47;
  if (isAbsolute && (resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) == 0) {
    atMount = rootMount;
    atDentry = rootDentry;
    return 0;
  }
  if (dirFd == AT_FDCWD) {
    atMount = fs.cwd.mount;
    atDentry = fs.cwd.dentry;
  } else {
    const file = task.files.get(dirFd);
    if (file == null) return -EBADF;
    atMount = file.place.mount;
    atDentry = file.place.dentry;
    if (length > 0 && !atDentry.node.isDirectory) return -ENOTDIR;
  }
  if ((resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) != 0) {
    if (isAbsolute && (resolve & RESOLVE_BENEATH) != 0) return -EXDEV;
    rootMount = atMount;
    rootDentry = atDentry;
  }
  return 0;
}

/** Walks along a path in kernel memory. @returns 0 or -errno */
export function walkPath(task: Task, dirFd: i32, path: usize, length: u32, flags: u32, walk: Walk): i32 {
  const resolve = walk.resolve;
  setActingTask(task);
  const problem = startAt(task, dirFd, path, length, walk);
  walk.resolve = 0;
  if (problem != 0) return problem;
  walk.trailingSlash = false;
  if (length == 0) {
    if ((flags & EMPTY_PATH) == 0) return -ENOENT;
    return arrive(walk, LastKind.empty);
  }
  if (length >= <u32>PATH_MAX) return -ENAMETOOLONG;
  let at = bufferEnd - length;
  memory.copy(at, path, length);
  const startMount = atMount;
  let links: u32 = 0;
  let kind = LastKind.root;
  while (true) {
    while (at < bufferEnd && load<u8>(at) == 47) at++;
    // Only slashes are left: the place itself is meant.
    if (at == bufferEnd) return arrive(walk, kind);
    let end = at + 1;
    while (end < bufferEnd && load<u8>(end) != 47) end++;
    const nameLength = <u32>(end - at);
    let rest = end;
    while (rest < bufferEnd && load<u8>(rest) == 47) rest++;
    const isLast = rest == bufferEnd;
    const slash = isLast && rest > end;

    const directory = atDentry.node;
    if (!directory.isDirectory) return -ENOTDIR;
    const denied = mayAccess(task.credentials, directory, MAY_EXECUTE);
    if (denied != 0) return denied;
    if (nameLength > NAME_MAX) return -ENAMETOOLONG;

    if (load<u8>(at) == 46) {
      if (nameLength == 1) {
        kind = LastKind.dot;
        at = end;
        continue;
      }
      if (nameLength == 2 && load<u8>(at, 1) == 46) {
        if ((resolve & RESOLVE_BENEATH) != 0 && atDentry === rootDentry && atMount === rootMount) return -EXDEV;
        stepUp();
        kind = LastKind.dotDot;
        at = end;
        continue;
      }
    }

    // open(2) with O_CREAT: what ends with a slash could only be a directory.
    if (slash && (flags & (MAY_MISS | NAME_ITSELF)) == MAY_MISS) return -EISDIR;
    const parent = atDentry;
    const parentMount = atMount;
    const child = directory.lookup(parent, at, nameLength);
    if (child == null) {
      const error = lastError;
      if (error != ENOENT || !isLast || (flags & MAY_MISS) == 0) return -error;
      return arriveAtName(walk, null, parent, parentMount, at, nameLength, slash);
    }
    atDentry = child;
    if (child.mountpoint) enterMounts();
    if ((resolve & RESOLVE_NO_XDEV) != 0 && atMount !== startMount) return -EXDEV;
    const inode = atDentry.node;
    const follows = !isLast || ((flags & NAME_ITSELF) == 0 && (slash || (flags & FOLLOW) != 0));
    if (inode.isSymlink && follows) {
      if (++links > MAX_SYMLINKS || (resolve & RESOLVE_NO_SYMLINKS) != 0) return -ELOOP;
      const target = inode.follow(task);
      if (target) {
        if ((resolve & RESOLVE_NO_MAGICLINKS) != 0) return -ELOOP;
        if ((resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) != 0) return -EXDEV;
        atMount = target.mount;
        atDentry = target.dentry;
        kind = LastKind.dot;
        if (isLast && slash && !atDentry.node.isDirectory) return -ENOTDIR;
        at = end;
        continue;
      }
      if (lastError != 0) return -lastError;
      const n = inode.readlink(task, linkBuffer, PATH_MAX);
      if (n < 0) return n;
      if (n == 0) return -ENOENT;
      if (end - n < buffer || n >= <i32>PATH_MAX) return -ENAMETOOLONG;
      at = end - n;
      memory.copy(at, linkBuffer, n);
      if (load<u8>(at) == 47) {
        if ((resolve & RESOLVE_BENEATH) != 0) return -EXDEV;
        atMount = rootMount;
        atDentry = rootDentry;
        kind = LastKind.root;
      } else {
        atMount = parentMount;
        atDentry = parent;
      }
      continue;
    }
    if (isLast) {
      if (slash && (flags & NAME_ITSELF) == 0 && !inode.isDirectory) return -ENOTDIR;
      return arriveAtName(walk, atDentry, parent, parentMount, at, nameLength, slash);
    }
    at = end;
  }
}

function arrive(walk: Walk, kind: LastKind): i32 {
  walk.kind = kind;
  walk.dentry = atDentry;
  walk.mount = atMount;
  return 0;
}

function arriveAtName(walk: Walk, found: Dentry | null, parent: Dentry, parentMount: Mount, name: usize, length: u32, slash: bool): i32 {
  walk.kind = LastKind.name;
  walk.dentry = found;
  walk.mount = found ? atMount : parentMount;
  walk.parent = parent;
  walk.parentMount = parentMount;
  walk.nameLength = length;
  memory.copy(walk.name, name, length);
  walk.trailingSlash = slash;
  return 0;
}
