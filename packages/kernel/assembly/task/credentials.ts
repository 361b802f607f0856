/**
 * Who a task acts as. Shared until changed: replace `task.credentials` by a changed clone, never change one in place.
 */
export class Credentials {
  uid: u32 = 0;
  euid: u32 = 0;
  suid: u32 = 0;
  fsuid: u32 = 0;
  gid: u32 = 0;
  egid: u32 = 0;
  sgid: u32 = 0;
  fsgid: u32 = 0;
  /** Supplementary groups. */
  groups: u32[] = [];
  effective: u64 = ALL_CAPABILITIES;
  permitted: u64 = ALL_CAPABILITIES;
  inheritable: u64 = 0;
  bounding: u64 = ALL_CAPABILITIES;
  ambient: u64 = 0;
  keepCapabilities: bool = false;
  noNewPrivileges: bool = false;
  secureBits: u32 = 0;

  clone(): Credentials {
    const copy = new Credentials();
    memory.copy(changetype<usize>(copy), changetype<usize>(this), offsetof<Credentials>());
    copy.groups = this.groups.slice(0);
    return copy;
  }

  has(capability: i32): bool {
    return (this.effective & ((<u64>1) << capability)) != 0;
  }

  /** Whether `gid` is the filesystem group or one of the supplementary ones. */
  inGroup(gid: u32): bool {
    return this.fsgid == gid || this.groups.includes(gid);
  }
}

/** @source Linux include/uapi/linux/capability.h */
export const CAP_CHOWN: i32 = 0;
export const CAP_DAC_OVERRIDE: i32 = 1;
export const CAP_DAC_READ_SEARCH: i32 = 2;
export const CAP_FOWNER: i32 = 3;
export const CAP_FSETID: i32 = 4;
export const CAP_KILL: i32 = 5;
export const CAP_SETGID: i32 = 6;
export const CAP_SETUID: i32 = 7;
export const CAP_SETPCAP: i32 = 8;
export const CAP_LINUX_IMMUTABLE: i32 = 9;
export const CAP_NET_BIND_SERVICE: i32 = 10;
export const CAP_NET_RAW: i32 = 13;
export const CAP_IPC_LOCK: i32 = 14;
export const CAP_IPC_OWNER: i32 = 15;
export const CAP_SYS_CHROOT: i32 = 18;
export const CAP_SYS_PTRACE: i32 = 19;
export const CAP_SYS_ADMIN: i32 = 21;
export const CAP_SYS_NICE: i32 = 23;
export const CAP_SYS_RESOURCE: i32 = 24;
export const CAP_MKNOD: i32 = 27;
export const CAP_SETFCAP: i32 = 31;
export const CAP_LAST: i32 = 40;

/** The set Docker gives a container by default. */
export const ALL_CAPABILITIES: u64 =
  ((<u64>1) << CAP_CHOWN) |
  ((<u64>1) << CAP_DAC_OVERRIDE) |
  ((<u64>1) << CAP_FOWNER) |
  ((<u64>1) << CAP_FSETID) |
  ((<u64>1) << CAP_KILL) |
  ((<u64>1) << CAP_SETGID) |
  ((<u64>1) << CAP_SETUID) |
  ((<u64>1) << CAP_SETPCAP) |
  ((<u64>1) << CAP_NET_BIND_SERVICE) |
  ((<u64>1) << CAP_NET_RAW) |
  ((<u64>1) << CAP_SYS_CHROOT) |
  ((<u64>1) << CAP_MKNOD) |
  ((<u64>1) << 29) | // CAP_AUDIT_WRITE
  ((<u64>1) << CAP_SETFCAP);
