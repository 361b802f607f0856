import { EBADF, EFAULT, EINTR, EINVAL } from '../linux/errno';
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI, POLLRDBAND, POLLRDNORM, POLLWRBAND, POLLWRNORM } from '../linux/poll';
import { RLIMIT_NOFILE } from '../linux/resource';
import { copyFromUser, copyToUser, readU64, userFault, writeU64 } from '../process/user-memory';
import { NEVER, Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { monotonicNow } from '../time/clock';

const NANOSECONDS: u64 = 1_000_000_000;

/** Reads a timespec as nanoseconds from now. @returns false when it is not valid; then `timeProblem` tells why */
let timeProblem: i32 = 0;
let duration: u64 = 0;

function readDuration(task: Task, address: u64): bool {
  const seconds = readU64(task, address);
  const ns = readU64(task, address + 8);
  timeProblem = userFault() ? -EFAULT : -EINVAL;
  if (timeProblem == -EFAULT || <i64>seconds < 0 || ns >= NANOSECONDS) return false;
  duration = seconds > 9_000_000_000 ? NEVER : seconds * NANOSECONDS + ns;
  return true;
}

/** The deadline of the call in progress: fixed at its first execution, kept in `progress2`. `ns`: NEVER waits for ever. */
export function deadlineOf(task: Task, ns: u64): u64 {
  if (task.progress2 == 0) {
    const now = monotonicNow();
    task.progress2 = ns == NEVER || now + ns < now ? NEVER : now + ns + 1;
  }
  return task.progress2;
}

/** Blocks until woken, `deadline`, or `wakeAt` (when a timer file gets ready). */
export function blockUntil(task: Task, deadline: u64, wakeAt: u64): i64 {
  task.deadline = min(deadline, wakeAt);
  task.interruptResult = -EINTR;
  return BLOCK;
}

function writeRemaining(task: Task, address: u64, deadline: u64): void {
  if (address == 0 || deadline == NEVER) return;
  const now = monotonicNow();
  const left = deadline > now ? deadline - now : 0;
  writeU64(task, address, left / NANOSECONDS);
  writeU64(task, address + 8, left % NANOSECONDS);
}

/** Applies a temporary signal mask. @returns 0 or -errno */
export function applyMask(task: Task, mask: u64, maskSize: u64): i32 {
  if (mask == 0) return 0;
  if (maskSize != 8) return -EINVAL;
  const bits = readU64(task, mask);
  if (userFault()) return -EFAULT;
  task.setTemporarySignalMask(bits);
  return 0;
}

/** @source ppoll(2) */
export function sys_ppoll(task: Task, fds: u64, count: u64, timeout: u64, mask: u64, maskSize: u64): i64 {
  let wait = NEVER;
  if (timeout != 0) {
    if (!readDuration(task, timeout)) return timeProblem;
    wait = duration;
  }
  const problem = applyMask(task, mask, maskSize);
  if (problem != 0) return problem;
  if (count > task.group.limit(RLIMIT_NOFILE) || count > 1 << 20) return -EINVAL;
  const bytes = <usize>count << 3;
  const list = heap.alloc(bytes + 8);
  const result = pollOnce(task, fds, <u32>count, list, wait);
  heap.free(list);
  if (result != BLOCK && result != -EFAULT) writeRemaining(task, timeout, task.progress2);
  return result;
}

function pollOnce(task: Task, fds: u64, count: u32, list: usize, wait: u64): i64 {
  if (copyFromUser(task, fds, list, <usize>count << 3) != 0) return -EFAULT;
  let ready: i64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const entry = list + (i << 3);
    const fd = load<i32>(entry);
    let events: u32 = 0;
    if (fd >= 0) {
      const file = task.files.getForIo(fd);
      events = file ? file.poll() & (<u32>load<u16>(entry, 4) | POLLERR | POLLHUP) : POLLNVAL;
    }
    store<u16>(entry, <u16>events, 6);
    if (events != 0) ready++;
  }
  const deadline = deadlineOf(task, wait);
  if (ready == 0 && monotonicNow() < deadline && wait != 0) {
    let wakeAt = NEVER;
    for (let i: u32 = 0; i < count; i++) {
      const entry = list + (i << 3);
      const file = load<i32>(entry) >= 0 ? task.files.getForIo(load<i32>(entry)) : null;
      if (file == null) continue;
      file.sleepUntilReady(task, load<u16>(entry, 4));
      wakeAt = min(wakeAt, file.nextEvent());
    }
    return blockUntil(task, deadline, wakeAt);
  }
  return copyToUser(task, fds, list, <usize>count << 3) != 0 ? -EFAULT : ready;
}

