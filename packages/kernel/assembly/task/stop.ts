import { CLD_CONTINUED, CLD_STOPPED, SA_NOCLDSTOP, SIGCHLD, SIGCONT } from '../linux/signal';
import { SignalInfo } from '../signal/info';
import { sendToGroup } from '../signal/send';
import { enqueueRunnable } from './run-queue';
import { TaskState } from './task';
import { ThreadGroup, WaitEvents } from './thread-group';

/** Job control: stops all threads of a process. Each parks when the scheduler next meets it. */
export function stopGroup(group: ThreadGroup, signal: i32): void {
  if (group.stopSignal != 0) return;
  group.stopSignal = signal;
  group.waitEvents = WaitEvents.stopped;
  tellParent(group, CLD_STOPPED, signal);
}

export function continueGroup(group: ThreadGroup): void {
  if (group.stopSignal == 0) return;
  group.stopSignal = 0;
  group.waitEvents = WaitEvents.continued;
  for (let i = 0; i < group.threads.length; i++) {
    const task = group.threads[i];
    if (task.state != TaskState.stopped) continue;
    task.state = TaskState.runnable;
    enqueueRunnable(task);
  }
  tellParent(group, CLD_CONTINUED, SIGCONT);
}

function tellParent(group: ThreadGroup, code: i32, status: i32): void {
  const parent = group.parent;
  if (parent == null) return;
  parent.childEvents.wakeAll();
  if ((parent.actions[SIGCHLD - 1].flags & SA_NOCLDSTOP) != 0) return;
  const info = new SignalInfo(SIGCHLD, code);
  info.pid = group.pid;
  const leader = group.leader;
  if (leader) info.uid = leader.credentials.uid;
  info.value = status;
  sendToGroup(parent, info);
}
