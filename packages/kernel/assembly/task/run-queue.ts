import { Task } from './task';

let queue: Task[] = [];
let head: i32 = 0;

/** Puts a runnable task at the end of the line; does nothing when it stands there already. */
export function enqueueRunnable(task: Task): void {
  if (task.queued) return;
  task.queued = true;
  queue.push(task);
}

export function dequeueRunnable(): Task | null {
  if (head == queue.length) return null;
  const task = queue[head++];
  task.queued = false;
  if (head == queue.length) {
    queue.length = 0;
    head = 0;
  } else if (head >= 64) {
    queue = queue.slice(head);
    head = 0;
  }
  return task;
}

export function hasRunnable(): bool {
  return head < queue.length;
}
