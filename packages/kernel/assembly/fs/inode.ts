import { EACCES, EINVAL, ENODEV, ENOTDIR, EOPNOTSUPP, EPERM } from '../linux/errno';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../linux/stat';
import { Task } from '../task/task';
import { Dentry } from './dentry';
import { DirectoryEntry } from './directory-file';
import { FileLocks } from './locks';
import { FileSystem } from './file-system';
import { OpenFile } from './open-file';
import { Path } from './path';
import { Watches } from './inotify';
import { failWith } from './result';

let nextInodeId: u64 = 1;

/**
 * A file of any kind, apart from its names. Directory operations take the directory's dentry; the caller holds that the
 * names are valid, that permissions allow it, and that targets exist or not as the call requires.
 */
export abstract class Inode {
  /** Unique among all inodes of all filesystems. */
  readonly id: u64 = nextInodeId++;
  uid: u32 = 0;
  gid: u32 = 0;
  nlink: u32 = 1;
  rdev: u32 = 0;
  size: i64 = 0;
  /** Times in nanoseconds since 1970. */
  atime: i64 = 0;
  mtime: i64 = 0;
  ctime: i64 = 0;
  btime: i64 = 0;
  /** Open file descriptions and mappings; the data of an unlinked file lives as long. */
  holders: i32 = 0;
  /** Writable shared mappings: the core counts them; reads and writes then synchronise first. */
  sharedMappings: i32 = 0;
  /** Processes that execute it: writing is ETXTBSY while this is positive. */
  executing: i32 = 0;
  /** Writable open descriptions. */
  writers: i32 = 0;
  locks: FileLocks | null = null;
  watches: Watches | null = null;

  constructor(
    readonly fs: FileSystem,
    readonly ino: u64,
    public mode: u32,
  ) {}

  get type(): u32 {
    return this.mode & S_IFMT;
  }
  get isDirectory(): bool {
    return (this.mode & S_IFMT) == S_IFDIR;
  }
  get isRegular(): bool {
    return (this.mode & S_IFMT) == S_IFREG;
  }
  get isSymlink(): bool {
    return (this.mode & S_IFMT) == S_IFLNK;
  }

  /** Brings mode, size, times and link count up to date (hosts, generated files). */
  refresh(): void {}

  /** 512-byte units of storage. */
  get blocks(): u64 {
    return 0;
  }

  // ---- names (directories) ----
  /** @returns the entry, or null with ENOENT or another error */
  lookup(dir: Dentry, name: usize, length: u32): Dentry | null {
    failWith(ENOTDIR);
    return null;
  }
  /** Makes a file, directory, device, fifo or socket. */
  create(dir: Dentry, name: usize, length: u32, mode: u32, rdev: u32, uid: u32, gid: u32): Dentry | null {
    failWith(EPERM);
    return null;
  }
  symlink(dir: Dentry, name: usize, length: u32, target: usize, targetLength: u32, uid: u32, gid: u32): Dentry | null {
    failWith(EPERM);
    return null;
  }
  /** Gives `inode`, of the same filesystem, one more name. */
  link(dir: Dentry, name: usize, length: u32, from: Dentry): i32 {
    return -EPERM;
  }
  /** Removes a name of something that is not a directory. */
  unlink(dir: Dentry, entry: Dentry): i32 {
    return -EPERM;
  }
  rmdir(dir: Dentry, entry: Dentry): i32 {
    return -EPERM;
  }
  /**
   * Moves `entry` to `name` in `toDir`; `victim` is what has that name now. Types, emptiness and cycles were checked.
   * With `exchange`, both swap names.
   */
  rename(dir: Dentry, entry: Dentry, toDir: Dentry, name: usize, length: u32, victim: Dentry | null, exchange: bool): i32 {
    return -EPERM;
  }
  /** A nameless regular file of this filesystem (O_TMPFILE). */
  temporary(mode: u32, uid: u32, gid: u32): Dentry | null {
    failWith(EOPNOTSUPP);
    return null;
  }
  isEmptyDirectory(dir: Dentry): bool {
    return true;
  }

  /** Moves `entry` on to the next name behind `entry.cookie`. @returns false at the end */
  nextEntry(dir: Dentry, entry: DirectoryEntry): bool {
    return false;
  }

  // ---- symbolic links ----
  /** Copies the target to `to`. @returns its length (may exceed `capacity`), or -errno */
  readlink(task: Task, to: usize, capacity: u32): i32 {
    return -EINVAL;
  }
  /** Links that lead to an object, not to a path (/proc/PID/fd/N): @returns where to, or null with lastError 0 for ordinary links. */
  follow(task: Task): Path | null {
    failWith(0);
    return null;
  }

  // ---- content and attributes ----
  /** Makes an open file description. Permissions were checked; O_TRUNC is done by the caller. */
  open(task: Task, path: Path, flags: u32): OpenFile | null {
    failWith(ENODEV);
    return null;
  }
  truncate(size: i64): i32 {
    return -EINVAL;
  }
  /** Whether attributes may be changed at all (generated files: no). Called before the fields are changed. */
  beforeChange(): i32 {
    return 0;
  }
  /** Called after mode, owner or times were changed. */
  afterChange(): i32 {
    return 0;
  }
  /**
   * Reads into kernel memory, for exec and file mappings.
   * @returns bytes read (short at the end of the file), or -errno
   */
  readAt(offset: i64, to: usize, n: u32): i32 {
    return -EACCES;
  }
  /**
   * Writes from kernel memory (shared mappings written back). Never extends the file.
   */
  writeAt(offset: i64, from: usize, n: u32): i32 {
    return -EACCES;
  }
  // ---- extended attributes ----
  /** @returns kernel address of the xattr record (payload format), or 0 */
  xattrs(): usize {
    return 0;
  }
  setXattrs(record: usize, length: u32): i32 {
    return -EOPNOTSUPP;
  }

  /** The last name and the last holder are gone: storage may be freed. */
  onUnused(): void {}

  hold(): void {
    this.holders++;
  }
  drop(): void {
    if (--this.holders == 0 && this.nlink == 0) this.onUnused();
  }
}
