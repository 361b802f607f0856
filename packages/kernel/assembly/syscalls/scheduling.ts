/** Scheduling, priorities, limits and accounting. */
import { EACCES, EFAULT, EINVAL, EPERM, ESRCH } from '../linux/errno';
import { RLIMIT_NOFILE } from '../linux/resource';
import { SCHED_BATCH, SCHED_FIFO, SCHED_IDLE, SCHED_OTHER, SCHED_RESET_ON_FORK, SCHED_RR, SCHED_DEADLINE } from '../linux/sched';
import { copyToUser, readI32, readU64, userFault, writeU32, writeU64, zeroUser } from '../process/user-memory';
import { CAP_SYS_NICE, CAP_SYS_RESOURCE } from '../task/credentials';
import { allGroups, findGroup, findTask } from '../task/registry';
import { processorTime } from '../task/scheduler';
import { Task } from '../task/task';
import { ThreadGroup } from '../task/thread-group';
import { monotonicNow } from '../time/clock';
import { writeUsage } from '../time/resource-usage';
import { writeTimespec } from '../time/timespec';
import { groupProcessorTime } from '../time/usage';

/** sched_yield(2): the slice ends with the call. */
export function sys_sched_yield(task: Task): i64 {
  task.yields = true;
  return 0;
}

function taskOf(task: Task, pid: i32): Task | null {
  return pid == 0 ? task : findTask(pid);
}

/** sched_getaffinity(2): one processor. @returns bytes written */
export function sys_sched_getaffinity(task: Task, pid: i32, size: u64, maskAt: u64): i64 {
  if (size < 8 || (size & 7) != 0) return -EINVAL;
  if (taskOf(task, pid) == null) return -ESRCH;
  if (writeU64(task, maskAt, 1) != 0) return -EFAULT;
  return 8;
}

/** sched_setaffinity(2). */
export function sys_sched_setaffinity(task: Task, pid: i32, size: u64, maskAt: u64): i64 {
  if (taskOf(task, pid) == null) return -ESRCH;
  if (size == 0) return -EINVAL;
  const mask = size >= 8 ? readU64(task, maskAt) : <u64>readI32(task, maskAt);
  if (userFault()) return -EFAULT;
  return (mask & 1) == 0 ? -EINVAL : 0;
}

function isKnownPolicy(policy: i32): bool {
  return policy >= SCHED_OTHER && policy <= SCHED_DEADLINE && policy != 4;
}

function isRealtime(policy: i32): bool {
  return policy == SCHED_FIFO || policy == SCHED_RR;
}

function setScheduler(task: Task, pid: i32, policy: i32, priority: i32): i64 {
  const target = taskOf(task, pid);
  if (target == null) return -ESRCH;
  const kind = policy & ~SCHED_RESET_ON_FORK;
  if (kind != SCHED_OTHER && kind != SCHED_BATCH && kind != SCHED_IDLE && !isRealtime(kind)) return -EINVAL;
  if (isRealtime(kind) ? priority < 1 || priority > 99 : priority != 0) return -EINVAL;
  if (isRealtime(kind) && !task.credentials.has(CAP_SYS_NICE)) return -EPERM;
  target.schedulerPolicy = policy;
  target.schedulerPriority = priority;
  return 0;
}

/** sched_setparam(2). */
export function sys_sched_setparam(task: Task, pid: i32, at: u64): i64 {
  if (pid < 0) return -EINVAL;
  const priority = readI32(task, at);
  if (userFault()) return -EFAULT;
  const target = taskOf(task, pid);
  return target == null ? -ESRCH : setScheduler(task, pid, target.schedulerPolicy, priority);
}

/** sched_setscheduler(2). */
export function sys_sched_setscheduler(task: Task, pid: i32, policy: i32, at: u64): i64 {
  if (pid < 0 || policy < 0) return -EINVAL;
  const priority = readI32(task, at);
  if (userFault()) return -EFAULT;
  return setScheduler(task, pid, policy, priority);
}

/** sched_getscheduler(2). */
export function sys_sched_getscheduler(task: Task, pid: i32): i64 {
  if (pid < 0) return -EINVAL;
  const target = taskOf(task, pid);
  return target == null ? -ESRCH : target.schedulerPolicy;
}

/** sched_getparam(2). */
export function sys_sched_getparam(task: Task, pid: i32, at: u64): i64 {
  if (pid < 0 || at == 0) return -EINVAL;
  const target = taskOf(task, pid);
  return target == null ? -ESRCH : writeU32(task, at, target.schedulerPriority);
}

