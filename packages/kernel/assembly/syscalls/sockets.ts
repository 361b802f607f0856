import {
  EAFNOSUPPORT,
  EBADF,
  ECONNREFUSED,
  EDESTADDRREQ,
  EFAULT,
  EINVAL,
  EISCONN,
  EMFILE,
  EMSGSIZE,
  ENOPROTOOPT,
  ENOTCONN,
  ENOTSOCK,
  EOPNOTSUPP,
  EPROTONOSUPPORT,
  EPROTOTYPE,
  ESOCKTNOSUPPORT,
} from '../linux/errno';
import { O_NONBLOCK } from '../linux/open-flags';
import {
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_UNIX,
  AF_UNSPEC,
  IPPROTO_TCP,
  IPPROTO_UDP,
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_OOB,
  MSG_TRUNC,
  MSG_WAITFORONE,
  SCM_CREDENTIALS,
  SCM_MAX_FD,
  SCM_RIGHTS,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOCK_TYPE_MASK,
  SOL_SOCKET,
} from '../linux/socket';
import { InetSocket } from '../fs/inet-socket';
import { IoCursor } from '../fs/io-cursor';
import { NETLINK_ROUTE, NetlinkSocket } from '../fs/netlink-socket';
import { OpenFile } from '../fs/open-file';
import { lastError } from '../fs/result';
import {
  acceptResult,
  Ancillary,
  joinSockets,
  receivedAncillary,
  receivedLength,
  receivedSender,
  Socket,
  SOCKET_FLAGS,
  socketPlace,
} from '../fs/socket';
import { SocketAddress, unnamedUnix } from '../fs/socket-address';
import { getSocketOption, setSocketOption } from '../fs/socket-options';
import { UnixSocket } from '../fs/unix-socket';
import { copyFromUser, copyToUser, readI32, userFault, writeU32 } from '../process/user-memory';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { aimAtVector } from './read-write';

const io = new IoCursor();
const addressBuffer: usize = memory.data(128, 8);
const pairBuffer: usize = memory.data(8, 8);

/** Why `socketAt` returned null. */
let socketProblem: i32 = 0;

function socketAt(task: Task, fd: i32): Socket | null {
  const file = task.files.getForIo(fd);
  socketProblem = file == null ? -EBADF : -ENOTSOCK;
  return file && file instanceof Socket ? changetype<Socket>(file) : null;
}

let makeProblem: i32 = 0;

/** @returns null with `makeProblem` */
function makeSocket(task: Task, domain: i32, type: i32, protocol: i32): Socket | null {
  const kind = type & SOCK_TYPE_MASK;
  const flags = SOCKET_FLAGS | ((type & SOCK_NONBLOCK) != 0 ? O_NONBLOCK : 0);
  makeProblem = -EINVAL;
  if ((type & ~(SOCK_TYPE_MASK | SOCK_NONBLOCK | SOCK_CLOEXEC)) != 0) return null;
  let made: Socket;
  if (domain == AF_UNIX) {
    makeProblem = -EPROTONOSUPPORT;
    if (protocol != 0 && protocol != AF_UNIX) return null;
    makeProblem = -ESOCKTNOSUPPORT;
    if (kind != SOCK_STREAM && kind != SOCK_DGRAM && kind != SOCK_SEQPACKET && kind != SOCK_RAW) return null;
    made = new UnixSocket(socketPlace(task), flags, kind == SOCK_RAW ? SOCK_DGRAM : kind);
  } else if (domain == AF_INET || domain == AF_INET6) {
    const natural = kind == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    makeProblem = kind == SOCK_RAW ? -1 : -ESOCKTNOSUPPORT; // EPERM: raw sockets are not granted
    if (kind != SOCK_STREAM && kind != SOCK_DGRAM) return null;
    makeProblem = -EPROTONOSUPPORT;
    if (protocol != 0 && protocol != natural) return null;
    made = new InetSocket(socketPlace(task), flags, domain, kind, natural);
  } else if (domain == AF_NETLINK) {
    makeProblem = -EPROTONOSUPPORT;
    if (protocol != NETLINK_ROUTE) return null;
    makeProblem = -ESOCKTNOSUPPORT;
    if (kind != SOCK_RAW && kind != SOCK_DGRAM) return null;
    made = new NetlinkSocket(socketPlace(task), flags);
  } else {
    makeProblem = -EAFNOSUPPORT;
    return null;
  }
  made.ownedBy(task);
  return made;
}

function install(task: Task, file: OpenFile, type: i32): i64 {
  const fd = task.files.install(task, file, (type & SOCK_CLOEXEC) != 0);
  if (fd < 0) file.release();
  return fd;
}

