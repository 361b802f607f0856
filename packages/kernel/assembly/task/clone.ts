import { CPU_AT, CPU_SP, CPU_TPIDR, CPU_X } from '../abi.gen';
import { EAGAIN, EINVAL, ENOMEM, EPERM } from '../linux/errno';
import {
  CLONE_CHILD_CLEARTID,
  CLONE_CHILD_SETTID,
  CLONE_CLEAR_SIGHAND,
  CLONE_FILES,
  CLONE_FS,
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  CLONE_PARENT,
  CLONE_PARENT_SETTID,
  CLONE_PIDFD,
  CLONE_SETTLS,
  CLONE_SIGHAND,
  CLONE_THREAD,
  CLONE_VFORK,
  CLONE_VM,
} from '../linux/sched';
import { SIG_IGN, SS_DISABLE } from '../linux/signal';
import { AddressSpace } from '../mm/address-space';
import { allocateState, copyState } from '../process/cpu-state';
import { acquireSlot } from '../process/slots';
import { writeU32 } from '../process/user-memory';
import { copyActions, SignalAction } from '../signal/action';
import { monotonicNow } from '../time/clock';
import { installPidFd } from './pid-fd';
import { nextTaskId, registerGroup, registerTask } from './registry';
import { enqueueRunnable } from './run-queue';
import { Task } from './task';
import { ThreadGroup } from './thread-group';
import { BLOCK } from './wait';

const NAMESPACES: u64 =
  CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

/** What clone(2) and clone3(2) ask for. */
export class CloneRequest {
  flags: u64 = 0;
  exitSignal: i32 = 0;
  /** New stack pointer; 0: keep. */
  stackPointer: u64 = 0;
  parentTidAt: u64 = 0;
  childTidAt: u64 = 0;
  pidFdAt: u64 = 0;
  tls: u64 = 0;
}

/**
 * Makes a thread or a process.
 *
 * @returns the child's ID, or -errno; BLOCK while a vfork parent waits
 * @source Linux kernel/fork.c, copy_process (fixes the order of the checks)
 */
export function cloneTask(task: Task, request: CloneRequest): i64 {
  if (task.progress != 0) return task.waitsForVfork ? BLOCK : <i64>task.progress;
  const flags = request.flags;
  const problem = checkFlags(flags);
  if (problem != 0) return problem;

  const mm = childMemory(task, flags);
  if (mm == null) return -memoryProblem;

  const isThread = (flags & CLONE_THREAD) != 0;
  const tid = nextTaskId();
  const group = isThread ? task.group : childGroup(task, tid, request);
  const files = (flags & CLONE_FILES) != 0 ? task.files.retain() : task.files.clone();
  const fs = (flags & CLONE_FS) != 0 ? task.fs : task.fs.clone();
  const child = new Task(tid, group, files, fs, task.credentials);
  child.mm = mm;
  child.savedState = childState(task, request);
  inherit(task, child, flags);
  group.threads.push(child);
  registerTask(child);

  if ((flags & CLONE_PARENT_SETTID) != 0) writeU32(task, request.parentTidAt, tid);
  if ((flags & CLONE_CHILD_SETTID) != 0) writeU32(child, request.childTidAt, tid);
  if ((flags & CLONE_CHILD_CLEARTID) != 0) child.clearChildTidAt = request.childTidAt;
  if ((flags & CLONE_PIDFD) != 0) {
    const fd = installPidFd(task, group);
    if (fd >= 0) writeU32(task, request.pidFdAt, fd);
  }
  enqueueRunnable(child);
  if ((flags & CLONE_VFORK) == 0) return tid;
  child.vforkParent = task;
  task.waitsForVfork = true;
  task.uninterruptible = true;
  task.progress = tid;
  return BLOCK;
}

function checkFlags(flags: u64): i32 {
  if ((flags & NAMESPACES) != 0) return -EPERM;
  if ((flags & CLONE_THREAD) != 0 && (flags & CLONE_SIGHAND) == 0) return -EINVAL;
  if ((flags & CLONE_SIGHAND) != 0 && (flags & CLONE_VM) == 0) return -EINVAL;
  if ((flags & CLONE_SIGHAND) != 0 && (flags & CLONE_CLEAR_SIGHAND) != 0) return -EINVAL;
  if ((flags & CLONE_THREAD) != 0 && (flags & CLONE_PIDFD) != 0) return -EINVAL;
  return 0;
}

let memoryProblem: i32 = 0;

function childMemory(task: Task, flags: u64): AddressSpace | null {
  const mm = task.mm!;
  if ((flags & CLONE_VM) != 0) {
    mm.users++;
    return mm;
  }
  const slot = acquireSlot();
  if (slot == null) {
    memoryProblem = EAGAIN;
    return null;
  }
  const copy = new AddressSpace(slot);
  if (mm.copyTo(copy) != 0) {
    copy.leave();
    memoryProblem = ENOMEM;
    return null;
  }
  return copy;
}

function childGroup(task: Task, pid: i32, request: CloneRequest): ThreadGroup {
  const parent = task.group;
  const flags = request.flags;
  let actions: SignalAction[];
  if ((flags & CLONE_SIGHAND) != 0) actions = parent.actions;
  else actions = copyActions(parent.actions);
  if ((flags & CLONE_CLEAR_SIGHAND) != 0) {
    for (let i = 0; i < actions.length; i++) {
      if (actions[i].handler != SIG_IGN) actions[i] = new SignalAction();
    }
  }
  const group = new ThreadGroup(pid, parent.session, parent.pgid, actions);
  group.exitSignal = request.exitSignal;
  group.parent = (flags & CLONE_PARENT) != 0 ? parent.parent : parent;
  if ((flags & CLONE_PARENT) != 0) group.exitSignal = parent.exitSignal;
  const actual = group.parent;
  if (actual) actual.children.push(group);
  memory.copy(changetype<usize>(group.limits), changetype<usize>(parent.limits), 256);
  group.executablePath = parent.executablePath;
  group.startedAt = monotonicNow();
  group.dumpable = parent.dumpable;
  group.personality = parent.personality;
  group.oomScoreAdjust = parent.oomScoreAdjust;
  registerGroup(group);
  return group;
}

function childState(task: Task, request: CloneRequest): usize {
  const state = allocateState();
  copyState(task, state);
  store<u64>(state + (CPU_X - CPU_AT), 0);
  if (request.stackPointer != 0) store<u64>(state + (CPU_SP - CPU_AT), request.stackPointer);
  if ((request.flags & CLONE_SETTLS) != 0) store<u64>(state + (CPU_TPIDR - CPU_AT), request.tls);
  return state;
}

function inherit(task: Task, child: Task, flags: u64): void {
  child.name = task.name;
  child.blockedSignals = task.blockedSignals;
  child.startedAt = monotonicNow();
  child.nice = task.nice;
  child.schedulerPolicy = task.schedulerPolicy;
  child.schedulerPriority = task.schedulerPriority;
  if ((flags & CLONE_VM) == 0 || (flags & CLONE_VFORK) != 0) {
    child.alternateStackAt = task.alternateStackAt;
    child.alternateStackSize = task.alternateStackSize;
    child.alternateStackFlags = task.alternateStackFlags;
  } else {
    child.alternateStackFlags = SS_DISABLE;
  }
}
