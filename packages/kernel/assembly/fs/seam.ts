/** What files need of the rest of the kernel, in the terms of files. */
import { memoryBytes } from '../boot/config';
import { fileChanged as sharedChanged, fileTruncated as sharedTruncated, flushShared } from '../mm/shared';
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

/** Before file content is read or overwritten: what shared mappings changed goes to the file. */
export function syncShared(inode: Inode): void {
  flushShared(inode.id);
}

/** After content was written: shared mappings must see it. */
export function fileChanged(inode: Inode, offset: i64, n: i64): void {
  sharedChanged(inode.id, offset, n);
}

export function fileTruncated(inode: Inode, size: i64): void {
  sharedTruncated(inode.id, size);
}
