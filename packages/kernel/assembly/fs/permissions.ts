import { EACCES, EPERM } from '../linux/errno';
import { S_IFDIR, S_ISGID, S_ISUID, S_ISVTX, S_IXGRP } from '../linux/stat';
import { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID, Credentials } from '../task/credentials';
import { Task } from '../task/task';
import { Dentry } from './dentry';
import { Inode } from './inode';

/** Bits of an access to check, as in a mode's lowest three bits. */
export const MAY_EXECUTE: u32 = 1;
export const MAY_WRITE: u32 = 2;
export const MAY_READ: u32 = 4;

/**
 * Whether the owner of `credentials` may access the file.
 *
 * @returns 0 or -EACCES
 * @source Linux fs/namei.c, generic_permission
 */
export function mayAccess(credentials: Credentials, inode: Inode, wanted: u32): i32 {
  return mayAccessAs(credentials, credentials.fsuid, inode, wanted, false);
}

/** As {@link mayAccess}, for access(2): with the real user and group. */
export function mayAccessAsReal(credentials: Credentials, inode: Inode, wanted: u32): i32 {
  return mayAccessAs(credentials, credentials.uid, inode, wanted, true);
}

function mayAccessAs(credentials: Credentials, uid: u32, inode: Inode, wanted: u32, real: bool): i32 {
  const mode = inode.mode;
  let granted: u32;
  if (uid == inode.uid) granted = mode >> 6;
  else if (real ? isRealMember(credentials, inode.gid) : credentials.inGroup(inode.gid)) granted = mode >> 3;
  else granted = mode;
  if ((granted & wanted) == wanted) return 0;
  // access(2) by a set-user-ID program drops the capabilities of its effective user.
  const capable = !real || uid == 0 || credentials.euid == uid;
  if (!capable) return -EACCES;
  if (inode.isDirectory) {
    if (credentials.has(CAP_DAC_OVERRIDE)) return 0;
    return (wanted & MAY_WRITE) == 0 && credentials.has(CAP_DAC_READ_SEARCH) ? 0 : -EACCES;
  }
  if (credentials.has(CAP_DAC_OVERRIDE) && ((wanted & MAY_EXECUTE) == 0 || (mode & 0o111) != 0)) return 0;
  return wanted == MAY_READ && credentials.has(CAP_DAC_READ_SEARCH) ? 0 : -EACCES;
}

function isRealMember(credentials: Credentials, gid: u32): bool {
  return credentials.gid == gid || credentials.groups.includes(gid);
}

/** Whether the caller owns the file, or may act as its owner. */
export function isOwner(credentials: Credentials, inode: Inode): bool {
  return credentials.fsuid == inode.uid || credentials.has(CAP_FOWNER);
}

/**
 * Whether the caller may remove or rename `entry` in `dir`.
 *
 * @source Linux fs/namei.c, may_delete and __check_sticky
 */
export function mayDelete(credentials: Credentials, dir: Inode, entry: Dentry): i32 {
  const denied = mayAccess(credentials, dir, MAY_WRITE | MAY_EXECUTE);
  if (denied != 0) return denied;
  if ((dir.mode & S_ISVTX) == 0) return 0;
  if (entry.node.uid == credentials.fsuid || dir.uid == credentials.fsuid || credentials.has(CAP_FOWNER)) return 0;
  return -EPERM;
}

/** Mode and group of a new file in `dir`: set-group-ID directories pass on their group, and directories the bit itself. */
export function inheritGroup(credentials: Credentials, dir: Inode): u32 {
  return (dir.mode & S_ISGID) != 0 ? dir.gid : credentials.fsgid;
}

/** @source Linux fs/inode.c, inode_init_owner and mode_strip_sgid */
export function inheritMode(credentials: Credentials, dir: Inode, mode: u32): u32 {
  if ((dir.mode & S_ISGID) == 0) return mode;
  if ((mode & 0o170000) == S_IFDIR) return mode | S_ISGID;
  const both = S_ISGID | S_IXGRP;
  if ((mode & both) == both && !credentials.inGroup(dir.gid) && !credentials.has(CAP_FSETID)) return mode & ~S_ISGID;
  return mode;
}

/**
 * Writing to a file takes its set-user-ID and set-group-ID bits away.
 *
 * @source Linux fs/inode.c, setattr_should_drop_suidgid
 */
export function clearSetIds(task: Task, inode: Inode): void {
  const mode = inode.mode;
  if ((mode & (S_ISUID | S_ISGID)) == 0 || task.credentials.has(CAP_FSETID)) return;
  let kept = mode & ~S_ISUID;
  if ((mode & S_IXGRP) != 0) kept &= ~S_ISGID;
  if (kept == mode) return;
  inode.beforeChange();
  inode.mode = kept;
}
