import { EBADF, EFAULT, EINVAL, ENAMETOOLONG, ENOTDIR } from '../linux/errno';
import { AT_FDCWD, O_CLOEXEC, O_LARGEFILE, O_NONBLOCK, O_RDONLY, O_RDWR } from '../linux/open-flags';
import { F_SEAL_SEAL } from '../linux/fcntl';
import { S_IFREG } from '../linux/stat';
import { anonymousPlace } from '../fs/anonymous';
import { EventFile } from '../fs/event-file';
import { IN_DONT_FOLLOW, IN_MASK_ADD, IN_MASK_CREATE, IN_ONLYDIR, InotifyFile } from '../fs/inotify';
import { memfdPlace } from '../fs/memfd';
import { RegularFile } from '../fs/regular-file';
import { OpenFile } from '../fs/open-file';
import { mayAccess, MAY_READ } from '../fs/permissions';
import { SignalFile } from '../fs/signal-file';
import { TimerFile } from '../fs/timer-file';
import { firstWalk, FOLLOW, walkUser } from '../fs/walk';
import { copyStringFromUser, copyToUser, readU64, userFault } from '../process/user-memory';
import { Task } from '../task/task';

function install(task: Task, file: OpenFile, closeOnExec: bool): i64 {
  const fd = task.files.install(task, file, closeOnExec);
  if (fd < 0) file.release();
  return fd;
}

const EFD_SEMAPHORE: u32 = 1;

export function sys_eventfd2(task: Task, initial: u64, flags: i32): i64 {
  const bits = <u32>flags;
  if ((bits & ~(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK)) != 0) return -EINVAL;
  const place = anonymousPlace('eventfd', 0o600, task);
  const file = new EventFile(place, O_RDWR | (bits & O_NONBLOCK), <u32>initial, (bits & EFD_SEMAPHORE) != 0);
  return install(task, file, (bits & O_CLOEXEC) != 0);
}

// ---- timerfd ----

const TFD_TIMER_ABSTIME: u32 = 1;
const TFD_TIMER_CANCEL_ON_SET: u32 = 2;
const timerBuffer: usize = memory.data(32, 8);

export function sys_timerfd_create(task: Task, clock: i32, flags: i32): i64 {
  const bits = <u32>flags;
  if ((bits & ~(O_CLOEXEC | O_NONBLOCK)) != 0) return -EINVAL;
  // REALTIME 0, MONOTONIC 1, BOOTTIME 7, and the alarms 8 and 9.
  if (clock != 0 && clock != 1 && clock != 7 && clock != 8 && clock != 9) return -EINVAL;
  const place = anonymousPlace('timerfd', 0o600, task);
  const file = new TimerFile(place, O_RDWR | (bits & O_NONBLOCK), clock == 0 || clock == 8);
  return install(task, file, (bits & O_CLOEXEC) != 0);
}

function timerAt(task: Task, fd: i32): TimerFile | null {
  const file = task.files.getForIo(fd);
  return file && file instanceof TimerFile ? changetype<TimerFile>(file) : null;
}

function writeTimer(task: Task, timer: TimerFile, to: u64): i64 {
  const remaining = timer.remaining();
  store<u64>(timerBuffer, timer.period / 1_000_000_000);
  store<u64>(timerBuffer + 8, timer.period % 1_000_000_000);
  store<u64>(timerBuffer + 16, remaining / 1_000_000_000);
  store<u64>(timerBuffer + 24, remaining % 1_000_000_000);
  return copyToUser(task, to, timerBuffer, 32);
}

export function sys_timerfd_settime(task: Task, fd: i32, flags: i32, value: u64, oldValue: u64): i64 {
  if ((<u32>flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) != 0) return -EINVAL;
  const intervalSeconds = readU64(task, value);
  const intervalNs = readU64(task, value + 8);
  const seconds = readU64(task, value + 16);
  const ns = readU64(task, value + 24);
  if (userFault()) return -EFAULT;
  if (intervalNs >= 1_000_000_000 || ns >= 1_000_000_000 || <i64>seconds < 0 || <i64>intervalSeconds < 0) return -EINVAL;
  const timer = timerAt(task, fd);
  if (timer == null) return task.files.getForIo(fd) == null ? -EBADF : -EINVAL;
  if (oldValue != 0) {
    const problem = writeTimer(task, timer, oldValue);
    if (problem != 0) return problem;
  }
  const limit: u64 = 9_000_000_000;
  const interval = min(intervalSeconds, limit) * 1_000_000_000 + intervalNs;
  timer.set(min(seconds, limit) * 1_000_000_000 + ns, interval, (<u32>flags & TFD_TIMER_ABSTIME) != 0);
  return 0;
}

