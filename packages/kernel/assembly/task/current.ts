import { Task } from './task';

/** The task whose system call or fault is being handled. */
let running: Task | null = null;

export function currentTask(): Task {
  return running!;
}

export function setCurrentTask(task: Task | null): void {
  running = task;
}
