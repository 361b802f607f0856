/** open(2), *at(2) and fcntl(2) flags of arm64. @source Linux include/uapi/asm-generic/fcntl.h, arch/arm64/include/uapi/asm/fcntl.h */
export const O_ACCMODE: u32 = 0o3;
export const O_RDONLY: u32 = 0o0;
export const O_WRONLY: u32 = 0o1;
export const O_RDWR: u32 = 0o2;
export const O_CREAT: u32 = 0o100;
export const O_EXCL: u32 = 0o200;
export const O_NOCTTY: u32 = 0o400;
export const O_TRUNC: u32 = 0o1000;
export const O_APPEND: u32 = 0o2000;
export const O_NONBLOCK: u32 = 0o4000;
export const O_DSYNC: u32 = 0o10000;
export const O_ASYNC: u32 = 0o20000;
export const O_DIRECTORY: u32 = 0o40000;
export const O_NOFOLLOW: u32 = 0o100000;
export const O_DIRECT: u32 = 0o200000;
export const O_LARGEFILE: u32 = 0o400000;
export const O_NOATIME: u32 = 0o1000000;
export const O_CLOEXEC: u32 = 0o2000000;
export const O_SYNC: u32 = 0o4010000;
export const O_PATH: u32 = 0o10000000;
export const O_TMPFILE_BIT: u32 = 0o20000000;
export const O_TMPFILE: u32 = O_TMPFILE_BIT | O_DIRECTORY;
/** All that open(2) knows; openat2(2) refuses others. */
export const O_KNOWN: u32 = 0o37777703;

export const AT_FDCWD: i32 = -100;
export const AT_SYMLINK_NOFOLLOW: u32 = 0x100;
export const AT_REMOVEDIR: u32 = 0x200;
export const AT_EACCESS: u32 = 0x200;
export const AT_SYMLINK_FOLLOW: u32 = 0x400;
export const AT_NO_AUTOMOUNT: u32 = 0x800;
export const AT_EMPTY_PATH: u32 = 0x1000;
export const AT_STATX_SYNC_TYPE: u32 = 0x6000;

export const RENAME_NOREPLACE: u32 = 1;
export const RENAME_EXCHANGE: u32 = 2;
export const RENAME_WHITEOUT: u32 = 4;

export const RESOLVE_NO_XDEV: u64 = 1;
export const RESOLVE_NO_MAGICLINKS: u64 = 2;
export const RESOLVE_NO_SYMLINKS: u64 = 4;
export const RESOLVE_BENEATH: u64 = 8;
export const RESOLVE_IN_ROOT: u64 = 16;
export const RESOLVE_CACHED: u64 = 32;

export const F_OK: u32 = 0;
export const X_OK: u32 = 1;
export const W_OK: u32 = 2;
export const R_OK: u32 = 4;

export const NAME_MAX: u32 = 255;
export const PATH_MAX: u32 = 4096;
export const MAX_SYMLINKS: u32 = 40;

export const SEEK_SET: i32 = 0;
export const SEEK_CUR: i32 = 1;
export const SEEK_END: i32 = 2;
export const SEEK_DATA: i32 = 3;
export const SEEK_HOLE: i32 = 4;

export const FALLOC_FL_KEEP_SIZE: u32 = 1;
export const FALLOC_FL_PUNCH_HOLE: u32 = 2;
export const FALLOC_FL_COLLAPSE_RANGE: u32 = 8;
export const FALLOC_FL_ZERO_RANGE: u32 = 16;

export const UTIME_NOW: u64 = 0x3fffffff;
export const UTIME_OMIT: u64 = 0x3ffffffe;

export const XATTR_CREATE: u32 = 1;
export const XATTR_REPLACE: u32 = 2;
