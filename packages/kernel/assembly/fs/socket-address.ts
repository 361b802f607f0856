import { AF_INET, AF_INET6, AF_UNIX, SOCKADDR_IN6_BYTES, SOCKADDR_IN_BYTES } from '../linux/socket';

/** A socket's address as user space has it: struct sockaddr_un, sockaddr_in or sockaddr_in6. Immutable. */
export class SocketAddress {
  constructor(readonly bytes: StaticArray<u8>) {}

  static of(at: usize, n: u32): SocketAddress {
    const bytes = new StaticArray<u8>(n);
    memory.copy(changetype<usize>(bytes), at, n);
    return new SocketAddress(bytes);
  }

  get at(): usize {
    return changetype<usize>(this.bytes);
  }
  get length(): u32 {
    return this.bytes.length;
  }
  get family(): i32 {
    return this.length >= 2 ? load<u16>(this.at) : 0;
  }
}

/** Two bytes: what an unbound Unix socket is called. */
export function unnamedUnix(): SocketAddress {
  const at = memory.data(8, 8);
  store<u16>(at, <u16>AF_UNIX);
  return SocketAddress.of(at, 2);
}

const scratch: usize = memory.data(32, 8);

/**
 * An IP address and port. IPv4 addresses are kept as ::ffff:a.b.c.d, so that both families compare.
 */
export class InetAddress {
  constructor(
    /** First and second half, as the 16 bytes in memory. */
    readonly high: u64,
    readonly low: u64,
    readonly port: u32,
  ) {}

  get isIpv4(): bool {
    return this.high == 0 && <u32>this.low == 0xffff_0000;
  }
  /** 0.0.0.0 or :: */
  get isAny(): bool {
    return this.high == 0 && (this.low == 0 || this.low == 0xffff_0000);
  }
  /** 127.0.0.0/8 or ::1 */
  get isLoopback(): bool {
    if (this.isIpv4) return ((this.low >> 32) & 0xff) == 127;
    return this.high == 0 && this.low == 0x0100_0000_0000_0000;
  }
  sameHost(other: InetAddress): bool {
    return this.high == other.high && this.low == other.low;
  }
  withPort(port: u32): InetAddress {
    return new InetAddress(this.high, this.low, port);
  }

  /** As struct sockaddr_in or sockaddr_in6. */
  toSocketAddress(family: i32): SocketAddress {
    memory.fill(scratch, 0, 28);
    store<u16>(scratch, <u16>family);
    store<u16>(scratch + 2, bswap<u16>(<u16>this.port));
    if (family == AF_INET) {
      store<u32>(scratch + 4, <u32>(this.low >> 32));
      return SocketAddress.of(scratch, SOCKADDR_IN_BYTES);
    }
    store<u64>(scratch + 8, this.high);
    store<u64>(scratch + 16, this.low);
    return SocketAddress.of(scratch, SOCKADDR_IN6_BYTES);
  }
}

/** 0.0.0.0 for AF_INET, :: for AF_INET6. */
export function anyAddress(family: i32): InetAddress {
  return new InetAddress(0, family == AF_INET ? 0xffff_0000 : 0, 0);
}

/** 127.0.0.1 for IPv4 targets, ::1 for IPv6. */
export function loopbackAddress(isIpv4: bool): InetAddress {
  return isIpv4 ? new InetAddress(0, 0x0100_007f_ffff_0000, 0) : new InetAddress(0, 0x0100_0000_0000_0000, 0);
}

/** Reads struct sockaddr_in or sockaddr_in6 in kernel memory; null when it is neither or too short. */
export function parseInetAddress(at: usize, length: u32): InetAddress | null {
  if (length < 2) return null;
  const family = <i32>load<u16>(at);
  const port = <u32>bswap<u16>(load<u16>(at + 2));
  if (family == AF_INET && length >= SOCKADDR_IN_BYTES) {
    return new InetAddress(0, (<u64>load<u32>(at + 4) << 32) | 0xffff_0000, port);
  }
  if (family == AF_INET6 && length >= 24) return new InetAddress(load<u64>(at + 8), load<u64>(at + 16), port);
  return null;
}
