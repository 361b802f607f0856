/** File types, permission bits and the layout of struct stat and struct statx. @source Linux include/uapi/linux/stat.h, arch/arm64 asm-generic/stat.h */
export const S_IFMT: u32 = 0o170000;
export const S_IFSOCK: u32 = 0o140000;
export const S_IFLNK: u32 = 0o120000;
export const S_IFREG: u32 = 0o100000;
export const S_IFBLK: u32 = 0o060000;
export const S_IFDIR: u32 = 0o040000;
export const S_IFCHR: u32 = 0o020000;
export const S_IFIFO: u32 = 0o010000;
export const S_ISUID: u32 = 0o4000;
export const S_ISGID: u32 = 0o2000;
export const S_ISVTX: u32 = 0o1000;
export const S_IXGRP: u32 = 0o010;

/** struct stat of 64-bit generic architectures. */
export const STAT_BYTES: u32 = 128;
export const STAT_DEV: usize = 0;
export const STAT_INO: usize = 8;
export const STAT_MODE: usize = 16;
export const STAT_NLINK: usize = 20;
export const STAT_UID: usize = 24;
export const STAT_GID: usize = 28;
export const STAT_RDEV: usize = 32;
export const STAT_SIZE: usize = 48;
export const STAT_BLKSIZE: usize = 56;
export const STAT_BLOCKS: usize = 64;
export const STAT_ATIME: usize = 72;
export const STAT_MTIME: usize = 88;
export const STAT_CTIME: usize = 104;

export const STATX_BYTES: u32 = 256;
export const STATX_BASIC_STATS: u32 = 0x7ff;
export const STATX_BTIME: u32 = 0x800;
export const STATX_MNT_ID: u32 = 0x1000;
export const STATX_RESERVED: u32 = 0x8000_0000;
export const STATX_ATTR_MOUNT_ROOT: u64 = 0x2000;

export const DT_FIFO: u32 = 1;
export const DT_CHR: u32 = 2;
export const DT_DIR: u32 = 4;
export const DT_BLK: u32 = 6;
export const DT_REG: u32 = 8;
export const DT_LNK: u32 = 10;
export const DT_SOCK: u32 = 12;

export const ST_RDONLY: u64 = 1;
export const ST_RELATIME: u64 = 0x1000;
export const ST_VALID: u64 = 0x20;

/** Filesystem magics that programs look at. @source Linux include/uapi/linux/magic.h */
export const OVERLAYFS_SUPER_MAGIC: u64 = 0x794c7630;
export const TMPFS_MAGIC: u64 = 0x01021994;
export const PROC_SUPER_MAGIC: u64 = 0x9fa0;
export const SYSFS_MAGIC: u64 = 0x62656572;
export const DEVPTS_SUPER_MAGIC: u64 = 0x1cd1;
export const CGROUP2_SUPER_MAGIC: u64 = 0x63677270;
export const PIPEFS_MAGIC: u64 = 0x50495045;
export const SOCKFS_MAGIC: u64 = 0x534f434b;
export const ANON_INODE_FS_MAGIC: u64 = 0x09041934;
export const V9FS_MAGIC: u64 = 0x01021997;
