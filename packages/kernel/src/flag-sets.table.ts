/**
 * Named bits of system call arguments, for the trace.
 *
 * @source Linux include/uapi/asm-generic/fcntl.h, mman-common.h; arch/arm64/include/uapi/asm/fcntl.h; include/uapi/linux/sched.h, wait.h
 */
import type { FlagSet } from './syscall-row.ts';

function flagSet(
  name: string,
  bits: Readonly<Record<string, number>>,
  enumeration?: FlagSet['enumeration'],
): FlagSet {
  return enumeration ? { name, bits, enumeration } : { name, bits };
}

export const openFlags = flagSet(
  'openFlags',
  {
    O_CREAT: 0o100,
    O_EXCL: 0o200,
    O_NOCTTY: 0o400,
    O_TRUNC: 0o1000,
    O_APPEND: 0o2000,
    O_NONBLOCK: 0o4000,
    O_DSYNC: 0o10000,
    O_ASYNC: 0o20000,
    O_DIRECTORY: 0o40000,
    O_NOFOLLOW: 0o100000,
    O_DIRECT: 0o200000,
    O_LARGEFILE: 0o400000,
    O_NOATIME: 0o1000000,
    O_CLOEXEC: 0o2000000,
    O_PATH: 0o10000000,
    __O_TMPFILE: 0o20000000,
  },
  { mask: 3, names: ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'] },
);

export const atFlags = flagSet('atFlags', {
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_REMOVEDIR: 0x200,
  AT_SYMLINK_FOLLOW: 0x400,
  AT_NO_AUTOMOUNT: 0x800,
  AT_EMPTY_PATH: 0x1000,
});

export const protection = flagSet('protection', {
  PROT_READ: 1,
  PROT_WRITE: 2,
  PROT_EXEC: 4,
  PROT_GROWSDOWN: 0x1000000,
  PROT_GROWSUP: 0x2000000,
});

export const mapFlags = flagSet(
  'mapFlags',
  {
    MAP_FIXED: 0x10,
    MAP_ANONYMOUS: 0x20,
    MAP_GROWSDOWN: 0x100,
    MAP_DENYWRITE: 0x800,
    MAP_EXECUTABLE: 0x1000,
    MAP_LOCKED: 0x2000,
    MAP_NORESERVE: 0x4000,
    MAP_POPULATE: 0x8000,
    MAP_NONBLOCK: 0x10000,
    MAP_STACK: 0x20000,
    MAP_HUGETLB: 0x40000,
    MAP_SYNC: 0x80000,
    MAP_FIXED_NOREPLACE: 0x100000,
  },
  { mask: 3, names: ['0', 'MAP_SHARED', 'MAP_PRIVATE', 'MAP_SHARED_VALIDATE'] },
);

export const remapFlags = flagSet('remapFlags', {
  MREMAP_MAYMOVE: 1,
  MREMAP_FIXED: 2,
  MREMAP_DONTUNMAP: 4,
});

export const cloneFlags = flagSet('cloneFlags', {
  CLONE_VM: 0x100,
  CLONE_FS: 0x200,
  CLONE_FILES: 0x400,
  CLONE_SIGHAND: 0x800,
  CLONE_PIDFD: 0x1000,
  CLONE_PTRACE: 0x2000,
  CLONE_VFORK: 0x4000,
  CLONE_PARENT: 0x8000,
  CLONE_THREAD: 0x10000,
  CLONE_NEWNS: 0x20000,
  CLONE_SYSVSEM: 0x40000,
  CLONE_SETTLS: 0x80000,
  CLONE_PARENT_SETTID: 0x100000,
  CLONE_CHILD_CLEARTID: 0x200000,
  CLONE_DETACHED: 0x400000,
  CLONE_UNTRACED: 0x800000,
  CLONE_CHILD_SETTID: 0x1000000,
});

export const waitOptions = flagSet('waitOptions', {
  WNOHANG: 1,
  WUNTRACED: 2,
  WEXITED: 4,
  WCONTINUED: 8,
  WNOWAIT: 0x1000000,
  __WNOTHREAD: 0x20000000,
  __WALL: 0x40000000,
  __WCLONE: 0x80000000,
});

export const pipeFlags = flagSet('pipeFlags', {
  O_NONBLOCK: 0o4000,
  O_DIRECT: 0o200000,
  O_CLOEXEC: 0o2000000,
});

export const clockFlags = flagSet('clockFlags', { TIMER_ABSTIME: 1 });

export const randomFlags = flagSet('randomFlags', {
  GRND_NONBLOCK: 1,
  GRND_RANDOM: 2,
  GRND_INSECURE: 4,
});

export const messageFlags = flagSet('messageFlags', {
  MSG_OOB: 1,
  MSG_PEEK: 2,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_WAITALL: 0x100,
  MSG_NOSIGNAL: 0x4000,
  MSG_CMSG_CLOEXEC: 0x40000000,
});