export function sys_socket(task: Task, domain: i32, type: i32, protocol: i32): i64 {
  const made = makeSocket(task, domain, type, protocol);
  return made ? install(task, made, type) : makeProblem;
}

export function sys_socketpair(task: Task, domain: i32, type: i32, protocol: i32, fds: u64): i64 {
  if (domain != AF_UNIX) {
    const probe = makeSocket(task, domain, type, protocol);
    if (probe == null) return makeProblem;
    probe.release();
    return -EOPNOTSUPP;
  }
  const a = makeSocket(task, domain, type, protocol);
  if (a == null) return makeProblem;
  const b = changetype<Socket>(changetype<usize>(makeSocket(task, domain, type, protocol)));
  joinSockets(a, b);
  const first = install(task, a, type);
  if (first < 0) {
    b.release();
    return first;
  }
  const second = install(task, b, type);
  store<i32>(pairBuffer, <i32>first);
  store<i32>(pairBuffer + 4, <i32>second);
  if (second >= 0 && copyToUser(task, fds, pairBuffer, 8) == 0) return 0;
  task.files.close(task, <i32>first);
  if (second < 0) return second;
  task.files.close(task, <i32>second);
  return -EFAULT;
}

/** Copies an address to `addressBuffer`. @returns 0 or -errno */
function readAddress(task: Task, address: u64, length: u64): i32 {
  if (<i32>length < 0 || length > 128) return -EINVAL;
  memory.fill(addressBuffer, 0, 128);
  return copyFromUser(task, address, addressBuffer, <usize>length);
}

/** Writes an address as accept(2) and friends do: as much as there is room for, and its whole length. */
function writeAddress(task: Task, address: SocketAddress | null, to: u64, lengthAt: u64): i64 {
  if (to == 0) return 0;
  const room = readI32(task, lengthAt);
  if (userFault()) return -EFAULT;
  if (room < 0) return -EINVAL;
  const length: u32 = address ? address.length : 0;
  if (address && copyToUser(task, to, address.at, min<u32>(room, length)) != 0) return -EFAULT;
  return writeU32(task, lengthAt, length);
}

export function sys_bind(task: Task, fd: i32, address: u64, length: u64): i64 {
  const socket = socketAt(task, fd);
  if (socket == null) return socketProblem;
  const problem = readAddress(task, address, length);
  if (problem != 0) return problem;
  if (length < 2) return -EINVAL;
  return socket.bind(task, addressBuffer, <u32>length);
}

export function sys_listen(task: Task, fd: i32, backlog: i32): i64 {
  const socket = socketAt(task, fd);
  return socket ? socket.listen(task, backlog) : socketProblem;
}

export function sys_accept(task: Task, fd: i32, address: u64, length: u64): i64 {
  return sys_accept4(task, fd, address, length, 0);
}

export function sys_accept4(task: Task, fd: i32, address: u64, length: u64, flags: i32): i64 {
  if ((flags & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) != 0) return -EINVAL;
  const socket = socketAt(task, fd);
  if (socket == null) return socketProblem;
  const accepted = socket.accept(task);
  if (accepted == null) return acceptResult;
  if ((flags & SOCK_NONBLOCK) != 0) accepted.flags |= O_NONBLOCK;
  const problem = writeAddress(task, accepted.remote ? accepted.remote : nameless(accepted), address, length);
  if (problem != 0) {
    accepted.release();
    return problem;
  }
  return install(task, accepted, flags);
}

function nameless(socket: Socket): SocketAddress | null {
  if (socket.domain == AF_UNIX) return unnamedUnix();
  if (socket.domain == AF_NETLINK) return changetype<NetlinkSocket>(socket).ownAddress();
  return changetype<InetSocket>(socket).address.toSocketAddress(socket.domain);
}

