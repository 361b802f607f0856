import { copyToUser } from '../process/user-memory';
import { Task } from '../task/task';
import { ThreadGroup } from '../task/thread-group';

/** struct rusage of 64-bit machines. @source Linux include/uapi/linux/resource.h */
export const RUSAGE_BYTES: i32 = 144;
const buffer: usize = memory.data(144, 8);

/** Processor time of a process and of the children it waited for. */
export function childUsage(group: ThreadGroup): u64 {
  return group.endedThreadsTime + group.childrenTime;
}

/** Writes a struct rusage whose user time is `time` nanoseconds. @returns 0 or -EFAULT */
export function writeUsage(task: Task, at: u64, time: u64, maxResidentKiB: u64 = 0): i32 {
  memory.fill(buffer, 0, RUSAGE_BYTES);
  store<u64>(buffer, time / 1_000_000_000);
  store<u64>(buffer, (time % 1_000_000_000) / 1000, 8);
  store<u64>(buffer, maxResidentKiB, 32);
  return copyToUser(task, at, buffer, RUSAGE_BYTES);
}
