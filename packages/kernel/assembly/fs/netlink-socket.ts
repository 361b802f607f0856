import { EFAULT, EINVAL, ENOBUFS, EOPNOTSUPP } from '../linux/errno';
import { AF_INET, AF_INET6, AF_NETLINK, AF_UNSPEC, SOCK_DGRAM } from '../linux/socket';
import { Task } from '../task/task';
import { Ancillary } from './ancillary';
import { IoCursor } from './io-cursor';
import { Path } from './path';
import { Socket, SOCKET_FLAGS, socketPlace } from './socket';
import { SocketAddress } from './socket-address';

/** @source Linux include/uapi/linux/netlink.h, rtnetlink.h, if_link.h, if_addr.h */
export const NETLINK_ROUTE: i32 = 0;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLM_F_MULTI: u16 = 2;
const NLM_F_DUMP: u32 = 0x300;
const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u32 = 18;
const RTM_NEWADDR: u16 = 20;
const RTM_GETADDR: u32 = 22;
/** Headers of 16 bytes: length, type, flags, sequence number, port. */
const HEADER_BYTES: u32 = 16;
const ADDRESS_BYTES: u32 = 12;

const IFF_LOOPBACK_UP: u32 = 0x10049; // UP, LOOPBACK, RUNNING, LOWER_UP
const ARPHRD_LOOPBACK: u16 = 772;
const SCOPE_HOST: u8 = 254;

const request: usize = memory.data(8192, 8);
const reply: usize = memory.data(2048, 8);
let used: u32 = 0;
/** Where the message being written starts. */
let start: u32 = 0;

function begin(type: u16, flags: u16, sequence: u32, port: u32): void {
  start = used;
  store<u16>(reply + used, type, 4);
  store<u16>(reply + used, flags, 6);
  store<u32>(reply + used, sequence, 8);
  store<u32>(reply + used, port, 12);
  used += HEADER_BYTES;
}

function finish(): void {
  store<u32>(reply + start, used - start);
  used = (used + 3) & ~3;
}

/** An attribute: length, type, bytes, padding. */
function attribute(type: u16, from: usize, n: u32): void {
  store<u16>(reply + used, <u16>(n + 4));
  store<u16>(reply + used, type, 2);
  memory.copy(reply + used + 4, from, n);
  used = (used + 4 + n + 3) & ~3;
}

const LO: usize = memory.data<u8>([108, 111, 0, 0]);
const NO_ADDRESS: usize = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0]);
const MTU: usize = memory.data<u32>([65536]);
const LOCALHOST_4: usize = memory.data<u8>([127, 0, 0, 1]);
const LOCALHOST_6: usize = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

const addressBuffer: usize = memory.data(12, 4);

/** struct sockaddr_nl */
function addressOf(port: u32): SocketAddress {
  memory.fill(addressBuffer, 0, ADDRESS_BYTES);
  store<u16>(addressBuffer, <u16>AF_NETLINK);
  store<u32>(addressBuffer, port, 4);
  return SocketAddress.of(addressBuffer, ADDRESS_BYTES);
}

/** Where answers come from. */
const KERNEL: SocketAddress = addressOf(0);

/** rtnetlink(7), as far as listing the one interface goes: loopback. */
export class NetlinkSocket extends Socket {
  private port: u32 = 0;

  constructor(place: Path, flags: u32) {
    super(place, flags, AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE);
  }

  ownAddress(): SocketAddress {
    return addressOf(this.port);
  }

  bind(task: Task, at: usize, length: u32): i32 {
    if (length < ADDRESS_BYTES || load<u16>(at) != <u16>AF_NETLINK) return -EINVAL;
    const wanted = load<u32>(at + 4);
    this.port = wanted != 0 ? wanted : task.pid;
    return 0;
  }

  /** The kernel is the only one to talk to. */
  resolve(task: Task, at: usize, length: u32): Socket | null {
    return this;
  }

  makePeer(task: Task): Socket {
    return new NetlinkSocket(socketPlace(task), SOCKET_FLAGS);
  }

  send(task: Task, io: IoCursor, flags: u32, target: Socket | null, ancillary: Ancillary | null): i64 {
    if (this.port == 0) this.port = task.pid;
    const wanted = <u32>min<u64>(io.remaining, 8192);
    const n = io.take(request, wanted);
    if (n != wanted) return -EFAULT;
    let at: u32 = 0;
    while (at + HEADER_BYTES <= n) {
      const length = load<u32>(request + at);
      if (length < HEADER_BYTES || length > n - at) break;
      // As on Linux, answers that nobody reads are lost: recvmsg(2) says ENOBUFS then.
      if (this.messages.isFull) this.pendingError = ENOBUFS;
      else this.answer(request + at, length);
      at += (length + 3) & ~3;
    }
    return n;
  }

  private answer(message: usize, length: u32): void {
    const type = <u32>load<u16>(message, 4);
    const sequence = load<u32>(message, 8);
    const family = length > HEADER_BYTES ? <i32>load<u8>(message, HEADER_BYTES) : AF_UNSPEC;
    memory.fill(reply, 0, 2048);
    used = 0;
    const isDump = (<u32>load<u16>(message, 6) & NLM_F_DUMP) != 0;
    if (type == RTM_GETLINK) this.writeLink(isDump ? NLM_F_MULTI : 0, sequence);
    else if (type == RTM_GETADDR) {
      if (family == AF_UNSPEC || family == AF_INET) this.writeAddress(sequence, AF_INET, 8, LOCALHOST_4, 4);
      if (family == AF_UNSPEC || family == AF_INET6) this.writeAddress(sequence, AF_INET6, 128, LOCALHOST_6, 16);
    } else if (!isDump) {
      begin(NLMSG_ERROR, 0, sequence, this.port);
      store<i32>(reply + used, -EOPNOTSUPP);
      memory.copy(reply + used + 4, message, HEADER_BYTES);
      used += 4 + HEADER_BYTES;
      finish();
    }
    if (isDump) {
      begin(NLMSG_DONE, NLM_F_MULTI, sequence, this.port);
      used += 4;
      finish();
    }
    this.deliver(reply, used, KERNEL);
  }

  private writeLink(flags: u16, sequence: u32): void {
    begin(RTM_NEWLINK, flags, sequence, this.port);
    store<u16>(reply + used, ARPHRD_LOOPBACK, 2);
    store<i32>(reply + used, 1, 4);
    store<u32>(reply + used, IFF_LOOPBACK_UP, 8);
    used += 16;
    attribute(3, LO, 3); // IFLA_IFNAME
    attribute(4, MTU, 4); // IFLA_MTU
    attribute(1, NO_ADDRESS, 6); // IFLA_ADDRESS
    attribute(2, NO_ADDRESS, 6); // IFLA_BROADCAST
    finish();
  }

  private writeAddress(sequence: u32, family: i32, prefix: u8, address: usize, n: u32): void {
    begin(RTM_NEWADDR, NLM_F_MULTI, sequence, this.port);
    store<u8>(reply + used, <u8>family);
    store<u8>(reply + used, prefix, 1);
    store<u8>(reply + used, 0x80, 2); // IFA_F_PERMANENT
    store<u8>(reply + used, SCOPE_HOST, 3);
    store<u32>(reply + used, 1, 4);
    used += 8;
    attribute(1, address, n); // IFA_ADDRESS
    if (family == AF_INET) {
      attribute(2, address, n); // IFA_LOCAL
      attribute(3, LO, 3); // IFA_LABEL
    }
    finish();
  }
}
