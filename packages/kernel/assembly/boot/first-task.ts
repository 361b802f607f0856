import { FdTable, FsContext } from '../fs/api';
import {
  RLIM_INFINITY,
  RLIMIT_CORE,
  RLIMIT_MEMLOCK,
  RLIMIT_MSGQUEUE,
  RLIMIT_NICE,
  RLIMIT_NOFILE,
  RLIMIT_RTPRIO,
  RLIMIT_SIGPENDING,
  RLIMIT_STACK,
} from '../linux/resource';
import { defaultActions } from '../signal/action';
import { Credentials } from '../task/credentials';
import { nextTaskId, registerGroup, registerTask } from '../task/registry';
import { Session } from '../task/session';
import { Task } from '../task/task';
import { ThreadGroup } from '../task/thread-group';
import { monotonicNow } from '../time/clock';
import { User } from './users';

/** The task that will execute the box's command: process 1, leader of session 1. */
export function firstTask(user: User, files: FdTable, context: FsContext): Task {
  const pid = nextTaskId();
  const group = new ThreadGroup(pid, new Session(pid), pid, defaultActions());
  group.startedAt = monotonicNow();
  setDefaultLimits(group);
  const task = new Task(pid, group, files, context, credentialsOf(user));
  task.startedAt = group.startedAt;
  group.threads.push(task);
  registerGroup(group);
  registerTask(task);
  return task;
}

function credentialsOf(user: User): Credentials {
  const who = new Credentials();
  who.uid = user.uid;
  who.euid = user.uid;
  who.suid = user.uid;
  who.fsuid = user.uid;
  who.gid = user.gid;
  who.egid = user.gid;
  who.sgid = user.gid;
  who.fsgid = user.gid;
  who.groups = user.groups;
  if (user.uid != 0) {
    who.effective = 0;
    who.permitted = 0;
  }
  return who;
}

function setDefaultLimits(group: ThreadGroup): void {
  for (let i = 0; i < group.limits.length; i++) group.limits[i] = RLIM_INFINITY;
  setLimit(group, RLIMIT_STACK, 8 << 20, RLIM_INFINITY);
  setLimit(group, RLIMIT_CORE, 0, RLIM_INFINITY);
  setLimit(group, RLIMIT_NOFILE, 1024, 524_288);
  setLimit(group, RLIMIT_MEMLOCK, 8 << 20, 8 << 20);
  setLimit(group, RLIMIT_SIGPENDING, 31_000, 31_000);
  setLimit(group, RLIMIT_MSGQUEUE, 819_200, 819_200);
  setLimit(group, RLIMIT_NICE, 0, 0);
  setLimit(group, RLIMIT_RTPRIO, 0, 0);
}

function setLimit(group: ThreadGroup, resource: i32, soft: u64, hard: u64): void {
  group.limits[resource * 2] = soft;
  group.limits[resource * 2 + 1] = hard;
}
