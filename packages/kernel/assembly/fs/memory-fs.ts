import { PAYLOAD_INODE_ENTRY_COUNT, PAYLOAD_INODE_LOCATION } from '../abi.gen';
import { usedFrames } from '../memory/frames';
import { DEVPTS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC, S_IFDIR, SYSFS_MAGIC, TMPFS_MAGIC } from '../linux/stat';
import { boxMemoryBytes, realtimeNow } from './seam';
import { Dentry } from './dentry';
import { FileSystem } from './file-system';
import { MemoryInode } from './memory-inode';
import { PageQuota } from './page-store';
import { inodeCount, lowerDirent, lowerInode } from './payload-index';

/**
 * Files in kernel memory: tmpfs, and the root: a copy-on-write overlay over the payload, whose inodes appear when they
 * are looked up.
 */
export class MemoryFileSystem extends FileSystem {
  private nextInode: u64;
  /** Mount option size=, or null: as much as the box has. */
  quota: PageQuota | null = null;
  /** Overlay: payload inode number → its inode. */
  readonly lowerInodes: StaticArray<MemoryInode | null>;

  constructor(
    typeName: string,
    readonly isOverlay: bool,
    rootMode: u32,
  ) {
    super(typeName, isOverlay ? OVERLAYFS_SUPER_MAGIC : typeName == 'devpts' ? DEVPTS_SUPER_MAGIC : typeName == 'sysfs' ? SYSFS_MAGIC : TMPFS_MAGIC, typeName);
    const lowerCount = isOverlay ? inodeCount : 0;
    this.lowerInodes = new StaticArray<MemoryInode | null>(lowerCount);
    this.nextInode = max<u32>(lowerCount, 2);
    let root: MemoryInode;
    if (lowerCount > 0) root = this.fromLower(1);
    else {
      root = new MemoryInode(this, 1, S_IFDIR | rootMode);
      root.nlink = 2;
      root.setAllTimes(realtimeNow());
    }
    this.root = new Dentry(null, 0, 0, root);
  }

  newInode(mode: u32, uid: u32, gid: u32): MemoryInode {
    const inode = new MemoryInode(this, this.nextInode++, mode);
    inode.uid = uid;
    inode.gid = gid;
    inode.setAllTimes(realtimeNow());
    return inode;
  }

  /** The one inode that stands for a payload inode. */
  fromLower(ino: u32): MemoryInode {
    const known = unchecked(this.lowerInodes[ino]);
    if (known) return known;
    const inode = new MemoryInode(this, ino, 0);
    inode.loadLower(ino);
    unchecked((this.lowerInodes[ino] = inode));
    return inode;
  }

  get mountOptions(): string {
    const quota = this.quota;
    return quota ? ',size=' + (<u64>quota.limit << 2).toString() + 'k' : '';
  }

  get totalBytes(): u64 {
    const quota = this.quota;
    return quota ? <u64>quota.limit << 12 : boxMemoryBytes();
  }
  get freeBytes(): u64 {
    const quota = this.quota;
    if (quota) return <u64>(quota.limit - min(quota.used, quota.limit)) << 12;
    const used = <u64>usedFrames() << 12;
    const total = boxMemoryBytes();
    return used < total ? total - used : 0;
  }
}

/** First entry and number of entries of a payload directory. */
export function lowerFirstEntry(ino: u32): u32 {
  return <u32>load<u64>(lowerInode(ino), PAYLOAD_INODE_LOCATION);
}
export function lowerEntryCount(ino: u32): u32 {
  return load<u32>(lowerInode(ino), PAYLOAD_INODE_ENTRY_COUNT);
}
export function lowerEntry(ino: u32, n: u32): usize {
  return lowerDirent(lowerFirstEntry(ino) + n);
}
