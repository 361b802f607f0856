/** What files need of the rest of the kernel, in the terms of files. */
import { memoryBytes } from '../boot/config';
import { syncSharedMappings } from '../mm/shared-mappings';
import { kernelSignal, sendToTask } from '../signal/send';
import { Task } from '../task/task';
import { realtimeNow as now } from '../time/clock';
import { Inode } from './inode';

/** Nanoseconds since 1970. */
export function realtimeNow(): i64 {
  return <i64>now();
}

/** Sends a signal from the kernel to the task itself: SIGPIPE, SIGXFSZ. */
export function raiseSignal(task: Task, signal: i32): void {
  sendToTask(task, kernelSignal(signal));
}

/** What the box's memory is said to be. */
export function boxMemoryBytes(): u64 {
  return memoryBytes();
}

/** Before file content is read or changed: what shared mappings wrote goes to the file, and they look again afterwards. */
export function syncShared(inode: Inode): void {
  if (inode.sharedMappings > 0) syncSharedMappings(inode);
}

let acting: Task | null = null;

/** Remembers in whose name paths are walked. */
export function setActingTask(task: Task): void {
  acting = task;
}

/** The task whose path was walked last; null at boot. */
export function currentTaskOrNull(): Task | null {
  return acting;
}
