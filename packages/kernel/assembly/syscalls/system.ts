/** The machine as programs see it; odds and ends. */
import { hostname, MACHINE, OPERATING_SYSTEM, RELEASE, setHostname, VERSION } from '../boot/hostname';
import { EFAULT, EINVAL, ENAMETOOLONG, EPERM, ESRCH } from '../linux/errno';
import { NSIG } from '../linux/signal';
import { byteString, storeByteString } from '../memory/bytes';
import { memoryCap, memoryUsed } from '../mm/memory-budget';
import {
  copyFromUser,
  copyToUser,
  readString,
  readU64,
  stringError,
  userFault,
  writableBytes,
  writeU32,
} from '../process/user-memory';
import { CAP_LAST, CAP_SETPCAP, CAP_SYS_ADMIN } from '../task/credentials';
import { allTasks, findGroup } from '../task/registry';
import { Task } from '../task/task';
import { monotonicNow, NANOSECONDS } from '../time/clock';
import { fillRandom } from '../wasi/random';

const UTS_FIELD: i32 = 65;
const UTS_BYTES: i32 = UTS_FIELD * 6;
const buffer: usize = memory.data(4096, 8);

/** uname(2). */
export function sys_uname(task: Task, at: u64): i64 {
  memory.fill(buffer, 0, UTS_BYTES);
  storeByteString(OPERATING_SYSTEM, buffer);
  storeByteString(hostname(), buffer + UTS_FIELD);
  storeByteString(RELEASE, buffer + UTS_FIELD * 2);
  storeByteString(VERSION, buffer + UTS_FIELD * 3);
  storeByteString(MACHINE, buffer + UTS_FIELD * 4);
  storeByteString('(none)', buffer + UTS_FIELD * 5);
  return copyToUser(task, at, buffer, UTS_BYTES);
}

/** sethostname(2). */
export function sys_sethostname(task: Task, nameAt: u64, length: u64): i64 {
  if (!task.credentials.has(CAP_SYS_ADMIN)) return -EPERM;
  if (length > 64) return -EINVAL;
  if (copyFromUser(task, nameAt, buffer, <usize>length) != 0) return -EFAULT;
  setHostname(byteString(buffer, <i32>length));
  return 0;
}

const SYSINFO_BYTES: i32 = 112;

/** sysinfo(2). */
export function sys_sysinfo(task: Task, at: u64): i64 {
  memory.fill(buffer, 0, SYSINFO_BYTES);
  const total = memoryCap();
  const used = min(memoryUsed(), total);
  store<u64>(buffer, monotonicNow() / NANOSECONDS);
  store<u64>(buffer, total, 32);
  store<u64>(buffer, total - used, 40);
  store<u16>(buffer, <u16>allTasks().length, 80);
  store<u32>(buffer, 1, 104);
  return copyToUser(task, at, buffer, SYSINFO_BYTES);
}

const GRND_NONBLOCK: u32 = 1;
const GRND_RANDOM: u32 = 2;
const GRND_INSECURE: u32 = 4;

/** getrandom(2). */
export function sys_getrandom(task: Task, at: u64, count: u64, flags: u32): i64 {
  if ((flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)) != 0) return -EINVAL;
  if ((flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE)) return -EINVAL;
  if (count == 0) return 0;
  const wanted = <usize>min<u64>(count, 0x1ff_ffff);
  const n = writableBytes(task, at, wanted);
  if (n == 0) return -EFAULT;
  for (let done: usize = 0; done < n; ) {
    const piece = min<usize>(n - done, 4096);
    fillRandom(buffer, piece);
    if (copyToUser(task, at + done, buffer, piece) != 0) return -EFAULT;
    done += piece;
  }
  return n;
}

/** personality(2). */
export function sys_personality(task: Task, persona: u32): i64 {
  const old = task.group.personality;
  if (persona != 0xffff_ffff) task.group.personality = persona;
  return old;
}

const MEMBARRIER_QUERY: i32 = 0;
const MEMBARRIER_GLOBAL: i32 = 1;
/** GLOBAL, GLOBAL_EXPEDITED, PRIVATE_EXPEDITED and their registrations: with one processor, all are no-ops. */
const MEMBARRIER_SUPPORTED: i32 = 1 | 2 | 4 | 8 | 16;

