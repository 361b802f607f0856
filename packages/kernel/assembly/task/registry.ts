import { Task } from './task';
import { ThreadGroup } from './thread-group';

const tasks = new Map<i32, Task>();
const groups = new Map<i32, ThreadGroup>();
let lastPid: i32 = 0;

const PID_MAX: i32 = 4_194_304;

/** The next free task ID, as Linux hands them out: ascending, wrapping to 300. */
export function nextTaskId(): i32 {
  do {
    lastPid = lastPid + 1 >= PID_MAX ? 300 : lastPid + 1;
  } while (tasks.has(lastPid) || groups.has(lastPid));
  return lastPid;
}

/** Lets IDs go on after `id`, as if those up to it had been given out. */
export function passTaskIds(id: i32): void {
  if (id > lastPid && id < PID_MAX) lastPid = id;
}

/** The ID given out last; /proc/loadavg shows it. */
export function lastTaskId(): i32 {
  return lastPid;
}

/** A live thread, or null. */
export function findTask(tid: i32): Task | null {
  return tasks.has(tid) ? tasks.get(tid) : null;
}

/** A process, zombies included, or null. */
export function findGroup(pid: i32): ThreadGroup | null {
  return groups.has(pid) ? groups.get(pid) : null;
}

/** All processes, zombies included, in ascending order of their IDs. */
export function allGroups(): ThreadGroup[] {
  const all = groups.values();
  all.sort((a, b) => a.pid - b.pid);
  return all;
}

/** All live threads. */
export function allTasks(): Task[] {
  return tasks.values();
}

export function registerTask(task: Task): void {
  tasks.set(task.tid, task);
}

export function unregisterTask(task: Task): void {
  tasks.delete(task.tid);
}

export function registerGroup(group: ThreadGroup): void {
  groups.set(group.pid, group);
}

export function unregisterGroup(group: ThreadGroup): void {
  groups.delete(group.pid);
}
