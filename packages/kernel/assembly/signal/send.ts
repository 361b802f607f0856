import { SI_USER, SI_KERNEL } from '../linux/signal';
import { Task } from '../task/task';
import { ThreadGroup } from '../task/thread-group';
import { SignalInfo } from './info';

/** Sends a signal from the kernel to one thread: SIGPIPE, SIGSEGV. */
export function sendToTask(task: Task, info: SignalInfo): void {}

/** Sends a signal to a process: any of its threads that does not block it takes it. */
export function sendToGroup(group: ThreadGroup, info: SignalInfo): void {}

/** Sends a signal from the kernel to all processes of a process group: SIGINT, SIGTSTP, SIGHUP, SIGWINCH, SIGTTIN. @returns number of processes */
export function sendToProcessGroup(pgid: i32, signal: i32): i32 {
  return 0;
}

/** A signal sent by the kernel itself. */
export function kernelSignal(signal: i32): SignalInfo {
  return new SignalInfo(signal, SI_KERNEL);
}

/** A signal sent by a task with kill(2). */
export function userSignal(signal: i32, sender: Task): SignalInfo {
  const info = new SignalInfo(signal, SI_USER);
  info.pid = sender.pid;
  info.uid = sender.credentials.uid;
  return info;
}
