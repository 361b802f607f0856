/** System V semaphores. */
import { IpcPermission } from '../ipc/permission';
import { createSet, findSet, findSetByKey, noteUndo, removeSet, SemaphoreSet } from '../ipc/semaphores';
import { E2BIG, EAGAIN, EEXIST, EFAULT, EFBIG, EIDRM, EINTR, EINVAL, ENOENT, EPERM, ERANGE } from '../linux/errno';
import {
  GETALL,
  GETNCNT,
  GETPID,
  GETVAL,
  GETZCNT,
  IPC_CREAT,
  IPC_EXCL,
  IPC_NOWAIT,
  IPC_PERM_BYTES,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  SEM_UNDO,
  SEMID_DS_BYTES,
  SEMMSL,
  SEMOPM,
  SEMVMX,
  SETALL,
  SETVAL,
} from '../linux/ipc';
import { copyFromUser, copyToUser, readU16, readU32, userFault, writeU16 } from '../process/user-memory';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { monotonicNow, realtimeSeconds } from '../time/clock';
import { readTimespec, timespecError } from '../time/timespec';

const OPERATION_BYTES: i32 = 6;
const buffer: usize = memory.data(3000, 8); // SEMOPM operations

/** semget(2). */
export function sys_semget(task: Task, key: i32, count: i32, flags: i32): i64 {
  if (count < 0 || count > SEMMSL) return -EINVAL;
  if (key != IPC_PRIVATE) {
    const known = findSetByKey(key);
    if (known != null) {
      if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL)) return -EEXIST;
      if (count > known.values.length) return -EINVAL;
      const problem = known.permission.check(task.credentials, <u32>((flags >> 6) & 6));
      return problem != 0 ? problem : known.id;
    }
    if ((flags & IPC_CREAT) == 0) return -ENOENT;
  }
  if (count == 0) return -EINVAL;
  return createSet(new IpcPermission(key, task.credentials, flags & 0o777), count).id;
}

/** semop(2). */
export function sys_semop(task: Task, id: i32, at: u64, count: u64): i64 {
  return operate(task, id, at, count, 0);
}

/** semtimedop(2). */
export function sys_semtimedop(task: Task, id: i32, at: u64, count: u64, timeout: u64): i64 {
  return operate(task, id, at, count, timeout);
}

function operate(task: Task, id: i32, at: u64, count: u64, timeout: u64): i64 {
  if (count < 1) return -EINVAL;
  if (count > <u64>SEMOPM) return -E2BIG;
  const n = <i32>count;
  if (copyFromUser(task, at, buffer, n * OPERATION_BYTES) != 0) return -EFAULT;
  const set = findSet(id);
  if (set == null) return task.progress != 0 ? -EIDRM : -EINVAL;
  let changes = false;
  for (let i = 0; i < n; i++) {
    if (<i32>load<u16>(buffer + i * OPERATION_BYTES) >= set.values.length) return -EFBIG;
    if (load<i16>(buffer + i * OPERATION_BYTES, 2) != 0) changes = true;
  }
  const problem = set.permission.check(task.credentials, changes ? 2 : 4);
  if (problem != 0) return problem;
  const result = tryOperations(task, set, n);
  if (result != BLOCK) return result;
  if (task.timedOut) return -EAGAIN;
  if (timeout != 0) {
    const time = readTimespec(task, timeout);
    if (timespecError() != 0) return timespecError();
    task.setDeadlineOnce(monotonicNow() + time);
  }
  task.progress = 1;
  task.interruptResult = -EINTR;
  task.sleepOn(set.changed);
  return BLOCK;
}

