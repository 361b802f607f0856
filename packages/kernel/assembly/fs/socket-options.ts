import { EDOM, EFAULT, EINVAL, ENOPROTOOPT, EOPNOTSUPP } from '../linux/errno';
import {
  AF_INET6,
  AF_UNIX,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  SO_ACCEPTCONN,
  SO_BINDTODEVICE,
  SO_DOMAIN,
  SO_ERROR,
  SO_INCOMING_NAPI_ID,
  SO_LINGER,
  SO_PASSCRED,
  SO_PEERCRED,
  SO_PEERPIDFD,
  SO_PEERSEC,
  SO_PROTOCOL,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_RCVTIMEO,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SO_SNDTIMEO,
  SO_TYPE,
  SOL_SOCKET,
  SOCK_STREAM,
  TCP_INFO,
  TCP_MAXSEG,
} from '../linux/socket';
import { copyFromUser, copyToUser, readI32, userFault, writeU32 } from '../process/user-memory';
import { Task } from '../task/task';
import { Socket } from './socket';

/** Above the numbers of IP, IPv6, TCP and UDP options. */
const MAX_OPTION: i32 = 255;
const DEFAULT_BUFFER: i32 = 212_992;
const buffer: usize = memory.data(256, 8);

function key(level: i32, option: i32): i32 {
  return (level << 16) | option;
}

/** Options are small numbers: what is remembered of a socket is limited by that. */
function isOption(level: i32, option: i32): bool {
  return option > 0 && option <= (level == SOL_SOCKET ? SO_PEERPIDFD : MAX_OPTION);
}

function knowsLevel(socket: Socket, level: i32): bool {
  if (level == SOL_SOCKET) return true;
  if (socket.domain == AF_UNIX) return false;
  if (level == IPPROTO_TCP) return socket.type == SOCK_STREAM;
  return level == IPPROTO_IP || (level == IPPROTO_IPV6 && socket.domain == AF_INET6) || (level == 17 && socket.type != SOCK_STREAM);
}

/** setsockopt(2): what changes nothing here is remembered, so that it reads back. */
export function setSocketOption(task: Task, socket: Socket, level: i32, option: i32, value: u64, length: i32): i64 {
  if (!knowsLevel(socket, level)) return socket.domain == AF_UNIX ? -EOPNOTSUPP : -ENOPROTOOPT;
  if (length < 0) return -EINVAL;
  if (!isOption(level, option)) return -ENOPROTOOPT;
  if (level == SOL_SOCKET) {
    if (option == SO_RCVTIMEO || option == SO_SNDTIMEO) return setTimeLimit(task, socket, option, value, length);
    if (option == SO_LINGER) return length < 8 ? -EINVAL : remember(task, socket, level, option, value);
    if (option == SO_BINDTODEVICE) return 0;
    if (option == SO_TYPE || option == SO_ERROR || option == SO_PROTOCOL || option == SO_DOMAIN || option == SO_ACCEPTCONN) {
      return -ENOPROTOOPT;
    }
  }
  if (level == IPPROTO_IPV6 && option == IPV6_V6ONLY && socket.local) return -EINVAL;
  if (length < 4) {
    // IP level options are taken as single bytes too.
    if (level == SOL_SOCKET || length < 1 || level == IPPROTO_TCP) return -EINVAL;
    if (copyFromUser(task, value, buffer, 1) != 0) return -EFAULT;
    socket.options.set(key(level, option), load<u8>(buffer));
    return 0;
  }
  const problem = remember(task, socket, level, option, value);
  if (problem != 0) return problem;
  const word = socket.options.get(key(level, option));
  if (level == SOL_SOCKET) {
    if (option == SO_PASSCRED) socket.passCredentials = word != 0;
    if (option == SO_SNDBUFFORCE) socket.options.set(key(level, SO_SNDBUF), word);
    if (option == SO_RCVBUFFORCE) socket.options.set(key(level, SO_RCVBUF), word);
  }
  return 0;
}

function remember(task: Task, socket: Socket, level: i32, option: i32, value: u64): i64 {
  const word = readI32(task, value);
  if (userFault()) return -EFAULT;
  socket.options.set(key(level, option), word);
  return 0;
}

