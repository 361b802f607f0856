/** Sockets. @source Linux include/linux/socket.h, include/uapi/asm-generic/socket.h, include/uapi/linux/{in,in6,tcp,un}.h */
export const AF_UNSPEC: i32 = 0;
export const AF_UNIX: i32 = 1;
export const AF_INET: i32 = 2;
export const AF_INET6: i32 = 10;
export const AF_NETLINK: i32 = 16;

export const SOCK_STREAM: i32 = 1;
export const SOCK_DGRAM: i32 = 2;
export const SOCK_RAW: i32 = 3;
export const SOCK_SEQPACKET: i32 = 5;
export const SOCK_TYPE_MASK: i32 = 0xf;
export const SOCK_NONBLOCK: i32 = 0o4000;
export const SOCK_CLOEXEC: i32 = 0o2000000;

export const IPPROTO_IP: i32 = 0;
export const IPPROTO_TCP: i32 = 6;
export const IPPROTO_UDP: i32 = 17;
export const IPPROTO_IPV6: i32 = 41;

export const SOL_SOCKET: i32 = 1;
export const SO_DEBUG: i32 = 1;
export const SO_REUSEADDR: i32 = 2;
export const SO_TYPE: i32 = 3;
export const SO_ERROR: i32 = 4;
export const SO_DONTROUTE: i32 = 5;
export const SO_BROADCAST: i32 = 6;
export const SO_SNDBUF: i32 = 7;
export const SO_RCVBUF: i32 = 8;
export const SO_KEEPALIVE: i32 = 9;
export const SO_OOBINLINE: i32 = 10;
export const SO_PRIORITY: i32 = 12;
export const SO_LINGER: i32 = 13;
export const SO_REUSEPORT: i32 = 15;
export const SO_PASSCRED: i32 = 16;
export const SO_PEERCRED: i32 = 17;
export const SO_RCVLOWAT: i32 = 18;
export const SO_SNDLOWAT: i32 = 19;
export const SO_RCVTIMEO: i32 = 20;
export const SO_SNDTIMEO: i32 = 21;
export const SO_BINDTODEVICE: i32 = 25;
export const SO_TIMESTAMP: i32 = 29;
export const SO_ACCEPTCONN: i32 = 30;
export const SO_PEERSEC: i32 = 31;
export const SO_SNDBUFFORCE: i32 = 32;
export const SO_RCVBUFFORCE: i32 = 33;
export const SO_MARK: i32 = 36;
export const SO_PROTOCOL: i32 = 38;
export const SO_DOMAIN: i32 = 39;
export const SO_INCOMING_NAPI_ID: i32 = 56;
export const SO_COOKIE: i32 = 57;
export const SO_PEERPIDFD: i32 = 77;

export const TCP_NODELAY: i32 = 1;
export const TCP_MAXSEG: i32 = 2;
export const TCP_INFO: i32 = 11;
export const IPV6_V6ONLY: i32 = 26;

export const SOMAXCONN: i32 = 4096;

export const MSG_OOB: u32 = 1;
export const MSG_PEEK: u32 = 2;
export const MSG_CTRUNC: u32 = 8;
export const MSG_TRUNC: u32 = 0x20;
export const MSG_DONTWAIT: u32 = 0x40;
export const MSG_EOR: u32 = 0x80;
export const MSG_WAITALL: u32 = 0x100;
export const MSG_ERRQUEUE: u32 = 0x2000;
export const MSG_NOSIGNAL: u32 = 0x4000;
export const MSG_WAITFORONE: u32 = 0x10000;
export const MSG_CMSG_CLOEXEC: u32 = 0x40000000;

export const SCM_RIGHTS: i32 = 1;
export const SCM_CREDENTIALS: i32 = 2;
export const SCM_MAX_FD: u32 = 253;

export const SHUT_RD: i32 = 0;
export const SHUT_WR: i32 = 1;
export const SHUT_RDWR: i32 = 2;

export const SOCKADDR_STORAGE_BYTES: u32 = 128;
export const SOCKADDR_UN_BYTES: u32 = 110;
export const UNIX_PATH_MAX: u32 = 108;
export const SOCKADDR_IN_BYTES: u32 = 16;
export const SOCKADDR_IN6_BYTES: u32 = 28;
