/** System V IPC. @source Linux include/uapi/linux/ipc.h, shm.h, sem.h; include/uapi/asm-generic/ipcbuf.h, shmbuf.h, sembuf.h */
export const IPC_PRIVATE: i32 = 0;
export const IPC_CREAT: i32 = 0o1000;
export const IPC_EXCL: i32 = 0o2000;
export const IPC_NOWAIT: i32 = 0o4000;
export const IPC_RMID: i32 = 0;
export const IPC_SET: i32 = 1;
export const IPC_STAT: i32 = 2;
export const IPC_INFO: i32 = 3;

export const SHM_RDONLY: i32 = 0o10000;
export const SHM_RND: i32 = 0o20000;
export const SHM_REMAP: i32 = 0o40000;
export const SHM_EXEC: i32 = 0o100000;
export const SHM_LOCK: i32 = 11;
export const SHM_UNLOCK: i32 = 12;
export const SHM_DEST: u32 = 0o1000;

export const SEM_UNDO: i32 = 0x1000;
export const GETPID: i32 = 11;
export const GETVAL: i32 = 12;
export const GETALL: i32 = 13;
export const GETNCNT: i32 = 14;
export const GETZCNT: i32 = 15;
export const SETVAL: i32 = 16;
export const SETALL: i32 = 17;
export const SEMVMX: i32 = 32767;
export const SEMMSL: i32 = 32000;
export const SEMOPM: i32 = 500;

/** struct ipc64_perm: key, uid, gid, cuid, cgid, mode (u32 each), seq. */
export const IPC_PERM_BYTES: i32 = 48;
export const SHMID_DS_BYTES: i32 = 112;
export const SEMID_DS_BYTES: i32 = 88;
