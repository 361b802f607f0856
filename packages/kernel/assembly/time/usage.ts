import { processorTime } from '../task/scheduler';
import { ThreadGroup } from '../task/thread-group';

/** Nanoseconds of processor time of a process: its threads, ended ones included. */
export function groupProcessorTime(group: ThreadGroup): u64 {
  let time = group.endedThreadsTime;
  for (let i = 0; i < group.threads.length; i++) time += processorTime(group.threads[i]);
  return time;
}