/** sched_get_priority_max(2). */
export function sys_sched_get_priority_max(task: Task, policy: i32): i64 {
  if (!isKnownPolicy(policy)) return -EINVAL;
  return isRealtime(policy) ? 99 : 0;
}

/** sched_get_priority_min(2). */
export function sys_sched_get_priority_min(task: Task, policy: i32): i64 {
  if (!isKnownPolicy(policy)) return -EINVAL;
  return isRealtime(policy) ? 1 : 0;
}

/** sched_rr_get_interval(2). */
export function sys_sched_rr_get_interval(task: Task, pid: i32, at: u64): i64 {
  if (pid < 0) return -EINVAL;
  if (taskOf(task, pid) == null) return -ESRCH;
  return writeTimespec(task, at, 4_000_000);
}

const SCHED_ATTR_BYTES: i32 = 48;

/** sched_setattr(2). */
export function sys_sched_setattr(task: Task, pid: i32, at: u64, flags: u32): i64 {
  if (pid < 0 || at == 0 || flags != 0) return -EINVAL;
  const policy = readI32(task, at + 4);
  const nice = readI32(task, at + 16);
  const priority = readI32(task, at + 20);
  if (userFault()) return -EFAULT;
  const result = setScheduler(task, pid, policy, priority);
  const target = taskOf(task, pid);
  if (result == 0 && target != null && policy == SCHED_OTHER) target.nice = nice;
  return result;
}

/** sched_getattr(2). */
export function sys_sched_getattr(task: Task, pid: i32, at: u64, size: u64, flags: u32): i64 {
  if (pid < 0 || at == 0 || flags != 0 || size < <u64>SCHED_ATTR_BYTES || size > 4096) return -EINVAL;
  const target = taskOf(task, pid);
  if (target == null) return -ESRCH;
  if (zeroUser(task, at, SCHED_ATTR_BYTES) != 0) return -EFAULT;
  writeU32(task, at, SCHED_ATTR_BYTES);
  writeU32(task, at + 4, target.schedulerPolicy);
  writeU32(task, at + 16, target.nice);
  writeU32(task, at + 20, target.schedulerPriority);
  return 0;
}

// ── nice values ──

const PRIO_PROCESS: i32 = 0;
const PRIO_PGRP: i32 = 1;
const PRIO_USER: i32 = 2;

/** The tasks that getpriority(2) and setpriority(2) name. */
function tasksOf(task: Task, which: i32, who: i32): Task[] {
  const result: Task[] = [];
  if (which == PRIO_PROCESS) {
    const target = taskOf(task, who);
    if (target != null) result.push(target);
    return result;
  }
  const groups = allGroups();
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i];
    const leader = group.leader;
    if (leader == null) continue;
    if (which == PRIO_PGRP && group.pgid == (who == 0 ? task.group.pgid : who)) result.push(leader);
    const uid = who == 0 ? task.credentials.uid : <u32>who;
    if (which == PRIO_USER && leader.credentials.uid == uid) result.push(leader);
  }
  return result;
}

/** getpriority(2). @returns 20 - nice */
export function sys_getpriority(task: Task, which: i32, who: i32): i64 {
  if (which < PRIO_PROCESS || which > PRIO_USER) return -EINVAL;
  const targets = tasksOf(task, which, who);
  if (targets.length == 0) return -ESRCH;
  let best = 0;
  for (let i = 0; i < targets.length; i++) best = max(best, 20 - targets[i].nice);
  return best;
}

/** setpriority(2). */
export function sys_setpriority(task: Task, which: i32, who: i32, nice: i32): i64 {
  if (which < PRIO_PROCESS || which > PRIO_USER) return -EINVAL;
  const targets = tasksOf(task, which, who);
  if (targets.length == 0) return -ESRCH;
  const value = min(max(nice, -20), 19);
  for (let i = 0; i < targets.length; i++) {
    if (value < targets[i].nice && !task.credentials.has(CAP_SYS_NICE)) return -EACCES;
    targets[i].nice = value;
  }
  return 0;
}

// ── limits ──

const RESOURCES: i32 = 16;
/** What the files can number: fs.nr_open. */
const NR_OPEN: u64 = 1 << 20;

