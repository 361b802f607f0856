import {
  SI_KERNEL,
  SI_TKILL,
  SI_USER,
  SIGCHLD,
  SIGCONT,
  SIGKILL,
  SIGSTOP,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  SIGURG,
  SIGWINCH,
  SIG_DFL,
  SIG_IGN,
  signalBit,
} from '../linux/signal';
import { RLIMIT_SIGPENDING } from '../linux/resource';
import { notifySignalFiles } from '../fs/signal-file';
import { allGroups } from '../task/registry';
import { continueGroup } from '../task/stop';
import { Task } from '../task/task';
import { ThreadGroup } from '../task/thread-group';
import { SignalInfo } from './info';
import { SignalQueue } from './queue';

const STOP_SIGNALS: u64 =
  (<u64>1 << (SIGSTOP - 1)) | (<u64>1 << (SIGTSTP - 1)) | (<u64>1 << (SIGTTIN - 1)) | (<u64>1 << (SIGTTOU - 1));
const IGNORED_BY_DEFAULT: u64 =
  (<u64>1 << (SIGCHLD - 1)) | (<u64>1 << (SIGURG - 1)) | (<u64>1 << (SIGWINCH - 1)) | (<u64>1 << (SIGCONT - 1));

export function stopsByDefault(signal: i32): bool {
  return (signalBit(signal) & STOP_SIGNALS) != 0;
}

export function ignoredByDefault(signal: i32): bool {
  return (signalBit(signal) & IGNORED_BY_DEFAULT) != 0;
}

/** A signal sent by the kernel itself. */
export function kernelSignal(signal: i32): SignalInfo {
  return new SignalInfo(signal, SI_KERNEL);
}

/** A signal sent by a task with kill(2). */
export function userSignal(signal: i32, sender: Task): SignalInfo {
  const info = new SignalInfo(signal, SI_USER);
  info.pid = sender.pid;
  info.uid = sender.credentials.uid;
  return info;
}

/** A signal sent by a task with tgkill(2). */
export function threadSignal(signal: i32, sender: Task): SignalInfo {
  const info = userSignal(signal, sender);
  info.code = SI_TKILL;
  return info;
}

/** Whether the process would throw the signal away. */
export function isIgnored(group: ThreadGroup, signal: i32): bool {
  const handler = group.actions[signal - 1].handler;
  return handler == SIG_IGN || (handler == SIG_DFL && ignoredByDefault(signal));
}

/**
 * The first process of the box is protected from its own children's signals, like a container's: what it does not
 * handle, they cannot make it do. Signals of its own, the kernel's and the host's count.
 *
 * @source Linux kernel/signal.c, sig_task_ignored and get_signal (SIGNAL_UNKILLABLE)
 */
export function isProtected(group: ThreadGroup, info: SignalInfo): bool {
  if (group.pid != 1 || info.code > 0 || info.pid == 1 || info.pid == 0) return false;
  return info.signal == SIGKILL || info.signal == SIGSTOP || group.actions[info.signal - 1].handler == SIG_DFL;
}

function isDropped(group: ThreadGroup, info: SignalInfo): bool {
  return isIgnored(group, info.signal) || isProtected(group, info);
}

/** Sends a signal to one thread: SIGPIPE, SIGSEGV, tgkill(2). */
export function sendToTask(task: Task, info: SignalInfo): void {
  if (!prepare(task.group, info)) return;
  // A blocked signal is never thrown away: there may be a handler by the time it is unblocked, or a signalfd.
  if (isDropped(task.group, info) && (task.blockedSignals & signalBit(info.signal)) == 0) return;
  if (!task.pending.push(info, task.group.limit(RLIMIT_SIGPENDING))) return;
  notifySignalFiles();
  if (info.signal == SIGKILL) killGroup(task.group);
  else if ((task.unreceivedSignals & signalBit(info.signal)) == 0) task.interrupt();
}

/** Sends a signal to a process: any of its threads that does not block it takes it. */
export function sendToGroup(group: ThreadGroup, info: SignalInfo): void {
  if (!prepare(group, info)) return;
  const bit = signalBit(info.signal);
  if (isDropped(group, info) && !anyBlocks(group, bit)) return;
  if (!group.pending.push(info, group.limit(RLIMIT_SIGPENDING))) return;
  notifySignalFiles();
  if (info.signal == SIGKILL) {
    killGroup(group);
    return;
  }
  for (let i = 0; i < group.threads.length; i++) {
    const task = group.threads[i];
    if ((task.unreceivedSignals & bit) != 0) continue;
    task.interrupt();
    return;
  }
}

/** Effects a signal has on being sent, whatever becomes of it. @returns whether to go on */
function prepare(group: ThreadGroup, info: SignalInfo): bool {
  if (group.ended || group.threads.length == 0) return false;
  const signal = info.signal;
  if ((signal == SIGKILL || signal == SIGSTOP) && isProtected(group, info)) return false;
  if (signal == SIGCONT) {
    discardPending(group, STOP_SIGNALS);
    continueGroup(group);
  } else if (stopsByDefault(signal)) {
    discardPending(group, signalBit(SIGCONT));
  } else if (signal == SIGKILL) {
    continueGroup(group);
  }
  return true;
}

function discardPending(group: ThreadGroup, signals: u64): void {
  group.pending.discard(signals);
  for (let i = 0; i < group.threads.length; i++) group.threads[i].pending.discard(signals);
}

function anyBlocks(group: ThreadGroup, bit: u64): bool {
  for (let i = 0; i < group.threads.length; i++) if ((group.threads[i].blockedSignals & bit) != 0) return true;
  return false;
}

function killGroup(group: ThreadGroup): void {
  for (let i = 0; i < group.threads.length; i++) group.threads[i].interrupt();
}

/**
 * Sends a signal from the kernel to all processes of a process group: SIGINT, SIGTSTP, SIGHUP, SIGWINCH, SIGTTIN.
 *
 * @returns number of processes
 */
export function sendToProcessGroup(pgid: i32, signal: i32): i32 {
  const groups = allGroups();
  let count = 0;
  for (let i = 0; i < groups.length; i++) {
    if (groups[i].pgid != pgid || groups[i].ended) continue;
    sendToGroup(groups[i], kernelSignal(signal));
    count++;
  }
  return count;
}

/** Signals that are pending for a task, its own and its process's. */
export function pendingFor(task: Task): u64 {
  return task.pending.set | task.group.pending.set;
}

/** Takes a pending signal of the set, the lowest number first; the thread's own before the process's. */
export function takeSignal(task: Task, set: u64): SignalInfo | null {
  const own = task.pending.set & set;
  if (own != 0) return takeFrom(task.pending, own);
  const shared = task.group.pending.set & set;
  return shared != 0 ? takeFrom(task.group.pending, shared) : null;
}

/** Faults are taken before everything else. */
const SYNCHRONOUS: u64 = (1 << 3) | (1 << 4) | (1 << 6) | (1 << 7) | (1 << 10) | (1 << 30);

function takeFrom(queue: SignalQueue, set: u64): SignalInfo | null {
  const first = (set & SYNCHRONOUS) != 0 ? set & SYNCHRONOUS : set;
  return queue.take(<i32>ctz(first) + 1);
}