function setTimeLimit(task: Task, socket: Socket, option: i32, value: u64, length: i32): i64 {
  if (length < 16) return -EINVAL;
  if (copyFromUser(task, value, buffer, 16) != 0) return -EFAULT;
  const seconds = load<i64>(buffer);
  const micros = load<i64>(buffer, 8);
  if (micros < 0 || micros >= 1_000_000) return -EDOM;
  const ns = seconds < 0 ? 0 : <u64>min<i64>(seconds, 9_000_000_000) * 1_000_000_000 + <u64>micros * 1000;
  if (option == SO_RCVTIMEO) socket.receiveTimeout = ns;
  else socket.sendTimeout = ns;
  return 0;
}

/** Writes `n` bytes of `buffer` as the value. */
function answer(task: Task, value: u64, lengthAt: u64, n: u32): i64 {
  const room = readI32(task, lengthAt);
  if (userFault()) return -EFAULT;
  if (room < 0) return -EINVAL;
  const part = min<u32>(room, n);
  if (copyToUser(task, value, buffer, part) != 0) return -EFAULT;
  return writeU32(task, lengthAt, part);
}

function answerWord(task: Task, value: u64, lengthAt: u64, word: i32): i64 {
  store<i32>(buffer, word);
  return answer(task, value, lengthAt, 4);
}

export function getSocketOption(task: Task, socket: Socket, level: i32, option: i32, value: u64, lengthAt: u64): i64 {
  if (!knowsLevel(socket, level)) return -EOPNOTSUPP;
  if (!isOption(level, option)) return -ENOPROTOOPT;
  const known = socket.options.has(key(level, option)) ? socket.options.get(key(level, option)) : 0;
  if (level == IPPROTO_TCP) {
    memory.fill(buffer, 0, 256);
    if (option == TCP_INFO) {
      store<u8>(buffer, socket.isConnected ? 1 : socket.isListening ? 10 : 7);
      return answer(task, value, lengthAt, 104);
    }
    if (option == TCP_MAXSEG && known == 0) return answerWord(task, value, lengthAt, 65483);
  }
  if (level != SOL_SOCKET) return answerWord(task, value, lengthAt, known);
  switch (option) {
    case SO_TYPE:
      return answerWord(task, value, lengthAt, socket.type);
    case SO_DOMAIN:
      return answerWord(task, value, lengthAt, socket.domain);
    case SO_PROTOCOL:
      return answerWord(task, value, lengthAt, socket.protocol);
    case SO_ACCEPTCONN:
      return answerWord(task, value, lengthAt, socket.isListening ? 1 : 0);
    case SO_INCOMING_NAPI_ID:
      return answerWord(task, value, lengthAt, 0);
    case SO_ERROR: {
      const error = socket.pendingError;
      socket.pendingError = 0;
      return answerWord(task, value, lengthAt, error);
    }
    case SO_SNDBUF:
    case SO_RCVBUF:
      // Linux doubles what is asked for.
      return answerWord(task, value, lengthAt, known == 0 ? DEFAULT_BUFFER : max(min(known, DEFAULT_BUFFER) * 2, 2304));
    case SO_LINGER:
      store<i32>(buffer, known);
      store<i32>(buffer, 0, 4);
      return answer(task, value, lengthAt, 8);
    case SO_RCVTIMEO:
    case SO_SNDTIMEO: {
      const ns = option == SO_RCVTIMEO ? socket.receiveTimeout : socket.sendTimeout;
      store<u64>(buffer, ns / 1_000_000_000);
      store<u64>(buffer, (ns % 1_000_000_000) / 1000, 8);
      return answer(task, value, lengthAt, 16);
    }
    case SO_PEERCRED:
      store<i32>(buffer, socket.peerPid);
      store<u32>(buffer, socket.peerUid, 4);
      store<u32>(buffer, socket.peerGid, 8);
      return answer(task, value, lengthAt, 12);
    case SO_PEERSEC:
    case SO_PEERPIDFD:
      return -ENOPROTOOPT;
  }
  return answerWord(task, value, lengthAt, known);
}
