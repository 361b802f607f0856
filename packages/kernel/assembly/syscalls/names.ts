import {
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
  EROFS,
  EXDEV,
} from '../linux/errno';
import {
  AT_EMPTY_PATH,
  AT_REMOVEDIR,
  AT_SYMLINK_FOLLOW,
  PATH_MAX,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
} from '../linux/open-flags';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK, S_ISGID, S_ISUID, S_IXGRP } from '../linux/stat';
import { Dentry } from '../fs/dentry';
import {
  IN_ATTRIB,
  IN_CREATE,
  IN_DELETE,
  IN_MOVED_FROM,
  IN_MOVED_TO,
  IN_MOVE_SELF,
  notifyName,
  notifySelf,
  notifyUnlinked,
} from '../fs/inotify';
import { Inode } from '../fs/inode';
import { MemoryInode } from '../fs/memory-inode';
import { isReadOnly, mayCreateIn } from '../fs/open';
import { inheritGroup, inheritMode, isOwner, mayAccess, mayDelete, MAY_EXECUTE, MAY_READ, MAY_WRITE } from '../fs/permissions';
import { lastError } from '../fs/result';
import { EMPTY_PATH, firstWalk, FOLLOW, LastKind, MAY_MISS, NAME_ITSELF, secondWalk, Walk, walkUser } from '../fs/walk';
import { copyStringFromUser } from '../process/user-memory';
import { CAP_DAC_READ_SEARCH, CAP_MKNOD } from '../task/credentials';
import { Task } from '../task/task';

/** Walks to a name that is to be made. @returns 0, or -EEXIST, -ENOENT and so on */
function walkToNewName(task: Task, dirFd: i32, path: u64, forDirectory: bool, walk: Walk): i32 {
  const problem = walkUser(task, dirFd, path, MAY_MISS | NAME_ITSELF, walk);
  if (problem != 0) return problem;
  if (walk.kind != LastKind.name || walk.dentry != null) return -EEXIST;
  if (walk.trailingSlash && !forDirectory) return -ENOENT;
  return mayCreateIn(task, walk);
}

function makeNode(task: Task, walk: Walk, mode: u32, rdev: u32): i64 {
  const dir = walk.parent.node;
  const credentials = task.credentials;
  const full = inheritMode(credentials, dir, (mode & S_IFMT) | (mode & 0o7777 & ~task.fs.umask));
  const gid = inheritGroup(credentials, dir);
  const made = dir.create(walk.parent, walk.name, walk.nameLength, full, rdev, credentials.fsuid, gid);
  if (made == null) return -lastError;
  notifyName(dir, IN_CREATE, made);
  return 0;
}

export function sys_mkdirat(task: Task, dirFd: i32, path: u64, mode: i32): i64 {
  const problem = walkToNewName(task, dirFd, path, true, firstWalk);
  if (problem != 0) return problem;
  return makeNode(task, firstWalk, S_IFDIR | (<u32>mode & 0o1777), 0);
}

/** `device` is as in user space: minor bits 0-7 and 20-31, major bits 8-19. */
export function sys_mknodat(task: Task, dirFd: i32, path: u64, mode: i32, device: i32): i64 {
  let type = <u32>mode & S_IFMT;
  if (type == 0) type = S_IFREG;
  if (type == S_IFDIR) return -EPERM;
  if (type != S_IFREG && type != S_IFCHR && type != S_IFBLK && type != S_IFIFO && type != S_IFSOCK) return -EINVAL;
  const problem = walkToNewName(task, dirFd, path, false, firstWalk);
  if (problem != 0) return problem;
  const isDevice = type == S_IFCHR || type == S_IFBLK;
  if (isDevice && !task.credentials.has(CAP_MKNOD)) return -EPERM;
  const encoded = <u32>device;
  const major = (encoded >> 8) & 0xfff;
  const minor = (encoded & 0xff) | ((encoded >> 12) & 0xfff00);
  return makeNode(task, firstWalk, type | (<u32>mode & 0o7777), isDevice ? (major << 20) | minor : 0);
}

const targetBuffer: usize = memory.data(4096, 8);

export function sys_symlinkat(task: Task, target: u64, dirFd: i32, path: u64): i64 {
  const length = copyStringFromUser(task, target, targetBuffer, PATH_MAX);
  if (length < 0) return length;
  if (length == 0) return -ENOENT;
  const problem = walkToNewName(task, dirFd, path, false, firstWalk);
  if (problem != 0) return problem;
  const walk = firstWalk;
  const dir = walk.parent.node;
  const credentials = task.credentials;
  const gid = inheritGroup(credentials, dir);
  const made = dir.symlink(walk.parent, walk.name, walk.nameLength, targetBuffer, length, credentials.fsuid, gid);
  if (made == null) return -lastError;
  notifyName(dir, IN_CREATE, made);
  return 0;
}

