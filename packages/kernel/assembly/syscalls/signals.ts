/** Signals. */
import { GUEST_END } from '../abi.gen';
import { EAGAIN, EBADF, EFAULT, EINTR, EINVAL, ENOMEM, EPERM, ERESTARTNOHAND, ESRCH } from '../linux/errno';
import {
  NSIG,
  SIG_BLOCK,
  SIG_SETMASK,
  SIG_UNBLOCK,
  SIGCONT,
  SIGKILL,
  SIGRTMIN,
  SIGSEGV,
  SIGSTOP,
  SI_KERNEL,
  SI_TKILL,
  SS_AUTODISARM,
  SS_DISABLE,
  SS_ONSTACK,
  MINSIGSTKSZ,
  signalBit,
} from '../linux/signal';
import { RLIMIT_SIGPENDING } from '../linux/resource';
import { CAP_KILL } from '../task/credentials';
import { copyFromUser, copyToUser, readU64, userFault, writeU64 } from '../process/user-memory';
import { stackPointer } from '../process/cpu-state';
import { SignalAction } from '../signal/action';
import { forceSignal } from '../signal/deliver';
import { alternateStackState, leaveHandler, writeStack } from '../signal/frame';
import { SignalInfo } from '../signal/info';
import { SignalQueue } from '../signal/queue';
import { isIgnored, pendingFor, sendToGroup, sendToTask, takeSignal, threadSignal, userSignal } from '../signal/send';
import { SIGINFO_SIZE, writeSignalInfo } from '../signal/siginfo';
import { PidFile } from '../task/pid-fd';
import { allGroups, findGroup, findTask } from '../task/registry';
import { Task } from '../task/task';
import { ThreadGroup } from '../task/thread-group';
import { BLOCK, LEAVE } from '../task/wait';
import { monotonicNow } from '../time/clock';
import { readTimespec, timespecError } from '../time/timespec';

const SET_BYTES: u64 = 8;
const ACTION_BYTES: i32 = 32;
const UNBLOCKABLE: u64 = (<u64>1 << (SIGKILL - 1)) | (<u64>1 << (SIGSTOP - 1));

const buffer: usize = memory.data(128, 8);

/** rt_sigaction(2). */
export function sys_rt_sigaction(task: Task, signal: i32, actionAt: u64, oldAt: u64, size: u64): i64 {
  if (size != SET_BYTES) return -EINVAL;
  if (signal < 1 || signal > NSIG) return -EINVAL;
  if (actionAt != 0 && (signal == SIGKILL || signal == SIGSTOP)) return -EINVAL;
  const actions = task.group.actions;
  const old = actions[signal - 1];
  let next: SignalAction | null = null;
  if (actionAt != 0) {
    if (copyFromUser(task, actionAt, buffer, ACTION_BYTES) != 0) return -EFAULT;
    next = new SignalAction(
      load<u64>(buffer),
      load<u64>(buffer, 8),
      load<u64>(buffer, 16),
      load<u64>(buffer, 24) & ~UNBLOCKABLE,
    );
  }
  if (oldAt != 0) {
    store<u64>(buffer, old.handler);
    store<u64>(buffer, old.flags, 8);
    store<u64>(buffer, old.restorer, 16);
    store<u64>(buffer, old.mask, 24);
    if (copyToUser(task, oldAt, buffer, ACTION_BYTES) != 0) return -EFAULT;
  }
  if (next == null) return 0;
  actions[signal - 1] = next;
  if (isIgnored(task.group, signal)) {
    task.group.pending.discard(signalBit(signal));
    const threads = task.group.threads;
    for (let i = 0; i < threads.length; i++) threads[i].pending.discard(signalBit(signal));
  }
  return 0;
}

/** rt_sigprocmask(2). */
export function sys_rt_sigprocmask(task: Task, how: i32, maskAt: u64, oldAt: u64, size: u64): i64 {
  if (size != SET_BYTES) return -EINVAL;
  const old = task.blockedSignals;
  if (maskAt != 0) {
    const mask = readU64(task, maskAt);
    if (userFault()) return -EFAULT;
    let next: u64;
    if (how == SIG_BLOCK) next = old | mask;
    else if (how == SIG_UNBLOCK) next = old & ~mask;
    else if (how == SIG_SETMASK) next = mask;
    else return -EINVAL;
    if (oldAt != 0 && writeU64(task, oldAt, old) != 0) return -EFAULT;
    task.blockedSignals = next & ~UNBLOCKABLE;
    retarget(task, task.blockedSignals & ~old);
    return 0;
  }
  return oldAt == 0 ? 0 : writeU64(task, oldAt, old);
}

/** Signals sent to the process that this thread no longer takes are for another one to take. */
function retarget(task: Task, blocked: u64): void {
  const waiting = task.group.pending.set & blocked;
  if (waiting == 0) return;
  const threads = task.group.threads;
  for (let i = 0; i < threads.length; i++) {
    if (threads[i] !== task && (waiting & ~threads[i].blockedSignals) != 0) threads[i].interrupt();
  }
}

