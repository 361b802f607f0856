import { EAGAIN, ECONNREFUSED, EFAULT, EINVAL, EISCONN, EMSGSIZE, EOPNOTSUPP, EPIPE } from '../linux/errno';
import {
  AF_UNIX,
  MSG_CMSG_CLOEXEC,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITFORONE,
} from '../linux/socket';
import { Ancillary } from '../fs/ancillary';
import { IoCursor } from '../fs/io-cursor';
import { lastError } from '../fs/result';
import { closeReceivedFiles, receivedLength, receivedSender, Socket } from '../fs/socket';
import { copyFromUser, copyToUser, writeU32, writeU64 } from '../process/user-memory';
import { Task } from '../task/task';
import { controlBytes, controlProblem, readControl, withCredentials, writeControl } from './control-messages';
import { aimAtVector } from './read-write';
import { addressBuffer, readAddress, socketAt, socketProblem, writeAddress } from './sockets';

/** Sending and receiving. */

const io = new IoCursor();

let targetProblem: i32 = 0;

/** The socket that a message goes to; null with `targetProblem` 0 means the connected one is missing. */
function targetOf(task: Task, socket: Socket, address: u64, length: u64): Socket | null {
  targetProblem = 0;
  if (address == 0 || length == 0) return socket.peer;
  if (!socket.isDatagram) {
    if (socket.isStream && socket.isConnected) {
      if (socket.domain == AF_UNIX) targetProblem = -EISCONN;
      return socket.peer;
    }
    targetProblem = socket.isConnected ? -EISCONN : socket.domain == AF_UNIX ? -EOPNOTSUPP : -EPIPE;
    return null;
  }
  targetProblem = readAddress(task, address, length);
  if (targetProblem != 0) return null;
  const target = socket.resolve(task, addressBuffer, <u32>length);
  if (target == null) targetProblem = lastError == ECONNREFUSED && socket.domain != AF_UNIX ? 1 : -lastError;
  else targetProblem = socket.autoBind(task, socket.domain == AF_UNIX ? null : target);
  return target;
}

function send(task: Task, socket: Socket, address: u64, length: u64, flags: u32, ancillary: Ancillary | null): i64 {
  if ((flags & MSG_OOB) != 0) return -EOPNOTSUPP;
  const target = targetOf(task, socket, address, length);
  if (targetProblem < 0) return targetProblem;
  // A datagram to a port where nobody listens is lost; a connected socket hears of it (ICMP), so that resolvers need not
  // wait for answers of a name server that is not there.
  if (targetProblem > 0) return io.remaining;
  const isGone = target == null || target.isClosed;
  if (isGone && socket.isDatagram && socket.isConnected && socket.domain != AF_UNIX) {
    return socket.sendToNobody(io.remaining);
  }
  return socket.send(task, io, flags, target, ancillary);
}

export function sys_sendto(task: Task, fd: i32, from: u64, length: u64, flags: i32, address: u64, addressLength: u64): i64 {
  const socket = socketAt(task, fd);
  if (socket == null) return socketProblem;
  io.user(task, from, min<u64>(length, 0x7fff_f000));
  return send(task, socket, address, addressLength, flags, null);
}

export function sys_recvfrom(task: Task, fd: i32, to: u64, length: u64, flags: i32, address: u64, addressLength: u64): i64 {
  const socket = socketAt(task, fd);
  if (socket == null) return socketProblem;
  if ((<u32>flags & MSG_OOB) != 0) return -EINVAL;
  if ((<u32>flags & MSG_ERRQUEUE) != 0) return -EAGAIN;
  io.user(task, to, min<u64>(length, 0x7fff_f000));
  const n = socket.receive(task, io, flags);
  if (n < 0) return n;
  if ((<u32>flags & MSG_PEEK) == 0) closeReceivedFiles();
  if (address != 0) {
    const problem = writeAddress(task, receivedSender, address, addressLength);
    if (problem != 0) return problem;
  }
  return (<u32>flags & MSG_TRUNC) != 0 && !socket.isStream ? <i64>receivedLength : n;
}

/** struct msghdr: name, length, vector, count, control, length, flags. */
const MESSAGE_BYTES: u32 = 56;
const headers: usize = memory.data(56, 8);

let messageName: u64 = 0;
let messageNameLength: u32 = 0;
let messageControl: u64 = 0;
let messageControlLength: u64 = 0;

