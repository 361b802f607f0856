import { hangUpSession } from '../fs/api';
import { wakeFutex } from '../futex/futex';
import { leaveRobustList } from '../futex/robust';
import { undoSemaphores } from '../ipc/semaphores';
import { dropUnusedSegments } from '../ipc/shared-segments';
import {
  CLD_EXITED,
  CLD_KILLED,
  NSIG,
  SA_NOCLDWAIT,
  SIGCHLD,
  SIGCONT,
  SIGHUP,
  SIG_IGN,
} from '../linux/signal';
import { POLL_READABLE } from '../linux/poll';
import { leaveResidence } from '../process/cpu-state';
import { writeU32 } from '../process/user-memory';
import { SignalInfo } from '../signal/info';
import { kernelSignal, sendToGroup, sendToProcessGroup } from '../signal/send';
import { isTracing, traceEvent } from '../trace/trace';
import { signalName } from '../trace/names';
import { stopProcessTimers } from '../time/process-timers';
import { endBox } from './box';
import { isOrphaned } from './process-group';
import { findGroup, unregisterGroup, unregisterTask } from './registry';
import { Task, TaskState } from './task';
import { ThreadGroup } from './thread-group';

/** exit_group(2), or a fatal signal: ends all threads of a task's process, this one now. `status` as wait4(2) encodes it. */
export function endGroup(task: Task, status: i32): void {
  const group = task.group;
  if (!group.exiting) {
    group.exiting = true;
    group.exitStatus = status;
    for (let i = 0; i < group.threads.length; i++) {
      const thread = group.threads[i];
      if (thread === task) continue;
      thread.killed = true;
      thread.interrupt();
    }
    group.stopSignal = 0;
    wakeStopped(group);
  }
  endTask(task, group.exitStatus);
}

/** Threads parked by job control must run once more, to die. */
function wakeStopped(group: ThreadGroup): void {
  for (let i = 0; i < group.threads.length; i++) {
    const thread = group.threads[i];
    if (thread.state != TaskState.stopped) continue;
    thread.state = TaskState.blocked;
    thread.wake();
  }
}

/** Ends one thread; with the last one, its process. */
export function endTask(task: Task, status: i32): void {
  if (task.state == TaskState.dead) return;
  const group = task.group;
  leaveRobustList(task);
  releaseMemory(task);
  task.files.closeAll(task);
  task.leaveQueues();
  task.state = TaskState.dead;
  releaseVforkParent(task);
  if (task.savedState != 0) {
    heap.free(task.savedState);
    task.savedState = 0;
  }
  unregisterTask(task);
  group.endedThreadsTime += task.processorTime;
  group.usedFuel += task.usedFuel;
  const at = group.threads.indexOf(task);
  if (at >= 0) group.threads.splice(at, 1);
  if (group.threads.length == 0) {
    if (!group.exiting) group.exitStatus = status;
    group.lastCredentials = task.credentials;
    group.lastName = task.name;
    if (isTracing()) traceEnd(task);
    endProcess(group);
  } else if (group.threads.length == 1) {
    // execve(2) of another thread may wait for this one.
    group.threadEvents.wakeAll();
  }
}

function traceEnd(task: Task): void {
  const group = task.group;
  const signal = group.exitStatus & 0x7f;
  const how = signal != 0 ? 'killed by ' + signalName(signal) : 'exited with ' + (group.exitStatus >> 8).toString();
  traceEvent(task, '+++ ' + how + ' after ' + group.usedFuel.toString() + ' instructions +++');
}

/** Clears the child TID word and wakes whoever joins the thread; gives up the address space. */
function releaseMemory(task: Task): void {
  const mm = task.mm;
  if (mm == null) return;
  const at = task.clearChildTidAt;
  if (at != 0 && mm.users > 1) {
    writeU32(task, at, 0);
    wakeFutex(task, at, 1);
  }
  leaveResidence(task);
  task.mm = null;
  mm.leave();
}

