/** Users, groups, capabilities, sessions and process groups. */
import { EFAULT, EINVAL, EPERM, ESRCH, EACCES } from '../linux/errno';
import { copyFromUser, copyToUser, readU32, userFault, writeU32 } from '../process/user-memory';
import { CAP_SETGID, CAP_SETPCAP, CAP_SETUID, Credentials } from '../task/credentials';
import { processGroupExists } from '../task/process-group';
import { findGroup, findTask } from '../task/registry';
import { Session } from '../task/session';
import { Task } from '../task/task';
import { ThreadGroup } from '../task/thread-group';

/** "Leave as it is" in setresuid(2) and friends. */
const KEEP: u32 = 0xffff_ffff;
const SECBIT_NO_SETUID_FIXUP: u32 = 4;

export function sys_getpid(task: Task): i64 {
  return task.group.pid;
}

export function sys_gettid(task: Task): i64 {
  return task.tid;
}

export function sys_getppid(task: Task): i64 {
  const parent = task.group.parent;
  return parent == null ? 0 : parent.pid;
}

export function sys_getuid(task: Task): i64 {
  return task.credentials.uid;
}

export function sys_geteuid(task: Task): i64 {
  return task.credentials.euid;
}

export function sys_getgid(task: Task): i64 {
  return task.credentials.gid;
}

export function sys_getegid(task: Task): i64 {
  return task.credentials.egid;
}

/**
 * Capabilities follow the user IDs.
 *
 * @source capabilities(7), "Effect of user ID changes on capabilities"
 */
function fixCapabilities(from: Credentials, to: Credentials): void {
  if ((to.secureBits & SECBIT_NO_SETUID_FIXUP) != 0) return;
  const wasRoot = from.uid == 0 || from.euid == 0 || from.suid == 0;
  const isRoot = to.uid == 0 || to.euid == 0 || to.suid == 0;
  if (wasRoot && !isRoot) {
    if (!to.keepCapabilities) {
      to.permitted = 0;
      to.effective = 0;
    }
    to.ambient = 0;
  }
  if (from.euid == 0 && to.euid != 0) to.effective = 0;
  if (from.euid != 0 && to.euid == 0) to.effective = to.permitted;
}

function commitUser(task: Task, next: Credentials): i64 {
  next.fsuid = next.euid;
  fixCapabilities(task.credentials, next);
  task.credentials = next;
  return 0;
}

/** setuid(2). */
export function sys_setuid(task: Task, uid: u32): i64 {
  const old = task.credentials;
  const next = old.clone();
  if (uid == KEEP) return -EINVAL;
  if (old.has(CAP_SETUID)) {
    next.uid = uid;
    next.suid = uid;
  } else if (uid != old.uid && uid != old.suid) return -EPERM;
  next.euid = uid;
  return commitUser(task, next);
}

/** setreuid(2). */
export function sys_setreuid(task: Task, uid: u32, euid: u32): i64 {
  const old = task.credentials;
  const next = old.clone();
  const can = old.has(CAP_SETUID);
  if (uid != KEEP) {
    if (!can && uid != old.uid && uid != old.euid) return -EPERM;
    next.uid = uid;
  }
  if (euid != KEEP) {
    if (!can && euid != old.uid && euid != old.euid && euid != old.suid) return -EPERM;
    next.euid = euid;
  }
  if (uid != KEEP || (euid != KEEP && euid != old.uid)) next.suid = next.euid;
  return commitUser(task, next);
}

/** setresuid(2). */
export function sys_setresuid(task: Task, uid: u32, euid: u32, suid: u32): i64 {
  const old = task.credentials;
  if (!old.has(CAP_SETUID)) {
    if (!isOwnUser(old, uid) || !isOwnUser(old, euid) || !isOwnUser(old, suid)) return -EPERM;
  }
  const next = old.clone();
  if (uid != KEEP) next.uid = uid;
  if (euid != KEEP) next.euid = euid;
  if (suid != KEEP) next.suid = suid;
  return commitUser(task, next);
}

function isOwnUser(who: Credentials, uid: u32): bool {
  return uid == KEEP || uid == who.uid || uid == who.euid || uid == who.suid;
}

function isOwnGroup(who: Credentials, gid: u32): bool {
  return gid == KEEP || gid == who.gid || gid == who.egid || gid == who.sgid;
}

/** getresuid(2). */
export function sys_getresuid(task: Task, uidAt: u64, euidAt: u64, suidAt: u64): i64 {
  const who = task.credentials;
  if (writeU32(task, uidAt, who.uid) != 0 || writeU32(task, euidAt, who.euid) != 0) return -EFAULT;
  return writeU32(task, suidAt, who.suid);
}