export function sys_timerfd_gettime(task: Task, fd: i32, value: u64): i64 {
  const timer = timerAt(task, fd);
  if (timer == null) return task.files.getForIo(fd) == null ? -EBADF : -EINVAL;
  return writeTimer(task, timer, value);
}

// ---- signalfd ----

export function sys_signalfd4(task: Task, fd: i32, mask: u64, maskSize: u64, flags: i32): i64 {
  const bits = <u32>flags;
  if ((bits & ~(O_CLOEXEC | O_NONBLOCK)) != 0 || maskSize != 8) return -EINVAL;
  let signals = readU64(task, mask);
  if (userFault()) return -EFAULT;
  signals &= ~((<u64>1 << 8) | (<u64>1 << 18)); // SIGKILL and SIGSTOP cannot be taken
  if (fd == -1) {
    const file = new SignalFile(anonymousPlace('signalfd', 0o600, task), O_RDWR | (bits & O_NONBLOCK), signals);
    return install(task, file, (bits & O_CLOEXEC) != 0);
  }
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  if (!(file instanceof SignalFile)) return -EINVAL;
  changetype<SignalFile>(file).mask = signals;
  return fd;
}

// ---- inotify ----

export function sys_inotify_init1(task: Task, flags: i32): i64 {
  const bits = <u32>flags;
  if ((bits & ~(O_CLOEXEC | O_NONBLOCK)) != 0) return -EINVAL;
  const file = new InotifyFile(anonymousPlace('inotify', 0o600, task), O_RDONLY | (bits & O_NONBLOCK));
  return install(task, file, (bits & O_CLOEXEC) != 0);
}

export function sys_inotify_add_watch(task: Task, fd: i32, path: u64, mask: i32): i64 {
  const bits = <u32>mask;
  if ((bits & 0xfff) == 0 || (bits & (IN_MASK_ADD | IN_MASK_CREATE)) == (IN_MASK_ADD | IN_MASK_CREATE)) return -EINVAL;
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  if (!(file instanceof InotifyFile)) return -EINVAL;
  const problem = walkUser(task, AT_FDCWD, path, (bits & IN_DONT_FOLLOW) != 0 ? 0 : FOLLOW, firstWalk);
  if (problem != 0) return problem;
  const inode = firstWalk.inode;
  if ((bits & IN_ONLYDIR) != 0 && !inode.isDirectory) return -ENOTDIR;
  const denied = mayAccess(task.credentials, inode, MAY_READ);
  if (denied != 0) return denied;
  return changetype<InotifyFile>(file).add(inode, bits);
}

export function sys_inotify_rm_watch(task: Task, fd: i32, watch: i32): i64 {
  const file = task.files.getForIo(fd);
  if (file == null) return -EBADF;
  return file instanceof InotifyFile ? changetype<InotifyFile>(file).remove(watch) : -EINVAL;
}

// ---- memfd ----

const MFD_CLOEXEC: u32 = 1;
const MFD_ALLOW_SEALING: u32 = 2;
const MFD_NOEXEC_SEAL: u32 = 8;
const MFD_EXEC: u32 = 16;
const nameBuffer: usize = memory.data(256, 8);

export function sys_memfd_create(task: Task, name: u64, flags: i32): i64 {
  const bits = <u32>flags;
  if ((bits & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC)) != 0) return -EINVAL;
  const length = copyStringFromUser(task, name, nameBuffer, 250);
  if (length == -ENAMETOOLONG) return -EINVAL;
  if (length < 0) return length;
  const mode: u32 = (bits & MFD_NOEXEC_SEAL) != 0 ? 0o666 : 0o777;
  const seals = (bits & (MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL)) != 0 ? 0 : <i32>F_SEAL_SEAL;
  const place = memfdPlace(nameBuffer, length, S_IFREG | mode, seals, task);
  return install(task, new RegularFile(place, O_RDWR | O_LARGEFILE), (bits & MFD_CLOEXEC) != 0);
}
