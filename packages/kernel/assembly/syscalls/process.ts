/** Making, replacing, ending and waiting for processes. */
import { openError, openForExec } from '../fs/api';
import { EMPTY_PATH, FOLLOW } from '../fs/walk';
import { E2BIG, EAGAIN, EBADF, ECHILD, EFAULT, EINVAL, EPERM, ESRCH } from '../linux/errno';
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, O_NONBLOCK } from '../linux/open-flags';
import {
  CLONE_DETACHED,
  CLONE_FILES,
  CLONE_FS,
  CLONE_PARENT_SETTID,
  CLONE_PIDFD,
  CLONE_SYSVSEM,
  CLONE_THREAD,
  CSIGNAL,
} from '../linux/sched';
import { CLD_CONTINUED, CLD_EXITED, CLD_KILLED, CLD_STOPPED, NSIG, SIGCHLD, SIGCONT } from '../linux/signal';
import {
  __WALL,
  __WCLONE,
  __WNOTHREAD,
  P_ALL,
  P_PGID,
  P_PID,
  P_PIDFD,
  WCONTINUED,
  WEXITED,
  WNOHANG,
  WNOWAIT,
  WSTOPPED,
  WUNTRACED,
} from '../linux/wait';
import { copyFromUser, copyToUser, readString, stringError, writeU32, zeroUser } from '../process/user-memory';
import { SignalInfo } from '../signal/info';
import { SIGINFO_SIZE, writeSignalInfo } from '../signal/siginfo';
import { CloneRequest, cloneTask } from '../task/clone';
import { executeFromUser } from '../task/exec';
import { endGroup, endTask, reap } from '../task/exit';
import { installPidFd, PidFile } from '../task/pid-fd';
import { findGroup } from '../task/registry';
import { Task } from '../task/task';
import { ThreadGroup, WaitEvents } from '../task/thread-group';
import { BLOCK, LEAVE } from '../task/wait';
import { childUsage, writeUsage } from '../time/resource-usage';

const buffer: usize = memory.data(128, 8);

/** clone(2). */
export function sys_clone(task: Task, flags: u64, stack: u64, parentTid: u64, tls: u64, childTid: u64): i64 {
  const request = new CloneRequest();
  request.flags = (flags & 0xffff_ffff) & ~CSIGNAL;
  request.exitSignal = <i32>(flags & CSIGNAL);
  request.stackPointer = stack;
  request.parentTidAt = parentTid;
  request.pidFdAt = parentTid;
  request.childTidAt = childTid;
  request.tls = tls;
  if ((flags & CLONE_PIDFD) != 0 && (flags & (CLONE_PARENT_SETTID | CLONE_DETACHED)) != 0) return -EINVAL;
  return cloneTask(task, request);
}

/** Size of struct clone_args of Linux 5.3, and of today's. */
const CLONE_ARGS_MIN: u64 = 64;
const CLONE_ARGS_BYTES: u64 = 88;

/** clone3(2). */
export function sys_clone3(task: Task, at: u64, size: u64): i64 {
  if (size < CLONE_ARGS_MIN) return -EINVAL;
  if (size > 4096) return -E2BIG;
  memory.fill(buffer, 0, 128);
  if (copyFromUser(task, at, buffer, <usize>min(size, CLONE_ARGS_BYTES)) != 0) return -EFAULT;
  const request = new CloneRequest();
  request.flags = load<u64>(buffer);
  request.pidFdAt = load<u64>(buffer, 8);
  request.childTidAt = load<u64>(buffer, 16);
  request.parentTidAt = load<u64>(buffer, 24);
  request.exitSignal = <i32>load<u64>(buffer, 32);
  const stack = load<u64>(buffer, 40);
  const stackSize = load<u64>(buffer, 48);
  request.tls = load<u64>(buffer, 56);
  const setTidSize = load<u64>(buffer, 72);
  if (setTidSize != 0) return -EPERM;
  if ((request.flags & (CSIGNAL | CLONE_DETACHED)) != 0) return -EINVAL;
  if (<u32>request.exitSignal > <u32>NSIG) return -EINVAL;
  if ((request.flags & CLONE_THREAD) != 0 && request.exitSignal != 0) return -EINVAL;
  if ((stack == 0) != (stackSize == 0)) return -EINVAL;
  request.stackPointer = stack + stackSize;
  return cloneTask(task, request);
}

