import {
  PAYLOAD_DIRENT_INODE,
  PAYLOAD_DIRENT_NAME_BYTES,
  PAYLOAD_INODE_GID,
  PAYLOAD_INODE_MODE,
  PAYLOAD_INODE_MTIME_NANOSECONDS,
  PAYLOAD_INODE_MTIME_SECONDS,
  PAYLOAD_INODE_NLINK,
  PAYLOAD_INODE_RDEV,
  PAYLOAD_INODE_SIZE_BYTES,
  PAYLOAD_INODE_UID,
} from '../abi.gen';
import { EINVAL, EISDIR, EMLINK, ENOENT, ENXIO } from '../linux/errno';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../linux/stat';
import { Task } from '../task/task';
import { duplicateBytes } from './bytes';
import { Dentry, findHashed } from './dentry';
import { openDevice } from './devices';
import { DirectoryEntry, DirectoryFile } from './directory-file';
import { MemoryContent } from './memory-content';
import { lowerEntry, lowerEntryCount, MemoryFileSystem } from './memory-fs';
import { OpenFile } from './open-file';
import { PageQuota } from './page-store';
import { Path } from './path';
import { findLower, lowerInode, lowerName, lowerTarget, lowerXattrs } from './payload-index';
import { openFifo, PipeBuffer } from './pipe';
import { RegularFile } from './regular-file';
import { failWith } from './result';
import { realtimeNow } from './seam';

const LINK_MAX: u32 = 65000;

/** A file, directory, link or special file in kernel memory, possibly on top of a payload inode. */
export class MemoryInode extends MemoryContent {
  /** Directory: the children list is the truth; otherwise the payload's entries are. */
  complete: bool = false;
  /** Symbolic link: its target. */
  private target: usize = 0;
  /** Own xattr record, or 0: the payload's unless `xattrsChanged`. */
  private xattrRecord: usize = 0;
  private xattrsChanged: bool = false;
  /** Mode, owner, times or attributes changed: what export looks at. */
  metadataChanged: bool = false;
  /** Fifo: its buffer while open. */
  fifo: PipeBuffer | null = null;
  /** Socket file: the bound socket (see unix-socket.ts). */
  boundSocket: Object | null = null;
  /** Made by O_TMPFILE: may be given a name although it has none. */
  linkable: bool = false;
  /** memfd seals; -1: sealing does not apply. */
  seals: i32 = -1;

  get memoryFs(): MemoryFileSystem {
    return changetype<MemoryFileSystem>(this.fs);
  }
  get quota(): PageQuota | null {
    return this.memoryFs.quota;
  }

  setAllTimes(now: i64): void {
    this.atime = now;
    this.mtime = now;
    this.ctime = now;
    this.btime = now;
    this.complete = true;
  }

  loadLower(ino: u32): void {
    const record = lowerInode(ino);
    this.lower = ino;
    this.mode = load<u32>(record, PAYLOAD_INODE_MODE);
    this.uid = load<u32>(record, PAYLOAD_INODE_UID);
    this.gid = load<u32>(record, PAYLOAD_INODE_GID);
    this.nlink = load<u32>(record, PAYLOAD_INODE_NLINK);
    this.rdev = load<u32>(record, PAYLOAD_INODE_RDEV);
    this.size = load<i64>(record, PAYLOAD_INODE_SIZE_BYTES);
    if (this.isRegular) this.lowerSize = this.size;
    if (this.isDirectory) this.size = 4096;
    const time = this.lowerTime;
    this.atime = time;
    this.mtime = time;
    this.ctime = time;
    this.btime = time;
  }

  /** Modification time in the payload. */
  get lowerTime(): i64 {
    const record = lowerInode(this.lower);
    return load<i64>(record, PAYLOAD_INODE_MTIME_SECONDS) * 1_000_000_000 + load<u32>(record, PAYLOAD_INODE_MTIME_NANOSECONDS);
  }

  // ---- directory ----

  /** Gives an entry of the payload its inode. */
  private instantiate(entry: Dentry): Dentry {
    if (entry.inode == null) entry.inode = this.memoryFs.fromLower(entry.lower);
    return entry;
  }

  lookup(dir: Dentry, name: usize, length: u32): Dentry | null {
    const known = findHashed(dir, name, length);
    if (known) return this.instantiate(known);
    if (!this.complete) {
      const record = findLower(this.lower, name, length);
      if (record != 0) return this.instantiate(this.adopt(dir, record));
    }
    failWith(ENOENT);
    return null;
  }