/** @source Linux fs/namei.c, may_linkat with fs.protected_hardlinks = 1 */
function mayLink(task: Task, inode: Inode): bool {
  if (isOwner(task.credentials, inode)) return true;
  if (!inode.isRegular || (inode.mode & S_ISUID) != 0) return false;
  if ((inode.mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP)) return false;
  return mayAccess(task.credentials, inode, MAY_READ | MAY_WRITE) == 0;
}

export function sys_linkat(task: Task, oldDirFd: i32, oldPath: u64, newDirFd: i32, newPath: u64, flags: i32): i64 {
  if ((<u32>flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0) return -EINVAL;
  let walkFlags: u32 = (<u32>flags & AT_SYMLINK_FOLLOW) != 0 ? FOLLOW : 0;
  if ((<u32>flags & AT_EMPTY_PATH) != 0) {
    if (!task.credentials.has(CAP_DAC_READ_SEARCH) && task.credentials.fsuid != 0) return -ENOENT;
    walkFlags |= EMPTY_PATH;
  }
  let problem = walkUser(task, oldDirFd, oldPath, walkFlags, secondWalk);
  if (problem != 0) return problem;
  problem = walkUser(task, newDirFd, newPath, MAY_MISS | NAME_ITSELF, firstWalk);
  if (problem != 0) return problem;
  const walk = firstWalk;
  if (walk.kind != LastKind.name || walk.dentry != null) return -EEXIST;
  if (walk.trailingSlash) return -ENOENT;
  const inode = secondWalk.inode;
  if (walk.parentMount !== secondWalk.mount) return -EXDEV;
  if (isReadOnly(walk.parentMount)) return -EROFS;
  if (!mayLink(task, inode)) return -EPERM;
  problem = mayCreateIn(task, walk);
  if (problem != 0) return problem;
  if (inode.isDirectory) return -EPERM;
  if (inode.nlink == 0) {
    if (!(inode instanceof MemoryInode) || !changetype<MemoryInode>(inode).linkable) return -ENOENT;
    changetype<MemoryInode>(inode).linkable = false;
  }
  const dir = walk.parent.node;
  problem = dir.link(walk.parent, walk.name, walk.nameLength, changetype<Dentry>(changetype<usize>(secondWalk.dentry)));
  if (problem != 0) return problem;
  notifySelf(inode, null, IN_ATTRIB);
  const made = dir.watches ? dir.lookup(walk.parent, walk.name, walk.nameLength) : null;
  if (made) notifyName(dir, IN_CREATE, made);
  return 0;
}

export function sys_unlinkat(task: Task, dirFd: i32, path: u64, flags: i32): i64 {
  if ((<u32>flags & ~AT_REMOVEDIR) != 0) return -EINVAL;
  const isRmdir = flags != 0;
  const walk = firstWalk;
  let problem = walkUser(task, dirFd, path, MAY_MISS | NAME_ITSELF, walk);
  if (problem != 0) return problem;
  if (walk.kind != LastKind.name) {
    if (!isRmdir) return -EISDIR;
    return walk.kind == LastKind.dot ? -EINVAL : walk.kind == LastKind.dotDot ? -ENOTEMPTY : -EBUSY;
  }
  if (isReadOnly(walk.parentMount)) return -EROFS;
  const entry = walk.dentry;
  if (entry == null) return -ENOENT;
  if (walk.mount !== walk.parentMount) return -EBUSY;
  const inode = entry.node;
  if (walk.trailingSlash && !isRmdir) return inode.isDirectory ? -EISDIR : -ENOTDIR;
  const dir = walk.parent.node;
  problem = mayDelete(task.credentials, dir, entry);
  if (problem != 0) return problem;
  if (isRmdir) {
    if (!inode.isDirectory) return -ENOTDIR;
    if (!inode.isEmptyDirectory(entry)) return -ENOTEMPTY;
    problem = dir.rmdir(walk.parent, entry);
  } else {
    if (inode.isDirectory) return -EISDIR;
    problem = dir.unlink(walk.parent, entry);
  }
  if (problem != 0) return problem;
  notifyUnlinked(inode);
  notifyName(dir, IN_DELETE, entry);
  return 0;
}

export function sys_renameat(task: Task, oldDirFd: i32, oldPath: u64, newDirFd: i32, newPath: u64): i64 {
  return rename(task, oldDirFd, oldPath, newDirFd, newPath, 0);
}

export function sys_renameat2(task: Task, oldDirFd: i32, oldPath: u64, newDirFd: i32, newPath: u64, flags: i32): i64 {
  return rename(task, oldDirFd, oldPath, newDirFd, newPath, flags);
}

let nextCookie: u32 = 1;

/** @source Linux fs/namei.c, do_renameat2 and vfs_rename (fix the order of the checks) */
function rename(task: Task, oldDirFd: i32, oldPath: u64, newDirFd: i32, newPath: u64, flags: u32): i64 {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) != 0) return -EINVAL;
  const exchange = (flags & RENAME_EXCHANGE) != 0;
  if (exchange && (flags & RENAME_NOREPLACE) != 0) return -EINVAL;
  const from = firstWalk;
  const to = secondWalk;
  let problem = walkUser(task, oldDirFd, oldPath, MAY_MISS | NAME_ITSELF, from);
  if (problem != 0) return problem;
  problem = walkUser(task, newDirFd, newPath, MAY_MISS | NAME_ITSELF, to);
  if (problem != 0) return problem;
  if (from.kind != LastKind.name) return -EBUSY;
  if (to.kind != LastKind.name) return (flags & RENAME_NOREPLACE) != 0 ? -EEXIST : -EBUSY;
  if (from.parentMount !== to.parentMount) return -EXDEV;
  if (isReadOnly(from.parentMount)) return -EROFS;
  const entry = from.dentry;
  if (entry == null) return -ENOENT;
  const victim = to.dentry;
  if ((flags & RENAME_NOREPLACE) != 0 && victim != null) return -EEXIST;
  if (exchange && victim == null) return -ENOENT;
  const inode = entry.node;
  if (!inode.isDirectory && (from.trailingSlash || (!exchange && to.trailingSlash))) return -ENOTDIR;
  if (exchange && victim && !victim.node.isDirectory && to.trailingSlash) return -ENOTDIR;
  if (from.mount !== from.parentMount || (victim && to.mount !== to.parentMount)) return -EBUSY;
  if (to.parent.isWithin(entry)) return -EINVAL;
  if (victim && from.parent.isWithin(victim)) return exchange ? -EINVAL : -ENOTEMPTY;
  if (victim && victim.node === inode) return 0;
  problem = mayRename(task, from, to, exchange);
  if (problem != 0) return problem;
  const dir = from.parent.node;
  const toDir = to.parent.node;
  const cookie = nextCookie++;
  if (!exchange) notifyName(dir, IN_MOVED_FROM, entry, cookie);
  problem = dir.rename(from.parent, entry, to.parent, to.name, to.nameLength, victim, exchange);
  if (problem != 0) return problem;
  notifyName(toDir, IN_MOVED_TO, entry, cookie);
  notifySelf(inode, null, IN_MOVE_SELF);
  if (victim && !exchange) notifyUnlinked(victim.node);
  return 0;
}