/** execve(2). */
export function sys_execve(task: Task, pathAt: u64, argvAt: u64, environmentAt: u64): i64 {
  return executeAt(task, AT_FDCWD, pathAt, argvAt, environmentAt, 0);
}

/** execveat(2). */
export function sys_execveat(task: Task, dirFd: i32, pathAt: u64, argvAt: u64, environmentAt: u64, flags: i32): i64 {
  if ((flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) != 0) return -EINVAL;
  return executeAt(task, dirFd, pathAt, argvAt, environmentAt, flags);
}

function executeAt(task: Task, dirFd: i32, pathAt: u64, argvAt: u64, environmentAt: u64, flags: i32): i64 {
  const path = readString(task, pathAt);
  if (path == null) return stringError();
  let walk: u32 = 0;
  if ((flags & AT_SYMLINK_NOFOLLOW) == 0) walk |= FOLLOW;
  if ((flags & AT_EMPTY_PATH) != 0) walk |= EMPTY_PATH;
  const file = openForExec(task, path, dirFd, walk);
  if (file == null) return -openError();
  let name = path;
  if (dirFd != AT_FDCWD && !path.startsWith('/')) {
    name = '/dev/fd/' + dirFd.toString() + (path.length > 0 ? '/' + path : '');
  }
  return executeFromUser(task, name, file, argvAt, environmentAt);
}

/** exit(2): ends the calling thread. */
export function sys_exit(task: Task, status: i32): i64 {
  endTask(task, (status & 0xff) << 8);
  return LEAVE;
}

/** exit_group(2). */
export function sys_exit_group(task: Task, status: i32): i64 {
  endGroup(task, (status & 0xff) << 8);
  return LEAVE;
}

/** Which children a wait is about. */
class Selection {
  constructor(
    readonly type: i32,
    readonly id: i32,
    readonly options: i32,
  ) {}

  covers(child: ThreadGroup): bool {
    const isClone = child.exitSignal != SIGCHLD;
    if ((this.options & __WALL) == 0 && isClone != ((this.options & __WCLONE) != 0)) return false;
    if (this.type == P_PID) return child.pid == this.id;
    return this.type == P_ALL || child.pgid == this.id;
  }
}

/** What a wait found: the child, CLD_…, and status or signal. */
class Found {
  constructor(
    readonly child: ThreadGroup,
    readonly code: i32,
    readonly status: i32,
  ) {}
}

let anyCandidates: bool = false;

/** A child with news; null: none yet. `anyCandidates` says whether waiting makes sense. */
function findChild(task: Task, selection: Selection): Found | null {
  const children = task.group.children;
  anyCandidates = false;
  for (let i = 0; i < children.length; i++) {
    const child = children[i];
    if (!selection.covers(child)) continue;
    anyCandidates = true;
    if (child.ended) {
      if ((selection.options & WEXITED) == 0) continue;
      const killed = (child.exitStatus & 0x7f) != 0;
      return new Found(
        child,
        killed ? CLD_KILLED : CLD_EXITED,
        killed ? child.exitStatus & 0x7f : (child.exitStatus >> 8) & 0xff,
      );
    }
    if (child.waitEvents == WaitEvents.stopped && (selection.options & WSTOPPED) != 0) {
      return new Found(child, CLD_STOPPED, child.stopSignal);
    }
    if (child.waitEvents == WaitEvents.continued && (selection.options & WCONTINUED) != 0) {
      return new Found(child, CLD_CONTINUED, SIGCONT);
    }
  }
  return null;
}

/** The news has been told. */
function consume(found: Found, options: i32): void {
  if ((options & WNOWAIT) != 0) return;
  if (found.child.ended) reap(found.child);
  else found.child.waitEvents = WaitEvents.none;
}