/** membarrier(2). */
export function sys_membarrier(task: Task, command: i32, flags: u32, cpu: i32): i64 {
  if (flags != 0) return -EINVAL;
  if (command == MEMBARRIER_QUERY) return MEMBARRIER_SUPPORTED;
  if (command < MEMBARRIER_GLOBAL || popcnt(command) != 1) return -EINVAL;
  return (command & MEMBARRIER_SUPPORTED) != 0 ? 0 : -EINVAL;
}

// ── prctl ──

/** @source Linux include/uapi/linux/prctl.h */
const PR_SET_PDEATHSIG: i32 = 1;
const PR_GET_PDEATHSIG: i32 = 2;
const PR_GET_DUMPABLE: i32 = 3;
const PR_SET_DUMPABLE: i32 = 4;
const PR_GET_KEEPCAPS: i32 = 7;
const PR_SET_KEEPCAPS: i32 = 8;
const PR_SET_NAME: i32 = 15;
const PR_GET_NAME: i32 = 16;
const PR_GET_SECCOMP: i32 = 21;
const PR_CAPBSET_READ: i32 = 23;
const PR_CAPBSET_DROP: i32 = 24;
const PR_GET_SECUREBITS: i32 = 27;
const PR_SET_SECUREBITS: i32 = 28;
const PR_SET_TIMERSLACK: i32 = 29;
const PR_GET_TIMERSLACK: i32 = 30;
const PR_SET_CHILD_SUBREAPER: i32 = 36;
const PR_GET_CHILD_SUBREAPER: i32 = 37;
const PR_SET_NO_NEW_PRIVS: i32 = 38;
const PR_GET_NO_NEW_PRIVS: i32 = 39;
const PR_GET_TID_ADDRESS: i32 = 40;
const PR_SET_THP_DISABLE: i32 = 41;
const PR_GET_THP_DISABLE: i32 = 42;
const PR_CAP_AMBIENT: i32 = 47;
const PR_SET_PTRACER: i32 = 0x59616d61;

/** prctl(2). */
export function sys_prctl(task: Task, option: i32, a: u64, b: u64, c: u64, d: u64): i64 {
  switch (option) {
    case PR_SET_PDEATHSIG:
      if (a > <u64>NSIG) return -EINVAL;
      task.parentDeathSignal = <i32>a;
      return 0;
    case PR_GET_PDEATHSIG:
      return writeU32(task, a, task.parentDeathSignal);
    case PR_GET_DUMPABLE:
      return task.group.dumpable;
    case PR_SET_DUMPABLE:
      if (a > 1) return -EINVAL;
      task.group.dumpable = <i32>a;
      return 0;
    case PR_SET_NAME:
      return setName(task, a);
    case PR_GET_NAME:
      memory.fill(buffer, 0, 16);
      storeByteString(task.name, buffer);
      return copyToUser(task, a, buffer, 16);
    case PR_GET_SECCOMP:
    case PR_SET_TIMERSLACK:
    case PR_SET_THP_DISABLE:
    case PR_GET_THP_DISABLE:
    case PR_SET_PTRACER:
      return 0;
    case PR_GET_TIMERSLACK:
      return 50_000;
    case PR_SET_CHILD_SUBREAPER:
      task.group.isChildSubreaper = a != 0;
      return 0;
    case PR_GET_CHILD_SUBREAPER:
      return writeU32(task, a, task.group.isChildSubreaper ? 1 : 0);
    case PR_SET_NO_NEW_PRIVS: {
      if (a != 1 || b != 0 || c != 0 || d != 0) return -EINVAL;
      const next = task.credentials.clone();
      next.noNewPrivileges = true;
      task.credentials = next;
      return 0;
    }
    case PR_GET_NO_NEW_PRIVS:
      if (a != 0 || b != 0 || c != 0 || d != 0) return -EINVAL;
      return task.credentials.noNewPrivileges ? 1 : 0;
    default:
      return capabilityControl(task, option, a, b);
  }
}

function setName(task: Task, at: u64): i64 {
  const name = readString(task, at, 16);
  if (name == null) {
    if (stringError() != -ENAMETOOLONG) return -EFAULT;
    if (copyFromUser(task, at, buffer, 15) != 0) return -EFAULT;
    task.name = byteString(buffer, 15);
    return 0;
  }
  task.name = name.length > 15 ? name.substring(0, 15) : name;
  return 0;
}