/** The vfork parent may go on: at exec and at exit of the child. */
export function releaseVforkParent(task: Task): void {
  const parent = task.vforkParent;
  if (parent == null) return;
  task.vforkParent = null;
  parent.waitsForVfork = false;
  parent.wake();
}

function endProcess(group: ThreadGroup): void {
  group.ended = true;
  stopProcessTimers(group);
  undoSemaphores(group);
  dropUnusedSegments();
  if (group.pid == 1) {
    endBox(group.exitStatus);
    return;
  }
  if (group.session.id == group.pid) endSession(group);
  adoptChildren(group);
  const parent = group.parent;
  group.endEvents.notify(POLL_READABLE);
  if (parent == null) {
    unregisterGroup(group);
    return;
  }
  const action = parent.actions[SIGCHLD - 1];
  const unwanted = group.exitSignal == SIGCHLD && (action.handler == SIG_IGN || (action.flags & SA_NOCLDWAIT) != 0);
  // clone(2) takes any number.
  if (group.exitSignal > 0 && group.exitSignal <= NSIG) sendToGroup(parent, childInfo(group));
  if (unwanted) reap(group);
  parent.childEvents.wakeAll();
}

/** SIGCHLD's siginfo for a process that has ended. */
export function childInfo(group: ThreadGroup): SignalInfo {
  const killed = (group.exitStatus & 0x7f) != 0;
  const info = new SignalInfo(group.exitSignal, killed ? CLD_KILLED : CLD_EXITED);
  info.pid = group.pid;
  info.uid = group.lastCredentials!.uid;
  info.value = killed ? group.exitStatus & 0x7f : (group.exitStatus >> 8) & 0xff;
  info.userTime = <i64>(group.endedThreadsTime / 10_000_000);
  return info;
}

/** A zombie disappears: its parent has waited for it, or does not care. */
export function reap(group: ThreadGroup): void {
  const parent = group.parent;
  if (parent != null) {
    const at = parent.children.indexOf(group);
    if (at >= 0) parent.children.splice(at, 1);
    parent.childrenTime += group.endedThreadsTime + group.childrenTime;
  }
  group.parent = null;
  unregisterGroup(group);
}

/** Orphans go to the nearest ancestor that asked for them, else to the first process. */
function adoptChildren(group: ThreadGroup): void {
  let parent = group.parent;
  while (parent != null && !(parent.isChildSubreaper && !parent.ended) && parent.pid != 1) parent = parent.parent;
  const adopter = parent != null ? parent : findGroup(1);
  if (adopter == null) return;
  for (let i = 0; i < group.children.length; i++) {
    const child = group.children[i];
    child.parent = adopter;
    adopter.children.push(child);
    // Whatever signal the parent that it had wanted: nobody is to end the first process with it.
    child.exitSignal = SIGCHLD;
    for (let t = 0; t < child.threads.length; t++) {
      const signal = child.threads[t].parentDeathSignal;
      if (signal != 0) sendToGroup(child, kernelSignal(signal));
    }
    if (child.ended) {
      sendToGroup(adopter, childInfo(child));
      const action = adopter.actions[SIGCHLD - 1];
      if (action.handler == SIG_IGN || (action.flags & SA_NOCLDWAIT) != 0) reap(child);
    } else if (child.stopSignal != 0 && child.pgid != group.pgid && isOrphaned(child)) {
      sendToProcessGroup(child.pgid, SIGHUP);
      sendToProcessGroup(child.pgid, SIGCONT);
    }
  }
  group.children.length = 0;
  adopter.childEvents.wakeAll();
}

/** The session leader is gone: the terminal hangs up. */
function endSession(group: ThreadGroup): void {
  const session = group.session;
  if (session.terminal == 0) return;
  if (session.foregroundGroup != 0) {
    sendToProcessGroup(session.foregroundGroup, SIGHUP);
    sendToProcessGroup(session.foregroundGroup, SIGCONT);
  }
  hangUpSession(session);
}