const POLL_IN_SET: u32 = POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR;
const POLL_OUT_SET: u32 = POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR;
const POLL_EX_SET: u32 = POLLPRI;

const sets: usize = memory.data(6 * 8192, 16);
const SET_BYTES: usize = 8192;

/** @source select(2), Linux fs/select.c do_select */
export function sys_pselect6(
  task: Task,
  count: i32,
  readable: u64,
  writable: u64,
  exceptional: u64,
  timeout: u64,
  mask: u64,
): i64 {
  if (count < 0) return -EINVAL;
  let wait = NEVER;
  if (timeout != 0) {
    if (!readDuration(task, timeout)) return timeProblem;
    wait = duration;
  }
  if (mask != 0) {
    const at = readU64(task, mask);
    const size = readU64(task, mask + 8);
    if (userFault()) return -EFAULT;
    const problem = applyMask(task, at, size);
    if (problem != 0) return problem;
  }
  count = min(min(count, task.files.capacity), <i32>SET_BYTES << 3);
  const bytes = ((<usize>count + 63) >> 6) << 3;
  memory.fill(sets, 0, 6 * SET_BYTES);
  if (readable != 0 && copyFromUser(task, readable, sets, bytes) != 0) return -EFAULT;
  if (writable != 0 && copyFromUser(task, writable, sets + SET_BYTES, bytes) != 0) return -EFAULT;
  if (exceptional != 0 && copyFromUser(task, exceptional, sets + 2 * SET_BYTES, bytes) != 0) return -EFAULT;
  let ready: i64 = 0;
  for (let fd = 0; fd < count; fd++) {
    const wanted = wantedBy(fd);
    if (wanted == 0) continue;
    const file = task.files.getForIo(fd);
    if (file == null) return -EBADF;
    ready += record(fd, wanted, file.poll());
  }
  const deadline = deadlineOf(task, wait);
  if (ready == 0 && wait != 0 && monotonicNow() < deadline) {
    let wakeAt = NEVER;
    for (let fd = 0; fd < count; fd++) {
      const file = wantedBy(fd) != 0 ? task.files.getForIo(fd) : null;
      if (file == null) continue;
      file.sleepUntilReady(task, POLL_IN_SET | POLL_OUT_SET);
      wakeAt = min(wakeAt, file.nextEvent());
    }
    return blockUntil(task, deadline, wakeAt);
  }
  if (readable != 0 && copyToUser(task, readable, sets + 3 * SET_BYTES, bytes) != 0) return -EFAULT;
  if (writable != 0 && copyToUser(task, writable, sets + 4 * SET_BYTES, bytes) != 0) return -EFAULT;
  if (exceptional != 0 && copyToUser(task, exceptional, sets + 5 * SET_BYTES, bytes) != 0) return -EFAULT;
  writeRemaining(task, timeout, deadline);
  return ready;
}

function hasBit(set: usize, fd: i32): bool {
  return (load<u8>(set + (fd >> 3)) & (1 << (fd & 7))) != 0;
}

function wantedBy(fd: i32): u32 {
  return (
    (hasBit(sets, fd) ? 1 : 0) | (hasBit(sets + SET_BYTES, fd) ? 2 : 0) | (hasBit(sets + 2 * SET_BYTES, fd) ? 4 : 0)
  );
}

function record(fd: i32, wanted: u32, events: u32): i32 {
  let n = 0;
  for (let kind = 0; kind < 3; kind++) {
    const interest = kind == 0 ? POLL_IN_SET : kind == 1 ? POLL_OUT_SET : POLL_EX_SET;
    if ((wanted & (1 << kind)) == 0 || (events & interest) == 0) continue;
    const at = sets + <usize>(3 + kind) * SET_BYTES + (fd >> 3);
    store<u8>(at, load<u8>(at) | (<u8>1 << <u8>(fd & 7)));
    n++;
  }
  return n;
}