/** rt_sigpending(2). */
export function sys_rt_sigpending(task: Task, maskAt: u64, size: u64): i64 {
  if (size > SET_BYTES) return -EINVAL;
  return writeU64(task, maskAt, pendingFor(task) & task.blockedSignals);
}

/** rt_sigsuspend(2). */
export function sys_rt_sigsuspend(task: Task, maskAt: u64, size: u64): i64 {
  if (size != SET_BYTES) return -EINVAL;
  const mask = readU64(task, maskAt);
  if (userFault()) return -EFAULT;
  task.setTemporarySignalMask(mask);
  task.interruptResult = -ERESTARTNOHAND;
  task.awaitsSignal = true;
  return BLOCK;
}

/** rt_sigtimedwait(2). */
export function sys_rt_sigtimedwait(task: Task, maskAt: u64, infoAt: u64, timeout: u64, size: u64): i64 {
  if (size != SET_BYTES) return -EINVAL;
  const mask = readU64(task, maskAt) & ~UNBLOCKABLE;
  if (userFault()) return -EFAULT;
  if (timeout != 0) {
    const time = readTimespec(task, timeout);
    if (timespecError() != 0) return timespecError();
    task.setDeadlineOnce(monotonicNow() + time);
  }
  const info = takeSignal(task, mask);
  if (info != null) {
    if (infoAt != 0) {
      writeSignalInfo(info, buffer);
      if (copyToUser(task, infoAt, buffer, SIGINFO_SIZE) != 0) return -EFAULT;
    }
    return info.signal;
  }
  if (task.timedOut || (timeout != 0 && task.deadline <= monotonicNow())) return -EAGAIN;
  if (task.interrupted) return -EINTR;
  task.awaitedSignals = mask;
  task.awaitsSignal = timeout == 0;
  task.interruptResult = -EINTR;
  return BLOCK;
}

/** Whether a task may signal a process. */
function maySignal(task: Task, group: ThreadGroup, signal: i32): bool {
  const who = task.credentials;
  if (who.has(CAP_KILL) || group === task.group) return true;
  if (signal == SIGCONT && group.session === task.group.session) return true;
  const leader = group.leader;
  const whom = leader != null ? leader.credentials : group.lastCredentials;
  if (whom == null) return true;
  return who.euid == whom.suid || who.euid == whom.uid || who.uid == whom.suid || who.uid == whom.uid;
}

/** kill(2). */
export function sys_kill(task: Task, pid: i32, signal: i32): i64 {
  if (<u32>signal > <u32>NSIG) return -EINVAL;
  return signalMany(task, pid, signal, userSignal(max(signal, 1), task));
}

function signalMany(task: Task, pid: i32, signal: i32, info: SignalInfo): i64 {
  if (pid > 0) {
    const group = findGroup(pid) != null ? findGroup(pid) : groupOfThread(pid);
    if (group == null) return -ESRCH;
    if (!maySignal(task, group, signal)) return -EPERM;
    if (signal != 0) sendToGroup(group, info);
    return 0;
  }
  if (pid == i32.MIN_VALUE) return -ESRCH;
  const pgid = pid == 0 ? task.group.pgid : -pid;
  const groups = allGroups();
  let found = 0;
  let allowed = 0;
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i];
    if (pid == -1 ? group.pid == 1 || group === task.group : group.pgid != pgid) continue;
    found++;
    if (!maySignal(task, group, signal)) continue;
    allowed++;
    if (signal != 0) sendToGroup(group, copyInfo(info));
  }
  if (found == 0) return -ESRCH;
  return allowed == 0 ? -EPERM : 0;
}

function groupOfThread(tid: i32): ThreadGroup | null {
  const task = findTask(tid);
  return task == null ? null : task.group;
}

function copyInfo(info: SignalInfo): SignalInfo {
  const copy = new SignalInfo(info.signal, info.code);
  copy.pid = info.pid;
  copy.uid = info.uid;
  copy.value = info.value;
  copy.raw = info.raw;
  return copy;
}

function signalThread(task: Task, pid: i32, tid: i32, signal: i32): i64 {
  if (tid <= 0) return -EINVAL;
  if (<u32>signal > <u32>NSIG) return -EINVAL;
  const target = findTask(tid);
  if (target == null || (pid > 0 && target.group.pid != pid)) return -ESRCH;
  if (!maySignal(task, target.group, signal)) return -EPERM;
  if (signal != 0) sendToTask(target, threadSignal(signal, task));
  return 0;
}

/** tkill(2). */
export function sys_tkill(task: Task, tid: i32, signal: i32): i64 {
  return signalThread(task, 0, tid, signal);
}

/** tgkill(2). */
export function sys_tgkill(task: Task, pid: i32, tid: i32, signal: i32): i64 {
  return pid <= 0 ? -EINVAL : signalThread(task, pid, tid, signal);
}

