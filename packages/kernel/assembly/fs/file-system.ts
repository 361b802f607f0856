import { Dentry } from './dentry';

let nextDevice: u32 = 0x14;

/** One mounted filesystem: what statfs(2) and mountinfo say, and the root of its tree. */
export abstract class FileSystem {
  /** st_dev: minor number of major 0, as for all filesystems without a block device. */
  readonly device: u32 = nextDevice++;
  root: Dentry | null = null;
  readOnly: bool = false;

  constructor(
    /** As in /proc/filesystems. */
    readonly typeName: string,
    readonly magic: u64,
    /** First column of /proc/mounts. */
    public source: string,
  ) {}

  /** Options that /proc/mounts shows after those of every mount, each with a comma before it. */
  get mountOptions(): string {
    return '';
  }

  /** Bytes in all, and bytes free: what df shows. */
  get totalBytes(): u64 {
    return 0;
  }
  get freeBytes(): u64 {
    return 0;
  }
}