/** prlimit64(2). */
export function sys_prlimit64(task: Task, pid: i32, resource: i32, newAt: u64, oldAt: u64): i64 {
  if (<u32>resource >= <u32>RESOURCES) return -EINVAL;
  const group = pid == 0 ? task.group : findGroup(pid);
  if (group == null) return -ESRCH;
  if (group !== task.group && !mayControl(task, group)) return -EPERM;
  let soft: u64 = 0;
  let hard: u64 = 0;
  if (newAt != 0) {
    soft = readU64(task, newAt);
    hard = readU64(task, newAt + 8);
    if (userFault()) return -EFAULT;
    const problem = checkLimit(task, group, resource, soft, hard);
    if (problem != 0) return problem;
  }
  if (oldAt != 0) {
    if (writeU64(task, oldAt, group.limits[resource * 2]) != 0) return -EFAULT;
    if (writeU64(task, oldAt + 8, group.limits[resource * 2 + 1]) != 0) return -EFAULT;
  }
  if (newAt != 0) {
    group.limits[resource * 2] = soft;
    group.limits[resource * 2 + 1] = hard;
  }
  return 0;
}

function mayControl(task: Task, group: ThreadGroup): bool {
  const leader = group.leader;
  return task.credentials.has(CAP_SYS_RESOURCE) || (leader != null && leader.credentials.uid == task.credentials.uid);
}

function checkLimit(task: Task, group: ThreadGroup, resource: i32, soft: u64, hard: u64): i32 {
  if (soft > hard) return -EINVAL;
  if (resource == RLIMIT_NOFILE && hard > NR_OPEN) return -EPERM;
  if (hard > group.limits[resource * 2 + 1] && !task.credentials.has(CAP_SYS_RESOURCE)) return -EPERM;
  return 0;
}

/** getrlimit(2). */
export function sys_getrlimit(task: Task, resource: i32, at: u64): i64 {
  return at == 0 ? -EFAULT : sys_prlimit64(task, 0, resource, 0, at);
}

/** setrlimit(2). */
export function sys_setrlimit(task: Task, resource: i32, at: u64): i64 {
  return at == 0 ? -EFAULT : sys_prlimit64(task, 0, resource, at, 0);
}

// ── accounting ──

const RUSAGE_SELF: i32 = 0;
const RUSAGE_CHILDREN: i32 = -1;
const RUSAGE_THREAD: i32 = 1;

/** getrusage(2). */
export function sys_getrusage(task: Task, who: i32, at: u64): i64 {
  const resident = <u64>task.mm!.residentPeak << 2;
  switch (who) {
    case RUSAGE_SELF:
      return writeUsage(task, at, groupProcessorTime(task.group), resident);
    case RUSAGE_THREAD:
      return writeUsage(task, at, processorTime(task), resident);
    case RUSAGE_CHILDREN:
      return writeUsage(task, at, task.group.childrenTime);
    default:
      return -EINVAL;
  }
}

/** Clock ticks a second, as times(2) counts. */
const TICK: u64 = 10_000_000;
const buffer: usize = memory.data(32, 8);

/** times(2). @returns ticks since boot */
export function sys_times(task: Task, at: u64): i64 {
  if (at != 0) {
    store<u64>(buffer, groupProcessorTime(task.group) / TICK);
    store<u64>(buffer, 0, 8);
    store<u64>(buffer, task.group.childrenTime / TICK, 16);
    store<u64>(buffer, 0, 24);
    if (copyToUser(task, at, buffer, 32) != 0) return -EFAULT;
  }
  return <i64>(monotonicNow() / TICK);
}

/** getcpu(2). */
export function sys_getcpu(task: Task, cpuAt: u64, nodeAt: u64): i64 {
  if (cpuAt != 0 && writeU32(task, cpuAt, 0) != 0) return -EFAULT;
  if (nodeAt != 0 && writeU32(task, nodeAt, 0) != 0) return -EFAULT;
  return 0;
}

const IOPRIO_WHO_PROCESS: i32 = 1;
const IOPRIO_WHO_USER: i32 = 3;

/** ioprio_get(2): there is one queue, so everybody has the default class. */
export function sys_ioprio_get(task: Task, which: i32, who: i32): i64 {
  if (which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER) return -EINVAL;
  return 0;
}

/** ioprio_set(2). */
export function sys_ioprio_set(task: Task, which: i32, who: i32, priority: i32): i64 {
  return which < IOPRIO_WHO_PROCESS || which > IOPRIO_WHO_USER ? -EINVAL : 0;
}