  private adopt(dir: Dentry, record: usize): Dentry {
    const entry = new Dentry(dir, lowerName(record), load<u32>(record, PAYLOAD_DIRENT_NAME_BYTES), null);
    entry.lower = load<u32>(record, PAYLOAD_DIRENT_INODE);
    dir.addChild(entry);
    return entry;
  }

  /** Before the first change to the names in a payload directory: all of them become dentries, in the payload's order. */
  private materialize(dir: Dentry): void {
    if (this.complete) return;
    const count = lowerEntryCount(this.lower);
    for (let n: u32 = 0; n < count; n++) {
      const record = lowerEntry(this.lower, n);
      const known = findHashed(dir, lowerName(record), load<u32>(record, PAYLOAD_DIRENT_NAME_BYTES));
      if (known) {
        dir.removeChild(known);
        dir.addChild(known);
      } else this.adopt(dir, record);
    }
    let cookie: i64 = 3;
    let child = dir.firstChild;
    while (child) {
      child.cookie = cookie++;
      child = child.nextSibling;
    }
    this.complete = true;
  }

  /** Makes all entries of a directory dentries with inodes: for export. */
  listAll(dir: Dentry): void {
    this.materialize(dir);
    let child = dir.firstChild;
    while (child) {
      this.instantiate(child);
      child = child.nextSibling;
    }
  }

  private changedNames(dir: Dentry): void {
    const now = realtimeNow();
    this.mtime = now;
    this.ctime = now;
  }

  private addEntry(dir: Dentry, name: usize, length: u32, inode: MemoryInode): Dentry {
    this.materialize(dir);
    const entry = Dentry.named(dir, name, length, inode);
    dir.addChild(entry);
    if (inode.isDirectory) this.nlink++;
    this.changedNames(dir);
    return entry;
  }

  create(dir: Dentry, name: usize, length: u32, mode: u32, rdev: u32, uid: u32, gid: u32): Dentry | null {
    const inode = this.memoryFs.newInode(mode, uid, gid);
    inode.rdev = rdev;
    if (inode.isDirectory) {
      inode.nlink = 2;
      inode.size = 4096;
    }
    return this.addEntry(dir, name, length, inode);
  }

  symlink(dir: Dentry, name: usize, length: u32, target: usize, targetLength: u32, uid: u32, gid: u32): Dentry | null {
    const inode = this.memoryFs.newInode(S_IFLNK | 0o777, uid, gid);
    inode.target = duplicateBytes(target, targetLength);
    inode.size = targetLength;
    return this.addEntry(dir, name, length, inode);
  }

  link(dir: Dentry, name: usize, length: u32, from: Dentry): i32 {
    const inode = changetype<MemoryInode>(from.node);
    if (inode.nlink >= LINK_MAX) return -EMLINK;
    inode.nlink++;
    inode.ctime = realtimeNow();
    this.addEntry(dir, name, length, inode);
    return 0;
  }

  private removeEntry(dir: Dentry, entry: Dentry): void {
    this.materialize(dir);
    dir.removeChild(entry);
    entry.gone = true;
    this.changedNames(dir);
  }

  unlink(dir: Dentry, entry: Dentry): i32 {
    const inode = entry.node;
    this.removeEntry(dir, entry);
    inode.nlink--;
    inode.ctime = realtimeNow();
    if (inode.nlink == 0 && inode.holders == 0) inode.onUnused();
    return 0;
  }

  rmdir(dir: Dentry, entry: Dentry): i32 {
    const inode = entry.node;
    this.removeEntry(dir, entry);
    this.nlink--;
    inode.nlink = 0;
    inode.ctime = realtimeNow();
    if (inode.holders == 0) inode.onUnused();
    return 0;
  }

  rename(dir: Dentry, entry: Dentry, toDir: Dentry, name: usize, length: u32, victim: Dentry | null, exchange: bool): i32 {
    const to = changetype<MemoryInode>(toDir.node);
    this.materialize(dir);
    to.materialize(toDir);
    if (exchange && victim) {
      this.swap(dir, entry, toDir, victim);
      return 0;
    }
    if (victim) {
      if (victim.node.isDirectory) to.rmdir(toDir, victim);
      else to.unlink(toDir, victim);
    }
    dir.removeChild(entry);
    entry.rename(name, length);
    toDir.addChild(entry);
    if (entry.node.isDirectory && dir !== toDir) {
      this.nlink--;
      to.nlink++;
    }
    this.changedNames(dir);
    to.changedNames(toDir);
    entry.node.ctime = realtimeNow();
    return 0;
  }