/** wait4(2). */
export function sys_wait4(task: Task, pid: i32, statusAt: u64, options: i32, usageAt: u64): i64 {
  if ((options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL)) != 0) return -EINVAL;
  if (pid == i32.MIN_VALUE) return -ESRCH;
  let type = P_PID;
  let id = pid;
  if (pid == -1) type = P_ALL;
  else if (pid <= 0) {
    type = P_PGID;
    id = pid == 0 ? task.group.pgid : -pid;
  }
  const found = findChild(task, new Selection(type, id, options | WEXITED));
  if (found == null) {
    if (!anyCandidates) return -ECHILD;
    if ((options & WNOHANG) != 0) return 0;
    task.sleepOn(task.group.childEvents);
    return BLOCK;
  }
  if (statusAt != 0 && writeU32(task, statusAt, waitStatus(found)) != 0) return -EFAULT;
  if (usageAt != 0 && writeUsage(task, usageAt, childUsage(found.child)) != 0) return -EFAULT;
  const result = found.child.pid;
  consume(found, options);
  return result;
}

function waitStatus(found: Found): u32 {
  switch (found.code) {
    case CLD_STOPPED:
      return (found.status << 8) | 0x7f;
    case CLD_CONTINUED:
      return 0xffff;
    default:
      return found.child.exitStatus;
  }
}

/** waitid(2). */
export function sys_waitid(task: Task, idType: i32, id: i32, infoAt: u64, options: i32, usageAt: u64): i64 {
  if ((options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL)) != 0) {
    return -EINVAL;
  }
  if ((options & (WEXITED | WSTOPPED | WCONTINUED)) == 0) return -EINVAL;
  let type = idType;
  let wanted = id;
  let mayBlock = true;
  switch (idType) {
    case P_ALL:
      break;
    case P_PID:
      if (id <= 0) return -EINVAL;
      break;
    case P_PGID:
      if (id < 0) return -EINVAL;
      if (id == 0) wanted = task.group.pgid;
      break;
    case P_PIDFD: {
      const file = task.files.get(id);
      if (file == null || !(file instanceof PidFile)) return -EBADF;
      type = P_PID;
      wanted = (<PidFile>file).group.pid;
      mayBlock = (file.flags & O_NONBLOCK) == 0;
      break;
    }
    default:
      return -EINVAL;
  }
  const found = findChild(task, new Selection(type, wanted, options));
  if (found == null) {
    if (!anyCandidates) return -ECHILD;
    if ((options & WNOHANG) != 0) return infoAt == 0 ? 0 : zeroUser(task, infoAt, SIGINFO_SIZE);
    if (!mayBlock) return -EAGAIN;
    task.sleepOn(task.group.childEvents);
    return BLOCK;
  }
  if (infoAt != 0) {
    const info = new SignalInfo(SIGCHLD, found.code);
    info.pid = found.child.pid;
    const leader = found.child.leader;
    info.uid = leader != null ? leader.credentials.uid : found.child.lastCredentials!.uid;
    info.value = found.status;
    writeSignalInfo(info, buffer);
    if (copyToUser(task, infoAt, buffer, SIGINFO_SIZE) != 0) return -EFAULT;
  }
  if (usageAt != 0 && writeUsage(task, usageAt, childUsage(found.child)) != 0) return -EFAULT;
  consume(found, options);
  return 0;
}

/** set_tid_address(2). */
export function sys_set_tid_address(task: Task, address: u64): i64 {
  task.clearChildTidAt = address;
  return task.tid;
}

/** pidfd_open(2). */
export function sys_pidfd_open(task: Task, pid: i32, flags: i32): i64 {
  if ((flags & ~O_NONBLOCK) != 0 || pid <= 0) return -EINVAL;
  const group = findGroup(pid);
  if (group == null) return -ESRCH;
  return installPidFd(task, group, flags);
}

/** unshare(2). */
export function sys_unshare(task: Task, flags: u64): i64 {
  if ((flags & ~(CLONE_FILES | CLONE_FS | CLONE_SYSVSEM)) != 0) return -EPERM;
  if ((flags & CLONE_FILES) != 0 && task.files.isShared) {
    const own = task.files.clone();
    task.files.closeAll(task);
    task.files = own;
  }
  if ((flags & CLONE_FS) != 0) task.fs = task.fs.clone();
  return 0;
}
