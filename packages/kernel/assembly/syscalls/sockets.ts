import {
  EAFNOSUPPORT,
  EBADF,
  ECONNREFUSED,
  EFAULT,
  EINVAL,
  EISCONN,
  EMFILE,
  ENOTCONN,
  ENOTSOCK,
  EOPNOTSUPP,
  EPERM,
  EPROTONOSUPPORT,
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
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOCK_TYPE_MASK,
} from '../linux/socket';
import { InetSocket } from '../fs/inet-socket';
import { NETLINK_ROUTE, NetlinkSocket } from '../fs/netlink-socket';
import { OpenFile } from '../fs/open-file';
import { lastError } from '../fs/result';
import { acceptResult, joinSockets, Socket, SOCKET_FLAGS, socketPlace } from '../fs/socket';
import { SocketAddress, unnamedUnix } from '../fs/socket-address';
import { getSocketOption, setSocketOption } from '../fs/socket-options';
import { UnixSocket } from '../fs/unix-socket';
import { copyFromUser, copyToUser, readI32, userFault, writeU32 } from '../process/user-memory';
import { Task } from '../task/task';

/** What `readAddress` read. */
export const addressBuffer: usize = memory.data(128, 8);
const pairBuffer: usize = memory.data(8, 8);

/** Why `socketAt` returned null. */
export let socketProblem: i32 = 0;

export function socketAt(task: Task, fd: i32): Socket | null {
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
    makeProblem = kind == SOCK_RAW ? -EPERM : -ESOCKTNOSUPPORT; // raw sockets are not granted
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
export function readAddress(task: Task, address: u64, length: u64): i32 {
  if (<i32>length < 0 || length > 128) return -EINVAL;
  memory.fill(addressBuffer, 0, 128);
  return copyFromUser(task, address, addressBuffer, <usize>length);
}

/** Writes an address as accept(2) and friends do: as much as there is room for, and its whole length. */
export function writeAddress(task: Task, address: SocketAddress | null, to: u64, lengthAt: u64): i64 {
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
  if (!task.files.hasRoom(task)) return -EMFILE;
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
