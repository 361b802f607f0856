import { CPU_PC } from '../abi.gen';
import { EINTR, ERESTART_RESTARTBLOCK, ERESTARTNOHAND, ERESTARTNOINTR, ERESTARTSYS } from '../linux/errno';
import { SA_RESETHAND, SA_RESTART, SIG_DFL, SIG_IGN, SIGKILL, SIGSEGV, SIGSTOP, SI_KERNEL, signalBit } from '../linux/signal';
import { programCounter, setRegister, writeState64 } from '../process/cpu-state';
import { endGroup, endTask } from '../task/exit';
import { isOrphaned } from '../task/process-group';
import { stopGroup } from '../task/stop';
import { NEVER, Task, TaskState } from '../task/task';
import { enterHandler } from './frame';
import { SignalInfo } from './info';
import { ignoredByDefault, isProtected, pendingFor, stopsByDefault, takeSignal } from './send';

/** Whether a task has something to do about signals before it goes on. */
export function needsAttention(task: Task): bool {
  return (
    (pendingFor(task) & ~task.blockedSignals) != 0 ||
    task.killed ||
    task.restartCode != 0 ||
    task.hasSavedBlockedSignals ||
    task.group.stopSignal != 0
  );
}

/** Whether a signal would end a wait now. */
export function isInterrupted(task: Task): bool {
  if (task.isDying) return true;
  return !task.uninterruptible && (pendingFor(task) & ~task.blockedSignals) != 0;
}

/** Delivers a task's pending signals, and settles how an interrupted system call goes on. The task may be dead afterwards. */
export function deliverSignals(task: Task): void {
  while (true) {
    if (task.killedByExec && !task.group.exiting) {
      endTask(task, 0);
      return;
    }
    if (task.killed) {
      endGroup(task, task.group.exitStatus);
      return;
    }
    if (task.group.stopSignal != 0) return;
    const set = pendingFor(task) & ~task.blockedSignals;
    if (set == 0) {
      if (task.restartCode != 0) restart(task);
      if (!task.hasSavedBlockedSignals) return;
      task.blockedSignals = task.savedBlockedSignals;
      task.hasSavedBlockedSignals = false;
      continue;
    }
    const info = takeSignal(task, set);
    if (info == null) continue;
    deliver(task, info);
    if (task.state == TaskState.dead) return;
  }
}

function deliver(task: Task, info: SignalInfo): void {
  const signal = info.signal;
  const action = task.group.actions[signal - 1];
  if (signal == SIGKILL) {
    endGroup(task, SIGKILL);
    return;
  }
  if (action.handler == SIG_IGN && signal != SIGSTOP) return;
  if (action.handler == SIG_DFL || signal == SIGSTOP) {
    if (ignoredByDefault(signal) || isProtected(task.group, info)) return;
    if (stopsByDefault(signal)) {
      if (signal == SIGSTOP || !isOrphaned(task.group)) stopGroup(task.group, signal);
      return;
    }
    endGroup(task, signal);
    return;
  }
  settleRestart(task, (action.flags & SA_RESTART) != 0);
  if (!enterHandler(task, info, action)) {
    if (signal == SIGSEGV) action.handler = SIG_DFL;
    forceSignal(task, new SignalInfo(SIGSEGV, SI_KERNEL));
    return;
  }
  if ((action.flags & SA_RESETHAND) != 0) action.handler = SIG_DFL;
}

/** A handler runs: the interrupted call is restarted after it, or says EINTR. */
function settleRestart(task: Task, mayRestart: bool): void {
  const code = task.restartCode;
  if (code == 0) return;
  if (code == -ERESTARTNOINTR || (code == -ERESTARTSYS && mayRestart)) {
    restart(task);
    return;
  }
  task.restartCode = 0;
  task.keptDeadline = NEVER;
  setRegister(task, 0, <u64>(-EINTR));
}

/** Executes the SVC again. */
function restart(task: Task): void {
  task.restartCode = 0;
  setRegister(task, 0, task.argument0);
  writeState64(task, CPU_PC, programCounter(task) - 4);
}

/** Whether a result asks for a decision about restarting. */
export function isRestart(result: i64): bool {
  return (
    result == -ERESTARTSYS ||
    result == -ERESTARTNOINTR ||
    result == -ERESTARTNOHAND ||
    result == -ERESTART_RESTARTBLOCK
  );
}

/** A signal that a task cannot escape, because it caused it: blocked or ignored, it kills. */
export function forceSignal(task: Task, info: SignalInfo): void {
  const action = task.group.actions[info.signal - 1];
  const bit = signalBit(info.signal);
  if (action.handler == SIG_IGN || (task.blockedSignals & bit) != 0) action.handler = SIG_DFL;
  task.blockedSignals &= ~bit;
  task.pending.discard(bit);
  task.pending.push(info);
}