  private swap(dir: Dentry, entry: Dentry, toDir: Dentry, victim: Dentry): void {
    const to = changetype<MemoryInode>(toDir.node);
    dir.removeChild(entry);
    toDir.removeChild(victim);
    entry.swapNames(victim);
    toDir.addChild(entry);
    dir.addChild(victim);
    if (dir !== toDir) {
      if (entry.node.isDirectory) {
        this.nlink--;
        to.nlink++;
      }
      if (victim.node.isDirectory) {
        to.nlink--;
        this.nlink++;
      }
    }
    this.changedNames(dir);
    to.changedNames(toDir);
    const now = realtimeNow();
    entry.node.ctime = now;
    victim.node.ctime = now;
  }

  temporary(mode: u32, uid: u32, gid: u32): Dentry | null {
    const inode = this.memoryFs.newInode(mode, uid, gid);
    inode.nlink = 0;
    const entry = new Dentry(null, 0, 0, inode);
    entry.gone = true;
    return entry;
  }

  isEmptyDirectory(dir: Dentry): bool {
    return this.complete ? dir.firstChild == null : lowerEntryCount(this.lower) == 0;
  }

  nextEntry(dir: Dentry, entry: DirectoryEntry): bool {
    if (!this.complete) {
      const n = <u32>(entry.cookie - 2);
      if (n >= lowerEntryCount(this.lower)) return false;
      const record = lowerEntry(this.lower, n);
      const ino = load<u32>(record, PAYLOAD_DIRENT_INODE);
      const mode = load<u32>(lowerInode(ino), PAYLOAD_INODE_MODE);
      entry.set(lowerName(record), load<u32>(record, PAYLOAD_DIRENT_NAME_BYTES), ino, mode, entry.cookie + 1);
      return true;
    }
    const child = entry.nextChild(dir);
    if (child == null) return false;
    const inode = child.inode;
    if (inode) entry.setChild(child, inode.ino, inode.mode);
    else entry.setChild(child, child.lower, load<u32>(lowerInode(child.lower), PAYLOAD_INODE_MODE));
    return true;
  }

  // ---- symbolic link ----

  readlink(task: Task, to: usize, capacity: u32): i32 {
    return this.isSymlink ? this.readTarget(to, capacity) : -EINVAL;
  }

  /** Copies a link's target. @returns its length */
  readTarget(to: usize, capacity: u32): i32 {
    const from = this.target != 0 ? this.target : lowerTarget(this.lower);
    memory.copy(to, from, min<u32>(<u32>this.size, capacity));
    return <i32>this.size;
  }

  // ---- content ----

  open(task: Task, path: Path, flags: u32): OpenFile | null {
    switch (this.mode & S_IFMT) {
      case S_IFREG:
        return new RegularFile(path, flags);
      case S_IFDIR:
        return new DirectoryFile(path, flags);
      case S_IFIFO:
        return openFifo(task, path, flags, this);
      case S_IFCHR:
      case S_IFBLK:
        return openDevice(task, path, flags, this.mode, this.rdev);
      case S_IFSOCK:
        failWith(ENXIO);
        return null;
    }
    failWith(EISDIR);
    return null;
  }

  beforeChange(): i32 {
    this.metadataChanged = true;
    return 0;
  }

  // ---- extended attributes ----

  xattrs(): usize {
    if (this.xattrsChanged) return this.xattrRecord;
    return this.lower != 0 ? lowerXattrs(this.lower) : 0;
  }

  setXattrs(record: usize, length: u32): i32 {
    if (this.xattrRecord != 0) heap.free(this.xattrRecord);
    this.xattrRecord = length == 0 ? 0 : duplicateBytes(record, length);
    this.xattrsChanged = true;
    this.metadataChanged = true;
    this.ctime = realtimeNow();
    return 0;
  }

  onUnused(): void {
    super.onUnused();
    if (this.target != 0) heap.free(this.target);
    this.target = 0;
    if (this.xattrRecord != 0) heap.free(this.xattrRecord);
    this.xattrRecord = 0;
  }
}