/** All operations or none. @returns 0, -errno, or BLOCK when one cannot be done now */
function tryOperations(task: Task, set: SemaphoreSet, n: i32): i64 {
  let done = 0;
  let failure: i64 = 0;
  for (; done < n; done++) {
    const at = buffer + done * OPERATION_BYTES;
    const number = load<u16>(at);
    const operation = <i32>load<i16>(at, 2);
    const value = set.values[number];
    if (operation == 0 ? value != 0 : value + operation < 0) {
      failure = (load<i16>(at, 4) & IPC_NOWAIT) != 0 ? -EAGAIN : BLOCK;
      break;
    }
    if (value + operation > SEMVMX) {
      failure = -ERANGE;
      break;
    }
    set.values[number] = value + operation;
  }
  if (failure != 0) {
    while (--done >= 0) {
      const at = buffer + done * OPERATION_BYTES;
      set.values[load<u16>(at)] -= <i32>load<i16>(at, 2);
    }
    return failure;
  }
  for (let i = 0; i < n; i++) {
    const at = buffer + i * OPERATION_BYTES;
    const number = load<u16>(at);
    set.pids[number] = task.pid;
    if ((<i32>load<i16>(at, 4) & SEM_UNDO) != 0) noteUndo(task.group, set, number, load<i16>(at, 2));
  }
  set.operationTime = realtimeSeconds();
  set.changed.wakeAll();
  return 0;
}

/** semctl(2). */
export function sys_semctl(task: Task, id: i32, number: i32, command: i32, argument: u64): i64 {
  const set = findSet(id);
  if (set == null) return -EINVAL;
  switch (command) {
    case IPC_RMID:
      if (!set.permission.mayControl(task.credentials)) return -EPERM;
      removeSet(set);
      return 0;
    case IPC_SET:
      return setOwner(task, set, argument);
    case IPC_STAT: {
      const problem = set.permission.check(task.credentials, 4);
      return problem != 0 ? problem : writeState(task, set, argument);
    }
    case GETALL:
    case SETALL:
      return transferAll(task, set, command == SETALL, argument);
    default:
      return single(task, set, number, command, argument);
  }
}

function single(task: Task, set: SemaphoreSet, number: i32, command: i32, argument: u64): i64 {
  if (<u32>number >= <u32>set.values.length) return -EINVAL;
  const problem = set.permission.check(task.credentials, command == SETVAL ? 2 : 4);
  if (problem != 0) return problem;
  switch (command) {
    case GETVAL:
      return set.values[number];
    case GETPID:
      return set.pids[number];
    case GETNCNT:
    case GETZCNT:
      return set.changed.length;
    case SETVAL:
      if (<i32>argument < 0 || <i32>argument > SEMVMX) return -ERANGE;
      set.values[number] = <i32>argument;
      set.pids[number] = task.pid;
      set.changeTime = realtimeSeconds();
      set.changed.wakeAll();
      return 0;
    default:
      return -EINVAL;
  }
}

function transferAll(task: Task, set: SemaphoreSet, isWrite: bool, at: u64): i64 {
  const problem = set.permission.check(task.credentials, isWrite ? 2 : 4);
  if (problem != 0) return problem;
  for (let i = 0; i < set.values.length; i++) {
    if (!isWrite) {
      if (writeU16(task, at + (i << 1), set.values[i]) != 0) return -EFAULT;
      continue;
    }
    const value = readU16(task, at + (i << 1));
    if (userFault()) return -EFAULT;
    if (<i32>value > SEMVMX) return -ERANGE;
  }
  if (isWrite) {
    // All of them are sound.
    for (let i = 0; i < set.values.length; i++) set.values[i] = readU16(task, at + (i << 1));
    set.changeTime = realtimeSeconds();
    set.changed.wakeAll();
  }
  return 0;
}

function setOwner(task: Task, set: SemaphoreSet, at: u64): i64 {
  if (!set.permission.mayControl(task.credentials)) return -EPERM;
  const uid = readU32(task, at + 4);
  const gid = readU32(task, at + 8);
  const mode = readU32(task, at + 20);
  if (userFault()) return -EFAULT;
  set.permission.uid = uid;
  set.permission.gid = gid;
  set.permission.mode = mode & 0o777;
  set.changeTime = realtimeSeconds();
  return 0;
}

function writeState(task: Task, set: SemaphoreSet, at: u64): i64 {
  memory.fill(buffer, 0, SEMID_DS_BYTES);
  set.permission.write(buffer, 0);
  const rest = buffer + IPC_PERM_BYTES;
  store<i64>(rest, set.operationTime);
  store<i64>(rest, set.changeTime, 8);
  store<u64>(rest, set.values.length, 16);
  return copyToUser(task, at, buffer, SEMID_DS_BYTES);
}
