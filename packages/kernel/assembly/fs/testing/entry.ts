/**
 * The kernel as tests of files drive it: booted, with one task in a process that executes nothing. System calls are made
 * from outside, through `testCall`.
 */
import { newFdTable, newFsContext, bindConsole, initFileSystems, fileSystemProblem } from '../api';
import { loadBootConfig } from '../../boot/config';
import { firstTask } from '../../boot/first-task';
import { User } from '../../boot/users';
import { dispatch } from '../../dispatch.gen';
import { log } from '../../host/slots';
import { AddressSpace } from '../../mm/address-space';
import { ProcessSlot } from '../../process/slot';
import { setCurrentTask } from '../../task/current';
import { nextTaskId, registerTask } from '../../task/registry';
import { NEVER, Task, TaskState } from '../../task/task';

export * from '../../index';
export { exportChanges } from '../export';
export { consoleHasReader, consoleInput } from '../console';
export { inflate } from '../inflate';

const tasks: Task[] = [];

/** Boots and makes the first task. @returns whether the filesystems could be made */
export function testBoot(uid: i32): i32 {
  loadBootConfig();
  if (!initFileSystems()) {
    log(fileSystemProblem());
    return 0;
  }
  const user = new User();
  user.uid = uid;
  user.gid = uid;
  const task = firstTask(user, newFdTable(), newFsContext());
  task.mm = new AddressSpace(new ProcessSlot(0));
  tasks.push(task);
  bindConsole(task);
  return 1;
}

/** Another thread of the first process. @returns its index */
export function testThread(): i32 {
  const first = tasks[0];
  const task = new Task(nextTaskId(), first.group, first.files.retain(), first.fs, first.credentials);
  task.mm = first.mm;
  first.group.threads.push(task);
  registerTask(task);
  tasks.push(task);
  return tasks.length - 1;
}

/** Makes a system call in the name of a task. @returns the handler's result, BLOCK included */
export function testCall(which: i32, number: i32, a0: i64, a1: i64, a2: i64, a3: i64, a4: i64, a5: i64): i64 {
  const task = tasks[which];
  setCurrentTask(task);
  if (task.state == TaskState.runnable) {
    // A fresh call; a blocked one that was woken keeps its progress.
    if (!task.inSystemCall) {
      task.progress = 0;
      task.progress2 = 0;
      task.progressObject = null;
      task.deadline = NEVER;
    }
  }
  const result = dispatch(task, number, a0, a1, a2, a3, a4, a5);
  task.inSystemCall = result == i64.MIN_VALUE + 1;
  if (task.inSystemCall) task.state = TaskState.blocked;
  else task.leaveQueues();
  return result;
}

/** Whether a blocked task has been woken. */
export function testIsRunnable(which: i32): i32 {
  return tasks[which].state == TaskState.runnable ? 1 : 0;
}

/** Changes who the task acts as, without capabilities unless it is root. */
export function testSetUser(which: i32, uid: i32, gid: i32): void {
  const task = tasks[which];
  const who = task.credentials.clone();
  who.uid = uid;
  who.euid = uid;
  who.fsuid = uid;
  who.gid = gid;
  who.egid = gid;
  who.fsgid = gid;
  who.groups = [];
  who.effective = uid == 0 ? who.permitted : 0;
  task.credentials = who;
}

export function testAllocate(n: i32): usize {
  return heap.alloc(n);
}

export function testCollect(): void {
  __collect();
}
