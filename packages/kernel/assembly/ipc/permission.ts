import { EACCES } from '../linux/errno';
import { IPC_PERM_BYTES } from '../linux/ipc';
import { CAP_IPC_OWNER, CAP_SYS_ADMIN, Credentials } from '../task/credentials';

/** Owner and mode of a System V object. */
export class IpcPermission {
  uid: u32;
  gid: u32;
  readonly creatorUid: u32;
  readonly creatorGid: u32;

  constructor(
    readonly key: i32,
    creator: Credentials,
    public mode: u32,
  ) {
    this.uid = creator.euid;
    this.gid = creator.egid;
    this.creatorUid = creator.euid;
    this.creatorGid = creator.egid;
  }

  /** @param wanted - bits as in the third octal digit: 4 read, 2 write */
  check(who: Credentials, wanted: u32): i32 {
    if (who.has(CAP_IPC_OWNER) || who.euid == 0) return 0;
    let granted = this.mode & 7;
    if (who.euid == this.uid || who.euid == this.creatorUid) granted = (this.mode >> 6) & 7;
    else if (isMember(who, this.gid) || isMember(who, this.creatorGid)) granted = (this.mode >> 3) & 7;
    return (wanted & ~granted) == 0 ? 0 : -EACCES;
  }

  /** Whether somebody may change or remove the object. */
  mayControl(who: Credentials): bool {
    return who.euid == this.uid || who.euid == this.creatorUid || who.has(CAP_SYS_ADMIN) || who.euid == 0;
  }

  /** struct ipc64_perm. */
  write(to: usize, extraMode: u32): void {
    memory.fill(to, 0, IPC_PERM_BYTES);
    store<i32>(to, this.key);
    store<u32>(to, this.uid, 4);
    store<u32>(to, this.gid, 8);
    store<u32>(to, this.creatorUid, 12);
    store<u32>(to, this.creatorGid, 16);
    store<u32>(to, this.mode | extraMode, 20);
  }
}

function isMember(who: Credentials, gid: u32): bool {
  return who.egid == gid || who.groups.includes(gid);
}
