import { WaitQueue } from '../task/wait';
import { Task } from '../task/task';

/** Something that wants to hear, besides sleeping tasks, when a file becomes ready: an epoll registration. */
export abstract class Listener {
  nextListener: Listener | null = null;
  abstract onReady(events: u32): void;
}

/** What tasks and epoll registrations wait on to hear that a file may have become ready. */
export class Notifier {
  readonly tasks: WaitQueue = new WaitQueue();
  private listeners: Listener | null = null;

  /** Whether any task or epoll instance waits. */
  get isAwaited(): bool {
    return !this.tasks.isEmpty || this.listeners != null;
  }

  /** Wakes all tasks; tells all listeners. */
  notify(events: u32): void {
    this.tasks.wakeAll();
    let listener = this.listeners;
    while (listener) {
      const next = listener.nextListener;
      listener.onReady(events);
      listener = next;
    }
  }

  sleep(task: Task): void {
    task.sleepOn(this.tasks);
  }

  listen(listener: Listener): void {
    listener.nextListener = this.listeners;
    this.listeners = listener;
  }

  unlisten(listener: Listener): void {
    let at = this.listeners;
    if (at === listener) {
      this.listeners = listener.nextListener;
      return;
    }
    while (at) {
      if (at.nextListener === listener) {
        at.nextListener = listener.nextListener;
        return;
      }
      at = at.nextListener;
    }
  }
}