/** Reads struct msghdr and aims `io` at its vector. @returns 0 or -errno */
function readMessage(task: Task, message: u64): i32 {
  if (copyFromUser(task, message, headers, MESSAGE_BYTES) != 0) return -EFAULT;
  messageName = load<u64>(headers);
  messageNameLength = load<u32>(headers, 8);
  messageControl = load<u64>(headers, 32);
  messageControlLength = load<u64>(headers, 40);
  const count = load<u64>(headers, 24);
  if (count > 1024) return -EMSGSIZE;
  if (<i32>messageNameLength < 0) return -EINVAL;
  return aimAtVector(task, io, load<u64>(headers, 16), <i32>count);
}

function sendMessage(task: Task, socket: Socket, message: u64, flags: u32): i64 {
  const problem = readMessage(task, message);
  if (problem != 0) return problem;
  // A call that goes on after a partial send has handed its descriptors over already.
  const ancillary = task.progress == 0 ? readControl(task, socket, messageControl, messageControlLength) : null;
  if (task.progress == 0 && controlProblem != 0) return controlProblem;
  const before = task.progress;
  const result = send(task, socket, messageName, messageNameLength, flags, withCredentials(task, socket, ancillary));
  if (ancillary && before == 0 && task.progress == 0 && result <= 0 && !(result == 0 && !socket.isStream)) ancillary.release();
  return result;
}

export function sys_sendmsg(task: Task, fd: i32, message: u64, flags: i32): i64 {
  const socket = socketAt(task, fd);
  return socket ? sendMessage(task, socket, message, flags) : socketProblem;
}

export function sys_sendmmsg(task: Task, fd: i32, messages: u64, count: u64, flags: i32): i64 {
  const socket = socketAt(task, fd);
  if (socket == null) return socketProblem;
  const total = min<u64>(count, 1024);
  for (let i: u64 = 0; i < total; i++) {
    const at = messages + i * 64;
    // Only the first message is waited for: a call that has waited starts again with it.
    const sent = sendMessage(task, socket, at, i > 0 ? flags | MSG_DONTWAIT : flags);
    if (sent < 0) return i > 0 ? <i64>i : sent;
    task.progress = 0;
    if (writeU32(task, at + 56, <u32>sent) != 0) return -EFAULT;
    if (socket.isStream && io.remaining > 0) return i + 1;
  }
  return total;
}

function receiveMessage(task: Task, socket: Socket, message: u64, flags: u32): i64 {
  const problem = readMessage(task, message);
  if (problem != 0) return problem;
  if ((flags & MSG_ERRQUEUE) != 0) return -EAGAIN;
  if ((flags & MSG_OOB) != 0) return -EINVAL;
  const n = socket.receive(task, io, flags);
  if (n < 0) return n;
  let outFlags: u32 = 0;
  if (!socket.isStream && receivedLength > <u32>n) outFlags |= MSG_TRUNC;
  if (messageName != 0) {
    const sender = receivedSender;
    const length: u32 = sender ? sender.length : 0;
    if (sender && copyToUser(task, messageName, sender.at, min(length, messageNameLength)) != 0) {
      if ((flags & MSG_PEEK) == 0) closeReceivedFiles();
      return -EFAULT;
    }
    writeU32(task, message + 8, length);
  }
  outFlags |= writeControl(task, socket, messageControl, messageControl == 0 ? 0 : messageControlLength, flags);
  writeU64(task, message + 40, controlBytes);
  writeU32(task, message + 48, outFlags | (flags & MSG_CMSG_CLOEXEC));
  return (flags & MSG_TRUNC) != 0 && !socket.isStream ? <i64>receivedLength : n;
}

export function sys_recvmsg(task: Task, fd: i32, message: u64, flags: i32): i64 {
  const socket = socketAt(task, fd);
  return socket ? receiveMessage(task, socket, message, flags) : socketProblem;
}

export function sys_recvmmsg(task: Task, fd: i32, messages: u64, count: u64, flags: i32, timeout: u64): i64 {
  const socket = socketAt(task, fd);
  if (socket == null) return socketProblem;
  const total = min<u64>(count, 1024);
  const bits = <u32>flags & ~MSG_WAITFORONE;
  for (let i: u64 = 0; i < total; i++) {
    const at = messages + i * 64;
    // Whatever has arrived is handed out; only the first message is waited for.
    const got = receiveMessage(task, socket, at, i > 0 ? bits | MSG_DONTWAIT : bits);
    if (got < 0) return i > 0 ? <i64>i : got;
    task.progress = 0;
    if (writeU32(task, at + 56, <u32>got) != 0) return -EFAULT;
  }
  return total;
}
