import { Task, TaskState } from '../task/task';
import { NEVER } from './never';

/** Blocked tasks with a deadline. */
const sleepers: Task[] = [];
let nearest: u64 = NEVER;

/** A task blocks until its deadline at the latest. */
export function addSleeper(task: Task): void {
  if (task.deadline == NEVER) return;
  if (!sleepers.includes(task)) sleepers.push(task);
  if (task.deadline < nearest) nearest = task.deadline;
}

/** Monotonic time at which somebody may have to be woken. */
export function nearestSleeper(): u64 {
  return nearest;
}

/** Wakes the tasks whose deadline has passed. */
export function wakeSleepers(now: u64): void {
  if (now < nearest) return;
  nearest = NEVER;
  let kept = 0;
  for (let i = 0; i < sleepers.length; i++) {
    const task = sleepers[i];
    if (task.state != TaskState.blocked || task.deadline == NEVER) continue;
    if (task.deadline <= now) {
      task.timedOut = true;
      task.wake();
      continue;
    }
    if (task.deadline < nearest) nearest = task.deadline;
    sleepers[kept++] = task;
  }
  sleepers.length = kept;
}
