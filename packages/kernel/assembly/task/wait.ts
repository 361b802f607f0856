import { Task } from './task';

/**
 * What a system call returns when it cannot complete yet.
 *
 * Before returning it, the call has put its task on one or more wait queues (`task.sleepOn(queue)`), or given it a
 * deadline (`task.setDeadlineOnce(ns)`), or both. The scheduler takes the task off all queues when one wakes it, the deadline
 * passes or a signal arrives, and then runs the *same call again, from the start, with the same arguments*. So a call
 * that may block is written as "try; when there is nothing to do, sleep":
 *
 *     const n = pipe.read(…);
 *     if (n == -EAGAIN && !nonBlocking) { task.sleepOn(pipe.readers); return BLOCK; }
 *
 * What survives from one execution to the next: `task.progress` (0 at the first), `task.deadline`. What the call can see:
 * `task.timedOut`, `task.interrupted`.
 *
 * When the task was interrupted by a signal and the call returns BLOCK again, the scheduler ends it with
 * `task.interruptResult` (-ERESTARTSYS unless the call set another: poll and epoll -EINTR, sigsuspend
 * -ERESTARTNOHAND).
 */
export const BLOCK: i64 = i64.MIN_VALUE + 1;

/** What a system call returns when x0 must stay as it is: execve, rt_sigreturn, exit. Equal to SYSCALL_LEAVE. */
export const LEAVE: i64 = i64.MIN_VALUE;

/** Tasks waiting for something, in the order of their arrival. A wake-up is a hint: the task looks again itself. */
export class WaitQueue {
  private tasks: Task[] = [];

  get isEmpty(): bool {
    return this.tasks.length == 0;
  }

  get length(): i32 {
    return this.tasks.length;
  }

  /** Called by `Task.sleepOn`, which also lets the task leave the queue when something else wakes it. */
  add(task: Task): void {
    this.tasks.push(task);
  }

  remove(task: Task): void {
    const at = this.tasks.indexOf(task);
    if (at >= 0) this.tasks.splice(at, 1);
  }

  /** @returns whether somebody was waiting */
  wakeOne(): bool {
    if (this.tasks.length == 0) return false;
    const task = this.tasks[0];
    task.wake();
    return true;
  }

  wakeAll(): void {
    // wake() takes the task off this queue.
    while (this.tasks.length > 0) {
      const task = this.tasks[this.tasks.length - 1];
      task.wake();
    }
  }
}