/** setfsuid(2). @returns the old one, whether or not it was changed */
export function sys_setfsuid(task: Task, uid: u32): i64 {
  const old = task.credentials;
  if (uid != KEEP && (old.has(CAP_SETUID) || isOwnUser(old, uid) || uid == old.fsuid)) {
    const next = old.clone();
    next.fsuid = uid;
    task.credentials = next;
  }
  return old.fsuid;
}

function commitGroup(task: Task, next: Credentials): i64 {
  next.fsgid = next.egid;
  task.credentials = next;
  return 0;
}

/** setgid(2). */
export function sys_setgid(task: Task, gid: u32): i64 {
  const old = task.credentials;
  const next = old.clone();
  if (gid == KEEP) return -EINVAL;
  if (old.has(CAP_SETGID)) {
    next.gid = gid;
    next.sgid = gid;
  } else if (gid != old.gid && gid != old.sgid) return -EPERM;
  next.egid = gid;
  return commitGroup(task, next);
}

/** setregid(2). */
export function sys_setregid(task: Task, gid: u32, egid: u32): i64 {
  const old = task.credentials;
  const next = old.clone();
  const can = old.has(CAP_SETGID);
  if (gid != KEEP) {
    if (!can && gid != old.gid && gid != old.egid) return -EPERM;
    next.gid = gid;
  }
  if (egid != KEEP) {
    if (!can && egid != old.gid && egid != old.egid && egid != old.sgid) return -EPERM;
    next.egid = egid;
  }
  if (gid != KEEP || (egid != KEEP && egid != old.gid)) next.sgid = next.egid;
  return commitGroup(task, next);
}

/** setresgid(2). */
export function sys_setresgid(task: Task, gid: u32, egid: u32, sgid: u32): i64 {
  const old = task.credentials;
  if (!old.has(CAP_SETGID)) {
    if (!isOwnGroup(old, gid) || !isOwnGroup(old, egid) || !isOwnGroup(old, sgid)) return -EPERM;
  }
  const next = old.clone();
  if (gid != KEEP) next.gid = gid;
  if (egid != KEEP) next.egid = egid;
  if (sgid != KEEP) next.sgid = sgid;
  return commitGroup(task, next);
}

/** getresgid(2). */
export function sys_getresgid(task: Task, gidAt: u64, egidAt: u64, sgidAt: u64): i64 {
  const who = task.credentials;
  if (writeU32(task, gidAt, who.gid) != 0 || writeU32(task, egidAt, who.egid) != 0) return -EFAULT;
  return writeU32(task, sgidAt, who.sgid);
}

/** setfsgid(2). @returns the old one */
export function sys_setfsgid(task: Task, gid: u32): i64 {
  const old = task.credentials;
  if (gid != KEEP && (old.has(CAP_SETGID) || isOwnGroup(old, gid) || gid == old.fsgid)) {
    const next = old.clone();
    next.fsgid = gid;
    task.credentials = next;
  }
  return old.fsgid;
}

/** getgroups(2). */
export function sys_getgroups(task: Task, size: i32, listAt: u64): i64 {
  const groups = task.credentials.groups;
  if (size < 0) return -EINVAL;
  if (size == 0) return groups.length;
  if (size < groups.length) return -EINVAL;
  for (let i = 0; i < groups.length; i++) {
    if (writeU32(task, listAt + (i << 2), groups[i]) != 0) return -EFAULT;
  }
  return groups.length;
}

const NGROUPS_MAX: i32 = 65536;

/** setgroups(2). */
export function sys_setgroups(task: Task, size: i32, listAt: u64): i64 {
  if (!task.credentials.has(CAP_SETGID)) return -EPERM;
  if (<u32>size > <u32>NGROUPS_MAX) return -EINVAL;
  const groups: u32[] = [];
  for (let i = 0; i < size; i++) groups.push(readU32(task, listAt + (i << 2)));
  if (userFault()) return -EFAULT;
  groups.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const next = task.credentials.clone();
  next.groups = groups;
  task.credentials = next;
  return 0;
}

// ── capabilities ──

/** @source Linux include/uapi/linux/capability.h */
const CAPABILITY_VERSION_1: u32 = 0x19980330;
const CAPABILITY_VERSION_2: u32 = 0x20071026;
const CAPABILITY_VERSION_3: u32 = 0x20080522;
const buffer: usize = memory.data(24, 8);

