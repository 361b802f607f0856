/** fcntl(2) and flock(2). @source Linux include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h */
export const F_DUPFD: i32 = 0;
export const F_GETFD: i32 = 1;
export const F_SETFD: i32 = 2;
export const F_GETFL: i32 = 3;
export const F_SETFL: i32 = 4;
export const F_GETLK: i32 = 5;
export const F_SETLK: i32 = 6;
export const F_SETLKW: i32 = 7;
export const F_SETOWN: i32 = 8;
export const F_GETOWN: i32 = 9;
export const F_SETSIG: i32 = 10;
export const F_GETSIG: i32 = 11;
export const F_SETOWN_EX: i32 = 15;
export const F_GETOWN_EX: i32 = 16;
export const F_OFD_GETLK: i32 = 36;
export const F_OFD_SETLK: i32 = 37;
export const F_OFD_SETLKW: i32 = 38;
export const F_SETLEASE: i32 = 1024;
export const F_GETLEASE: i32 = 1025;
export const F_NOTIFY: i32 = 1026;
export const F_DUPFD_CLOEXEC: i32 = 1030;
export const F_SETPIPE_SZ: i32 = 1031;
export const F_GETPIPE_SZ: i32 = 1032;
export const F_ADD_SEALS: i32 = 1033;
export const F_GET_SEALS: i32 = 1034;

export const FD_CLOEXEC: u32 = 1;

export const F_RDLCK: i32 = 0;
export const F_WRLCK: i32 = 1;
export const F_UNLCK: i32 = 2;

export const F_SEAL_SEAL: u32 = 1;
export const F_SEAL_SHRINK: u32 = 2;
export const F_SEAL_GROW: u32 = 4;
export const F_SEAL_WRITE: u32 = 8;
export const F_SEAL_FUTURE_WRITE: u32 = 16;

export const LOCK_SH: i32 = 1;
export const LOCK_EX: i32 = 2;
export const LOCK_NB: i32 = 4;
export const LOCK_UN: i32 = 8;