/** Reads a siginfo_t that a process made itself. @returns null: not readable */
function readInfo(task: Task, signal: i32, at: u64): SignalInfo | null {
  const raw = new StaticArray<u8>(SIGINFO_SIZE);
  if (copyFromUser(task, at, changetype<usize>(raw), SIGINFO_SIZE) != 0) return null;
  store<i32>(changetype<usize>(raw), signal);
  const info = new SignalInfo(signal, load<i32>(changetype<usize>(raw), 8));
  info.pid = load<i32>(changetype<usize>(raw), 16);
  info.uid = load<u32>(changetype<usize>(raw), 20);
  info.value = load<u64>(changetype<usize>(raw), 24);
  info.raw = raw;
  return info;
}

/** rt_sigqueueinfo(2). */
export function sys_rt_sigqueueinfo(task: Task, pid: i32, signal: i32, infoAt: u64): i64 {
  if (<u32>signal > <u32>NSIG) return -EINVAL;
  const info = readInfo(task, signal, infoAt);
  if (info == null) return -EFAULT;
  const group = findGroup(pid);
  if (group == null) return -ESRCH;
  if ((info.code >= 0 || info.code == SI_TKILL) && group !== task.group) return -EPERM;
  if (!maySignal(task, group, signal)) return -EPERM;
  if (isQueueFull(group, group.pending, signal)) return -EAGAIN;
  if (signal != 0) sendToGroup(group, info);
  return 0;
}

/** Whether a real-time signal would be one more than a process may have pending. */
function isQueueFull(group: ThreadGroup, queue: SignalQueue, signal: i32): bool {
  return signal >= SIGRTMIN && <u64>queue.length >= group.limit(RLIMIT_SIGPENDING);
}

/** rt_tgsigqueueinfo(2). */
export function sys_rt_tgsigqueueinfo(task: Task, pid: i32, tid: i32, signal: i32, infoAt: u64): i64 {
  if (pid <= 0 || tid <= 0 || <u32>signal > <u32>NSIG) return -EINVAL;
  const info = readInfo(task, signal, infoAt);
  if (info == null) return -EFAULT;
  const target = findTask(tid);
  if (target == null || target.group.pid != pid) return -ESRCH;
  if ((info.code >= 0 || info.code == SI_TKILL) && target.group !== task.group) return -EPERM;
  if (!maySignal(task, target.group, signal)) return -EPERM;
  if (isQueueFull(target.group, target.pending, signal)) return -EAGAIN;
  if (signal != 0) sendToTask(target, info);
  return 0;
}

/** pidfd_send_signal(2). */
export function sys_pidfd_send_signal(task: Task, pidFd: i32, signal: i32, infoAt: u64, flags: i32): i64 {
  if (flags != 0) return -EINVAL;
  const file = task.files.get(pidFd);
  if (file == null || !(file instanceof PidFile)) return -EBADF;
  if (<u32>signal > <u32>NSIG) return -EINVAL;
  const group = (<PidFile>file).group;
  if (group.ended) return -ESRCH;
  if (!maySignal(task, group, signal)) return -EPERM;
  let info: SignalInfo | null = userSignal(max(signal, 1), task);
  if (infoAt != 0) {
    info = readInfo(task, signal, infoAt);
    if (info == null) return -EFAULT;
  }
  if (signal != 0) sendToGroup(group, info);
  return 0;
}

/** sigaltstack(2). */
export function sys_sigaltstack(task: Task, stackAt: u64, oldAt: u64): i64 {
  const sp = stackPointer(task);
  if (oldAt != 0) {
    memory.fill(buffer, 0, 24);
    writeStack(task, sp, buffer);
  }
  if (stackAt != 0) {
    const address = readU64(task, stackAt);
    const flags = <i32>readU64(task, stackAt + 8);
    const size = readU64(task, stackAt + 16);
    if (userFault()) return -EFAULT;
    if ((alternateStackState(task, sp) & SS_ONSTACK) != 0) return -EPERM;
    const mode = flags & ~SS_AUTODISARM;
    if (mode != 0 && mode != SS_DISABLE && mode != SS_ONSTACK) return -EINVAL;
    if (mode == SS_DISABLE) {
      task.alternateStackAt = 0;
      task.alternateStackSize = 0;
      task.alternateStackFlags = SS_DISABLE;
    } else {
      if (size < MINSIGSTKSZ || address >= GUEST_END) return -ENOMEM;
      task.alternateStackAt = address;
      task.alternateStackSize = size;
      task.alternateStackFlags = flags & SS_AUTODISARM;
    }
  }
  return oldAt == 0 ? 0 : copyToUser(task, oldAt, buffer, 24);
}

/** rt_sigreturn(2). */
export function sys_rt_sigreturn(task: Task): i64 {
  if (!leaveHandler(task)) forceSignal(task, new SignalInfo(SIGSEGV, SI_KERNEL));
  return LEAVE;
}

/** restart_syscall(2): calls are restarted by executing them again, so nobody needs this. */
export function sys_restart_syscall(task: Task): i64 {
  return -EINTR;
}
