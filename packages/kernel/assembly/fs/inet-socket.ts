import { EACCES, EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, ECONNREFUSED, EINVAL, ENETUNREACH } from '../linux/errno';
import { AF_INET, AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, SO_REUSEADDR, SO_REUSEPORT, SOL_SOCKET } from '../linux/socket';
import { CAP_NET_BIND_SERVICE } from '../task/credentials';
import { Task } from '../task/task';
import { Path } from './path';
import { failWith } from './result';
import { Socket, SOCKET_FLAGS, socketPlace } from './socket';
import { anyAddress, InetAddress, loopbackAddress, parseInetAddress } from './socket-address';

const FIRST_EPHEMERAL: u32 = 32768;
const LAST_EPHEMERAL: u32 = 60999;
let nextEphemeral: u32 = FIRST_EPHEMERAL;

/** Bound sockets, in the order of their binding. */
const bound: InetSocket[] = [];

/**
 * TCP and UDP inside the box: over loopback, between its own processes. Nothing else is reachable.
 *
 * @source ip(7), tcp(7), udp(7)
 */
export class InetSocket extends Socket {
  address: InetAddress;

  constructor(place: Path, flags: u32, domain: i32, type: i32, protocol: i32) {
    super(place, flags, domain, type, protocol);
    this.address = anyAddress(domain);
  }

  private option(level: i32, name: i32): bool {
    const key = (level << 16) | name;
    return this.options.has(key) && this.options.get(key) != 0;
  }

  /** Whether an IPv6 socket takes IPv4 too. */
  private get isDual(): bool {
    return this.domain == AF_INET6 && !this.option(IPPROTO_IPV6, IPV6_V6ONLY);
  }

  bind(task: Task, at: usize, length: u32): i32 {
    const wanted = parseInetAddress(at, length);
    if (wanted == null) return length >= 2 && load<u16>(at) != this.domain ? -EAFNOSUPPORT : -EINVAL;
    if (<i32>load<u16>(at) != this.domain) return -EAFNOSUPPORT;
    if (this.local) return -EINVAL;
    if (!wanted.isAny && !wanted.isLoopback) return -EADDRNOTAVAIL;
    if (wanted.port != 0 && wanted.port < 1024 && !task.credentials.has(CAP_NET_BIND_SERVICE)) return -EACCES;
    return this.bindTo(wanted);
  }

  private bindTo(wanted: InetAddress): i32 {
    let address = wanted;
    if (address.port == 0) {
      const port = this.freePort(address);
      if (port == 0) return -EADDRINUSE;
      address = address.withPort(port);
    } else if (this.conflicts(address)) return -EADDRINUSE;
    this.address = address;
    this.local = address.toSocketAddress(this.domain);
    bound.push(this);
    return 0;
  }

  private freePort(address: InetAddress): u32 {
    for (let tries = FIRST_EPHEMERAL; tries <= LAST_EPHEMERAL; tries++) {
      const port = nextEphemeral;
      nextEphemeral = port == LAST_EPHEMERAL ? FIRST_EPHEMERAL : port + 1;
      if (!this.conflicts(address.withPort(port))) return port;
    }
    return 0;
  }

  private conflicts(address: InetAddress): bool {
    for (let i = 0; i < bound.length; i++) {
      const other = bound[i];
      if (other.type != this.type || other.address.port != address.port) continue;
      // Accepted connections share their listener's port.
      if (other.isConnected && other.isStream) continue;
      if (!this.overlaps(address, other)) continue;
      if (this.option(SOL_SOCKET, SO_REUSEPORT) && other.option(SOL_SOCKET, SO_REUSEPORT)) continue;
      const reuse = this.option(SOL_SOCKET, SO_REUSEADDR) && other.option(SOL_SOCKET, SO_REUSEADDR);
      if (reuse && (this.isDatagram || !other.isListening)) continue;
      return true;
    }
    return false;
  }

  private overlaps(address: InetAddress, other: InetSocket): bool {
    if (address.sameHost(other.address)) return true;
    if (address.isAny && this.covers(other.address)) return true;
    return other.address.isAny && other.covers(address);
  }

  /** Whether a socket bound to any address receives what is sent to this one. */
  private covers(address: InetAddress): bool {
    return this.domain == AF_INET ? address.isIpv4 : !address.isIpv4 || this.isDual;
  }

  autoBind(task: Task, target: Socket | null): i32 {
    if (this.local) {
      if (target && this.address.isAny) this.settle(changetype<InetSocket>(target));
      return 0;
    }
    const problem = this.bindTo(anyAddress(this.domain));
    if (problem == 0 && target) this.settle(changetype<InetSocket>(target));
    return problem;
  }

  /** A connection fixes the local address: that of the loopback interface. */
  private settle(target: InetSocket): void {
    const isIpv4 = this.domain == AF_INET || connectingTo.isIpv4;
    this.address = loopbackAddress(isIpv4).withPort(this.address.port);
    this.local = this.address.toSocketAddress(this.domain);
  }

  resolve(task: Task, at: usize, length: u32): Socket | null {
    let wanted = parseInetAddress(at, length);
    if (wanted == null) {
      failWith(length >= 2 && load<u16>(at) != AF_INET && load<u16>(at) != AF_INET6 ? EAFNOSUPPORT : EINVAL);
      return null;
    }
    const family = <i32>load<u16>(at);
    if (family != this.domain && !(this.domain == AF_INET6 && family == AF_INET && this.isDual)) {
      failWith(EAFNOSUPPORT);
      return null;
    }
    if (wanted.isAny) wanted = loopbackAddress(wanted.isIpv4 || this.domain == AF_INET).withPort(wanted.port);
    if (!wanted.isLoopback || (wanted.isIpv4 && this.domain == AF_INET6 && !this.isDual)) {
      failWith(ENETUNREACH);
      return null;
    }
    connectingTo = wanted;
    const found = this.find(wanted);
    if (found == null) failWith(ECONNREFUSED);
    return found;
  }

  /** Who receives what is sent to an address: the most exactly bound one. */
  private find(wanted: InetAddress): InetSocket | null {
    let best: InetSocket | null = null;
    for (let i = bound.length - 1; i >= 0; i--) {
      const other = bound[i];
      if (other.type != this.type || other.address.port != wanted.port || other.isClosed) continue;
      if (this.isStream && !other.isListening) continue;
      if (other.address.sameHost(wanted)) return other;
      if (other.address.isAny && other.covers(wanted)) best = other;
    }
    return best;
  }

  makePeer(task: Task): Socket {
    const peer = new InetSocket(socketPlace(task), SOCKET_FLAGS, this.domain, this.type, this.protocol);
    peer.address = connectingTo.withPort(this.address.port);
    return peer;
  }

  /** Where a connected or sending socket said it wanted to go, in the form of this socket's family. */
  rememberRemote(): void {
    this.remote = connectingTo.toSocketAddress(this.domain);
  }

  /** The accepting side speaks of both addresses in its own family. */
  settleAccepted(client: InetSocket): void {
    this.local = this.address.toSocketAddress(this.domain);
    this.remote = client.address.toSocketAddress(this.domain);
  }

  onUnbind(): void {
    const at = bound.indexOf(this);
    if (at >= 0) bound.splice(at, 1);
  }
}

/** What the last `resolve` was asked for. */
let connectingTo: InetAddress = anyAddress(AF_INET);