/** Number of 32-bit words the header's version has; 0: unknown version, and the header now names ours. */
function capabilityWords(task: Task, headerAt: u64): i32 {
  const version = readU32(task, headerAt);
  if (userFault()) return -EFAULT;
  if (version == CAPABILITY_VERSION_1) return 1;
  if (version == CAPABILITY_VERSION_2 || version == CAPABILITY_VERSION_3) return 2;
  return writeU32(task, headerAt, CAPABILITY_VERSION_3) != 0 ? -EFAULT : 0;
}

/** capget(2). */
export function sys_capget(task: Task, headerAt: u64, dataAt: u64): i64 {
  const words = capabilityWords(task, headerAt);
  if (words < 0) return words;
  if (words == 0) return dataAt == 0 ? 0 : -EINVAL;
  const pid = <i32>readU32(task, headerAt + 4);
  if (userFault()) return -EFAULT;
  if (pid < 0) return -EINVAL;
  const target = pid == 0 ? task : findTask(pid);
  if (target == null) return -ESRCH;
  if (dataAt == 0) return 0;
  const who = target.credentials;
  for (let i = 0; i < words; i++) {
    store<u32>(buffer + i * 12, <u32>(who.effective >> (i << 5)));
    store<u32>(buffer + i * 12, <u32>(who.permitted >> (i << 5)), 4);
    store<u32>(buffer + i * 12, <u32>(who.inheritable >> (i << 5)), 8);
  }
  return copyToUser(task, dataAt, buffer, words * 12);
}

/** capset(2). */
export function sys_capset(task: Task, headerAt: u64, dataAt: u64): i64 {
  const words = capabilityWords(task, headerAt);
  if (words < 0) return words;
  if (words == 0) return -EINVAL;
  const pid = <i32>readU32(task, headerAt + 4);
  if (userFault()) return -EFAULT;
  if (pid != 0 && pid != task.tid) return -EPERM;
  memory.fill(buffer, 0, 24);
  if (copyFromUser(task, dataAt, buffer, words * 12) != 0) return -EFAULT;
  const effective = <u64>load<u32>(buffer) | (<u64>load<u32>(buffer, 12) << 32);
  const permitted = <u64>load<u32>(buffer, 4) | (<u64>load<u32>(buffer, 16) << 32);
  const inheritable = <u64>load<u32>(buffer, 8) | (<u64>load<u32>(buffer, 20) << 32);
  const old = task.credentials;
  if ((permitted & ~old.permitted) != 0 || (effective & ~permitted) != 0) return -EPERM;
  if (!old.has(CAP_SETPCAP) && (inheritable & ~(old.inheritable | old.permitted)) != 0) return -EPERM;
  if ((inheritable & ~(old.inheritable | old.bounding)) != 0) return -EPERM;
  const next = old.clone();
  next.effective = effective;
  next.permitted = permitted;
  next.inheritable = inheritable;
  next.ambient &= permitted & inheritable;
  task.credentials = next;
  return 0;
}

// ── sessions and process groups ──

function groupOf(task: Task, pid: i32): ThreadGroup | null {
  return pid == 0 ? task.group : findGroup(pid);
}

/** getpgid(2). */
export function sys_getpgid(task: Task, pid: i32): i64 {
  const group = groupOf(task, pid);
  return group == null ? -ESRCH : group.pgid;
}

/** getsid(2). */
export function sys_getsid(task: Task, pid: i32): i64 {
  const group = groupOf(task, pid);
  return group == null ? -ESRCH : group.session.id;
}

/**
 * setpgid(2).
 *
 * @source Linux kernel/sys.c (fixes the order of the checks)
 */
export function sys_setpgid(task: Task, pid: i32, pgid: i32): i64 {
  if (pgid < 0) return -EINVAL;
  const group = groupOf(task, pid);
  if (group == null) return -ESRCH;
  if (group !== task.group) {
    if (group.parent !== task.group) return -ESRCH;
    if (group.session !== task.group.session) return -EPERM;
    if (group.hasExecuted) return -EACCES;
  }
  if (group.session.id == group.pid) return -EPERM;
  const target = pgid == 0 ? group.pid : pgid;
  if (target != group.pid && !processGroupExists(target, task.group.session.id)) return -EPERM;
  group.pgid = target;
  return 0;
}

/** setsid(2). */
export function sys_setsid(task: Task): i64 {
  const group = task.group;
  if (group.pgid == group.pid && (group.session.id == group.pid || processGroupExists(group.pid, group.session.id))) {
    return -EPERM;
  }
  group.session = new Session(group.pid);
  group.pgid = group.pid;
  return group.pid;
}
