import { EBADF, EFAULT, EINVAL, EPERM } from '../linux/errno';
import { O_CLOEXEC, O_RDWR } from '../linux/open-flags';
import { EPOLLEXCLUSIVE, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD } from '../linux/poll';
import { anonymousPlace } from '../fs/anonymous';
import { EpollFile } from '../fs/epoll';
import { readU32, readU64, userFault } from '../process/user-memory';
import { NEVER, Task } from '../task/task';
import { monotonicNow } from '../time/clock';
import { applyMask, blockUntil, deadlineOf } from './poll';

export function sys_epoll_create1(task: Task, flags: i32): i64 {
  if ((<u32>flags & ~O_CLOEXEC) != 0) return -EINVAL;
  const file = new EpollFile(anonymousPlace('eventpoll', 0o600, task), O_RDWR);
  const fd = task.files.install(task, file, flags != 0);
  if (fd < 0) file.release();
  return fd;
}

/** @source epoll_ctl(2); Linux fs/eventpoll.c, do_epoll_ctl */
export function sys_epoll_ctl(task: Task, epfd: i32, operation: i32, fd: i32, event: u64): i64 {
  let events: u32 = 0;
  let data: u64 = 0;
  if (operation != EPOLL_CTL_DEL) {
    events = readU32(task, event);
    data = readU64(task, event + 8);
    if (userFault()) return -EFAULT;
  }
  const epoll = task.files.getForIo(epfd);
  const file = task.files.getForIo(fd);
  if (epoll == null || file == null) return -EBADF;
  if (file.notifier == null) return -EPERM;
  if (epoll === file || !(epoll instanceof EpollFile)) return -EINVAL;
  const instance = changetype<EpollFile>(epoll);
  if ((events & EPOLLEXCLUSIVE) != 0 && (operation == EPOLL_CTL_MOD || file instanceof EpollFile)) return -EINVAL;
  switch (operation) {
    case EPOLL_CTL_ADD:
      return instance.add(file, fd, events, data);
    case EPOLL_CTL_MOD:
      return instance.modify(file, fd, events, data);
    case EPOLL_CTL_DEL:
      return instance.remove(file, fd);
  }
  return -EINVAL;
}

function wait(task: Task, epfd: i32, events: u64, maximum: i32, ns: u64, mask: u64, maskSize: u64): i64 {
  const problem = applyMask(task, mask, maskSize);
  if (problem != 0) return problem;
  if (maximum <= 0 || maximum > i32.MAX_VALUE / 16) return -EINVAL;
  const file = task.files.getForIo(epfd);
  if (file == null) return -EBADF;
  if (!(file instanceof EpollFile)) return -EINVAL;
  const epoll = changetype<EpollFile>(file);
  const given = epoll.collect(task, events, maximum);
  if (given != 0 || ns == 0) return given;
  const deadline = deadlineOf(task, ns);
  if (monotonicNow() >= deadline) return 0;
  epoll.sleepUntilReady(task, 1);
  return blockUntil(task, deadline, epoll.nextEvent());
}

/** `timeout` in milliseconds; negative: for ever. */
export function sys_epoll_pwait(
  task: Task,
  epfd: i32,
  events: u64,
  maximum: i32,
  timeout: i32,
  mask: u64,
  maskSize: u64,
): i64 {
  return wait(task, epfd, events, maximum, timeout < 0 ? NEVER : <u64>timeout * 1_000_000, mask, maskSize);
}

export function sys_epoll_pwait2(
  task: Task,
  epfd: i32,
  events: u64,
  maximum: i32,
  timeout: u64,
  mask: u64,
  maskSize: u64,
): i64 {
  let ns = NEVER;
  if (timeout != 0) {
    const seconds = readU64(task, timeout);
    const rest = readU64(task, timeout + 8);
    if (userFault()) return -EFAULT;
    if (<i64>seconds < 0 || rest >= 1_000_000_000) return -EINVAL;
    ns = seconds > 9_000_000_000 ? NEVER : seconds * 1_000_000_000 + rest;
  }
  return wait(task, epfd, events, maximum, ns, mask, maskSize);
}