/** @source connect(2) */
export function sys_connect(task: Task, fd: i32, address: u64, length: u64): i64 {
  const socket = socketAt(task, fd);
  if (socket == null) return socketProblem;
  const problem = readAddress(task, address, length);
  if (problem != 0) return problem;
  if (length < 2) return -EINVAL;
  if (load<u16>(addressBuffer) == AF_UNSPEC && socket.isDatagram) {
    socket.peer = null;
    socket.remote = null;
    socket.isConnected = false;
    return 0;
  }
  if (socket.isListening) return -EINVAL;
  if (socket.isConnected && !socket.isDatagram) return -EISCONN;
  const target = socket.resolve(task, addressBuffer, <u32>length);
  if (target == null && !(socket.isDatagram && socket.domain != AF_UNIX && lastError == ECONNREFUSED)) {
    socket.wasRefused = socket.domain != AF_UNIX && lastError == ECONNREFUSED;
    return -lastError;
  }
  const bindProblem = socket.autoBind(task, target ? target : socket);
  if (bindProblem != 0) return bindProblem;
  if (socket.domain == AF_NETLINK) return 0;
  if (socket.isDatagram) {
    socket.peer = target;
    socket.isConnected = true;
    socket.remote = target && socket.domain == AF_UNIX ? target.local : null;
    if (socket.domain != AF_UNIX) changetype<InetSocket>(socket).rememberRemote();
    return 0;
  }
  const result = socket.connectTo(task, changetype<Socket>(changetype<usize>(target)));
  if (result == 0 && socket.domain != AF_UNIX) {
    changetype<InetSocket>(socket).rememberRemote();
    const peer = socket.peer;
    if (peer) changetype<InetSocket>(peer).settleAccepted(changetype<InetSocket>(socket));
  }
  return result;
}

export function sys_getsockname(task: Task, fd: i32, address: u64, length: u64): i64 {
  const socket = socketAt(task, fd);
  if (socket == null) return socketProblem;
  return writeAddress(task, socket.local ? socket.local : nameless(socket), address, length);
}

export function sys_getpeername(task: Task, fd: i32, address: u64, length: u64): i64 {
  const socket = socketAt(task, fd);
  if (socket == null) return socketProblem;
  if (!socket.isConnected) return -ENOTCONN;
  const remote = socket.remote;
  return writeAddress(task, remote ? remote : nameless(socket), address, length);
}

export function sys_shutdown(task: Task, fd: i32, how: i32): i64 {
  const socket = socketAt(task, fd);
  return socket ? socket.shutdown(how) : socketProblem;
}

export function sys_setsockopt(task: Task, fd: i32, level: i32, option: i32, value: u64, length: u64): i64 {
  const socket = socketAt(task, fd);
  return socket ? setSocketOption(task, socket, level, option, value, <i32>length) : socketProblem;
}

export function sys_getsockopt(task: Task, fd: i32, level: i32, option: i32, value: u64, length: u64): i64 {
  const socket = socketAt(task, fd);
  return socket ? getSocketOption(task, socket, level, option, value, length) : socketProblem;
}

// ---- sending and receiving ----

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
    targetProblem = socket.isConnected ? -EISCONN : socket.domain == AF_UNIX ? -EOPNOTSUPP : -32; // EPIPE
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
  if ((<u32>flags & MSG_ERRQUEUE) != 0) return -11; // EAGAIN
  io.user(task, to, min<u64>(length, 0x7fff_f000));
  const n = socket.receive(task, io, flags);
  if (n < 0) return n;
  dropAncillary(flags);
  if (address != 0) {
    const problem = writeAddress(task, receivedSender, address, addressLength);
    if (problem != 0) return problem;
  }
  return (<u32>flags & MSG_TRUNC) != 0 && !socket.isStream ? <i64>receivedLength : n;
}

/** Files that came along and are not wanted are closed. */
function dropAncillary(flags: u32): void {
  const ancillary = receivedAncillary;
  const MSG_PEEK: u32 = 2;
  if (ancillary && (flags & MSG_PEEK) == 0) ancillary.release();
}

/** struct msghdr: name, length, vector, count, control, length, flags. */
const MESSAGE_BYTES: u32 = 56;
const headers: usize = memory.data(56, 8);
const controlBuffer: usize = memory.data(4096, 8);

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

let controlProblem: i32 = 0;