function capabilityControl(task: Task, option: i32, a: u64, b: u64): i64 {
  const who = task.credentials;
  switch (option) {
    case PR_GET_KEEPCAPS:
      return who.keepCapabilities ? 1 : 0;
    case PR_SET_KEEPCAPS: {
      if (a > 1) return -EINVAL;
      const next = who.clone();
      next.keepCapabilities = a != 0;
      task.credentials = next;
      return 0;
    }
    case PR_CAPBSET_READ:
      if (a > <u64>CAP_LAST) return -EINVAL;
      return <i64>((who.bounding >> a) & 1);
    case PR_CAPBSET_DROP: {
      if (!who.has(CAP_SETPCAP)) return -EPERM;
      if (a > <u64>CAP_LAST) return -EINVAL;
      const next = who.clone();
      next.bounding &= ~((<u64>1) << a);
      task.credentials = next;
      return 0;
    }
    case PR_GET_SECUREBITS:
      return who.secureBits;
    case PR_SET_SECUREBITS: {
      if (!who.has(CAP_SETPCAP)) return -EPERM;
      const next = who.clone();
      next.secureBits = <u32>a;
      task.credentials = next;
      return 0;
    }
    case PR_CAP_AMBIENT:
      return ambientControl(task, <i32>a, b);
    default:
      return -EINVAL;
  }
}

const AMBIENT_IS_SET: i32 = 1;
const AMBIENT_RAISE: i32 = 2;
const AMBIENT_LOWER: i32 = 3;
const AMBIENT_CLEAR_ALL: i32 = 4;

function ambientControl(task: Task, operation: i32, capability: u64): i64 {
  const next = task.credentials.clone();
  if (operation == AMBIENT_CLEAR_ALL) {
    if (capability != 0) return -EINVAL;
    next.ambient = 0;
    task.credentials = next;
    return 0;
  }
  if (operation < AMBIENT_IS_SET || operation > AMBIENT_LOWER || capability > <u64>CAP_LAST) return -EINVAL;
  const bit = (<u64>1) << capability;
  if (operation == AMBIENT_IS_SET) return (next.ambient & bit) != 0 ? 1 : 0;
  if (operation == AMBIENT_RAISE) {
    if ((next.permitted & next.inheritable & bit) == 0) return -EPERM;
    next.ambient |= bit;
  } else {
    next.ambient &= ~bit;
  }
  task.credentials = next;
  return 0;
}

/** process_vm_readv(2), process_vm_writev(2): within the calling process. */
export function sys_process_vm_readv(
  task: Task,
  pid: i32,
  localAt: u64,
  localCount: u64,
  remoteAt: u64,
  remoteCount: u64,
  flags: u64,
): i64 {
  return copyVectors(task, pid, remoteAt, remoteCount, localAt, localCount, flags);
}

export function sys_process_vm_writev(
  task: Task,
  pid: i32,
  localAt: u64,
  localCount: u64,
  remoteAt: u64,
  remoteCount: u64,
  flags: u64,
): i64 {
  return copyVectors(task, pid, localAt, localCount, remoteAt, remoteCount, flags);
}

const IOV_MAX: u64 = 1024;

function copyVectors(
  task: Task,
  pid: i32,
  fromAt: u64,
  fromCount: u64,
  toAt: u64,
  toCount: u64,
  flags: u64,
): i64 {
  if (flags != 0 || fromCount > IOV_MAX || toCount > IOV_MAX) return -EINVAL;
  const group = findGroup(pid);
  if (group == null) return -ESRCH;
  if (group !== task.group) return -EPERM;
  let total: i64 = 0;
  let from: u64 = 0;
  let fromLeft: u64 = 0;
  let to: u64 = 0;
  let toLeft: u64 = 0;
  while (true) {
    while (fromLeft == 0) {
      if (fromCount-- == 0) return total;
      from = readU64(task, fromAt);
      fromLeft = readU64(task, fromAt + 8);
      if (userFault()) return -EFAULT;
      fromAt += 16;
    }
    while (toLeft == 0) {
      if (toCount-- == 0) return total;
      to = readU64(task, toAt);
      toLeft = readU64(task, toAt + 8);
      if (userFault()) return -EFAULT;
      toAt += 16;
    }
    const piece = <usize>min<u64>(min(fromLeft, toLeft), 4096);
    if (copyFromUser(task, from, buffer, piece) != 0 || copyToUser(task, to, buffer, piece) != 0) {
      return total > 0 ? total : -EFAULT;
    }
    total += piece;
    from += piece;
    fromLeft -= piece;
    to += piece;
    toLeft -= piece;
  }
}
