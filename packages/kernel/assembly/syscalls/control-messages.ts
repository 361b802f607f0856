import { EBADF, EFAULT, EINVAL, ENOBUFS, EPERM } from '../linux/errno';
import {
  AF_UNIX,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_PEEK,
  SCM_CREDENTIALS,
  SCM_MAX_FD,
  SCM_RIGHTS,
  SOL_SOCKET,
} from '../linux/socket';
import { Ancillary } from '../fs/ancillary';
import { receivedAncillary, Socket } from '../fs/socket';
import { copyFromUser, copyToUser } from '../process/user-memory';
import { Task } from '../task/task';

/** What goes along with the bytes of sendmsg(2) and recvmsg(2): descriptors and credentials. @source cmsg(3), unix(7) */

const controlBuffer: usize = memory.data(4096, 8);

/** Why `readControl` returned null; 0: there are none. */
export let controlProblem: i32 = 0;

/** Reads `bytes` of control messages: descriptors and credentials. @returns null when there are none, or with `controlProblem` */
export function readControl(task: Task, socket: Socket, from: u64, bytes: u64): Ancillary | null {
  controlProblem = 0;
  if (from == 0 || bytes == 0) return null;
  if (bytes > 4096) {
    controlProblem = -ENOBUFS;
    return null;
  }
  const length = <u32>bytes;
  if (copyFromUser(task, from, controlBuffer, length) != 0) {
    controlProblem = -EFAULT;
    return null;
  }
  const ancillary = new Ancillary();
  let found = false;
  let at: u32 = 0;
  while (at + 16 <= length && controlProblem == 0) {
    const size = load<u64>(controlBuffer + at);
    if (size < 16 || size > length - at) {
      controlProblem = -EINVAL;
      break;
    }
    const level = load<i32>(controlBuffer + at, 8);
    const type = load<i32>(controlBuffer + at, 12);
    const data = controlBuffer + at + 16;
    if (level == SOL_SOCKET && type == SCM_RIGHTS && socket.domain == AF_UNIX) {
      found = true;
      controlProblem = takeFiles(task, ancillary, data, <u32>(size - 16) >> 2);
    } else if (level == SOL_SOCKET && type == SCM_CREDENTIALS && size == 28) {
      const pid = load<i32>(data);
      if (pid != task.pid && task.credentials.euid != 0) controlProblem = -EPERM;
    } else if (level == SOL_SOCKET) controlProblem = -EINVAL;
    at += (<u32>size + 7) & ~7;
  }
  if (controlProblem != 0) {
    ancillary.release();
    return null;
  }
  return found ? ancillary : null;
}

function takeFiles(task: Task, ancillary: Ancillary, at: usize, count: u32): i32 {
  if (count > SCM_MAX_FD) return -EINVAL;
  for (let i: u32 = 0; i < count; i++) {
    const file = task.files.get(load<i32>(at + (i << 2)));
    if (file == null) return -EBADF;
    ancillary.files.push(file.retain());
  }
  return 0;
}

/** Adds who sends, where the other side may ask for it. */
export function withCredentials(task: Task, socket: Socket, ancillary: Ancillary | null): Ancillary | null {
  const peer = socket.peer;
  if (socket.domain != AF_UNIX || (ancillary == null && !(peer && peer.passCredentials) && !socket.isDatagram)) return ancillary;
  const data = ancillary ? ancillary : new Ancillary();
  data.pid = task.pid;
  data.uid = task.credentials.uid;
  data.gid = task.credentials.gid;
  return data;
}

/** Bytes that the last `writeControl` wrote. */
export let controlBytes: u64 = 0;

/** Hands out control messages into `room` bytes. @returns MSG_CTRUNC when there was no room for all */
export function writeControl(task: Task, socket: Socket, to: u64, room: u64, flags: u32): u32 {
  let used: u64 = 0;
  let truncated: u32 = 0;
  const ancillary = receivedAncillary;
  if (socket.passCredentials) {
    store<u64>(controlBuffer, 28);
    store<i32>(controlBuffer, SOL_SOCKET, 8);
    store<i32>(controlBuffer, SCM_CREDENTIALS, 12);
    store<i32>(controlBuffer, ancillary ? ancillary.pid : 0, 16);
    store<u32>(controlBuffer, ancillary ? ancillary.uid : 65534, 20);
    store<u32>(controlBuffer, ancillary ? ancillary.gid : 65534, 24);
    store<u32>(controlBuffer, 0, 28);
    if (room >= 28) {
      copyToUser(task, to, controlBuffer, <usize>min<u64>(room, 32));
      used = min<u64>(room, 32);
    } else truncated = MSG_CTRUNC;
  }
  if (ancillary && ancillary.files.length > 0) {
    const files = ancillary.files;
    const fits = room >= used + 16 ? <i32>min<u64>((room - used - 16) >> 2, files.length) : 0;
    let given = 0;
    while (given < fits) {
      const fd = task.files.install(task, files[given].retain(), (flags & MSG_CMSG_CLOEXEC) != 0);
      if (fd < 0) {
        files[given].release();
        break;
      }
      store<i32>(controlBuffer + 16 + (<usize>given << 2), fd);
      given++;
    }
    if (given < files.length) truncated = MSG_CTRUNC;
    if (given > 0) {
      const bytes: u64 = 16 + (<u64>given << 2);
      store<u64>(controlBuffer, bytes);
      store<i32>(controlBuffer, SOL_SOCKET, 8);
      store<i32>(controlBuffer, SCM_RIGHTS, 12);
      copyToUser(task, to + used, controlBuffer, <usize>bytes);
      used += min<u64>((bytes + 7) & ~7, room - used);
    }
    if ((flags & MSG_PEEK) == 0) ancillary.release();
  }
  controlBytes = used;
  return truncated;
}