/** Reads control messages: descriptors and credentials. @returns null when there are none, or with `controlProblem` */
function readControl(task: Task, socket: Socket): Ancillary | null {
  controlProblem = 0;
  if (messageControl == 0 || messageControlLength == 0) return null;
  if (messageControlLength > 4096) {
    controlProblem = -105; // ENOBUFS
    return null;
  }
  const length = <u32>messageControlLength;
  if (copyFromUser(task, messageControl, controlBuffer, length) != 0) {
    controlProblem = -EFAULT;
    return null;
  }
  const ancillary = new Ancillary();
  let found = false;
  let at: u32 = 0;
  while (at + 16 <= length && controlProblem == 0) {
    const bytes = load<u64>(controlBuffer + at);
    if (bytes < 16 || at + bytes > length) {
      controlProblem = -EINVAL;
      break;
    }
    const level = load<i32>(controlBuffer + at, 8);
    const type = load<i32>(controlBuffer + at, 12);
    const data = controlBuffer + at + 16;
    if (level == SOL_SOCKET && type == SCM_RIGHTS && socket.domain == AF_UNIX) {
      found = true;
      controlProblem = takeFiles(task, ancillary, data, <u32>(bytes - 16) >> 2);
    } else if (level == SOL_SOCKET && type == SCM_CREDENTIALS && bytes >= 28) {
      const pid = load<i32>(data);
      if (pid != task.pid && task.credentials.euid != 0) controlProblem = -1; // EPERM
    } else if (level == SOL_SOCKET) controlProblem = -EINVAL;
    at += (<u32>bytes + 7) & ~7;
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

function withCredentials(task: Task, socket: Socket, ancillary: Ancillary | null): Ancillary | null {
  const peer = socket.peer;
  if (socket.domain != AF_UNIX || (ancillary == null && !(peer && peer.passCredentials) && !socket.isDatagram)) return ancillary;
  const data = ancillary ? ancillary : new Ancillary();
  data.pid = task.pid;
  data.uid = task.credentials.uid;
  data.gid = task.credentials.gid;
  return data;
}

function sendMessage(task: Task, socket: Socket, message: u64, flags: u32): i64 {
  let problem = readMessage(task, message);
  if (problem != 0) return problem;
  // A call that goes on after a partial send has handed its descriptors over already.
  const ancillary = task.progress == 0 ? readControl(task, socket) : null;
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
    task.progress = 0;
    const at = messages + i * 64;
    const sent = sendMessage(task, socket, at, flags);
    if (sent < 0) {
      if (i > 0) task.leaveQueues();
      return i > 0 ? <i64>i : sent;
    }
    if (writeU32(task, at + 56, <u32>sent) != 0) return -EFAULT;
  }
  return total;
}

function receiveMessage(task: Task, socket: Socket, message: u64, flags: u32): i64 {
  const problem = readMessage(task, message);
  if (problem != 0) return problem;
  if ((flags & MSG_ERRQUEUE) != 0) return -11; // EAGAIN
  if ((flags & MSG_OOB) != 0) return -EINVAL;
  const n = socket.receive(task, io, flags);
  if (n < 0) return n;
  let outFlags: u32 = 0;
  if (!socket.isStream && receivedLength > <u32>n) outFlags |= MSG_TRUNC;
  if (messageName != 0) {
    const sender = receivedSender;
    const length: u32 = sender ? sender.length : 0;
    if (sender && copyToUser(task, messageName, sender.at, min(length, messageNameLength)) != 0) return -EFAULT;
    writeU32(task, message + 8, length);
  }
  outFlags |= writeControl(task, socket, message, flags);
  writeU32(task, message + 48, outFlags | (flags & MSG_CMSG_CLOEXEC));
  return (flags & MSG_TRUNC) != 0 && !socket.isStream ? <i64>receivedLength : n;
}

/** Hands out control messages. @returns MSG_CTRUNC when there was no room for all */
function writeControl(task: Task, socket: Socket, message: u64, flags: u32): u32 {
  let used: u64 = 0;
  let truncated: u32 = 0;
  const room = messageControl == 0 ? 0 : messageControlLength;
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
      copyToUser(task, messageControl, controlBuffer, <usize>min<u64>(room, 32));
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
      copyToUser(task, messageControl + used, controlBuffer, <usize>bytes);
      used += min<u64>((bytes + 7) & ~7, room - used);
    }
    const MSG_PEEK: u32 = 2;
    if ((flags & MSG_PEEK) == 0) ancillary.release();
  }
  store<u64>(controlBuffer, used);
  copyToUser(task, message + 40, controlBuffer, 8);
  return truncated;
}

export function sys_recvmsg(task: Task, fd: i32, message: u64, flags: i32): i64 {
  const socket = socketAt(task, fd);
  return socket ? receiveMessage(task, socket, message, flags) : socketProblem;
}

export function sys_recvmmsg(task: Task, fd: i32, messages: u64, count: u64, flags: i32, timeout: u64): i64 {
  const socket = socketAt(task, fd);
  if (socket == null) return socketProblem;
  const total = min<u64>(count, 1024);
  let bits = <u32>flags & ~MSG_WAITFORONE;
  for (let i: u64 = 0; i < total; i++) {
    task.progress = 0;
    const at = messages + i * 64;
    // Whatever has arrived is handed out; only the first message is waited for.
    const got = receiveMessage(task, socket, at, i > 0 ? bits | MSG_DONTWAIT : bits);
    if (got < 0) return i > 0 ? <i64>i : got;
    if (writeU32(task, at + 56, <u32>got) != 0) return -EFAULT;
  }
  return total;
}