function mayRename(task: Task, from: Walk, to: Walk, exchange: bool): i32 {
  const credentials = task.credentials;
  const entry = changetype<Dentry>(changetype<usize>(from.dentry));
  const inode = entry.node;
  const victim = to.dentry;
  let problem = mayDelete(credentials, from.parent.node, entry);
  if (problem != 0) return problem;
  if (victim == null) {
    if (to.parent.gone) return -ENOENT;
    problem = mayAccess(credentials, to.parent.node, MAY_WRITE | MAY_EXECUTE);
    if (problem != 0) return problem;
  } else {
    problem = mayDelete(credentials, to.parent.node, victim);
    if (problem != 0) return problem;
    if (!exchange) {
      if (inode.isDirectory && !victim.node.isDirectory) return -ENOTDIR;
      if (!inode.isDirectory && victim.node.isDirectory) return -EISDIR;
    }
  }
  // A directory that gets another parent is itself changed (its ".."), so it must be writable.
  if (from.parent !== to.parent) {
    if (inode.isDirectory) {
      problem = mayAccess(credentials, inode, MAY_WRITE);
      if (problem != 0) return problem;
    }
    if (exchange && victim && victim.node.isDirectory) {
      problem = mayAccess(credentials, victim.node, MAY_WRITE);
      if (problem != 0) return problem;
    }
  }
  // What the filesystem itself finds comes after all permissions.
  if (!exchange && victim && inode.isDirectory && !victim.node.isEmptyDirectory(victim)) return -ENOTEMPTY;
  return 0;
}
