import { EINVAL, ENAMETOOLONG, ENOENT, ENXIO, EPERM } from '../linux/errno';
import { O_ACCMODE, O_RDONLY } from '../linux/open-flags';
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../linux/stat';
import { Task } from '../task/task';
import { releaseReturned } from '../wasi/realloc';
import {
  createDirectoryAt,
  descriptorOpenAt,
  descriptorRead,
  descriptorReadDirectory,
  descriptorStatAt,
  DESCRIPTOR_READ,
  DESCRIPTOR_WRITE,
  descriptorWrite,
  dropDescriptor,
  dropDirectoryEntryStream,
  linkAt,
  OPEN_CREATE,
  OPEN_DIRECTORY,
  OPEN_EXCLUSIVE,
  readDirectoryEntry,
  readlinkAt,
  removeDirectoryAt,
  renameAt,
  setSize,
  setTimesAt,
  symlinkAt,
  TYPE_BLOCK_DEVICE,
  TYPE_CHARACTER_DEVICE,
  TYPE_DIRECTORY,
  TYPE_FIFO,
  TYPE_SOCKET,
  TYPE_SYMBOLIC_LINK,
  unlinkFileAt,
} from '../wasi/filesystem';
import { Dentry, findHashed } from './dentry';
import { DirectoryEntry, DirectoryFile } from './directory-file';
import { HostFile } from './host-file';
import { HostFileSystem } from './host-fs';
import { ERROR_AT, hostProblem, hostResult } from './host-result';
import { Inode } from './inode';
import { OpenFile } from './open-file';
import { Path } from './path';
import { failWith } from './result';
import { currentTaskOrNull } from './seam';

/** Longest path that is handed to the host. */
const MAX_PATH_BYTES: u32 = 8192;
const pathBuffer: usize = memory.data(8192, 8);
const secondPathBuffer: usize = memory.data(8192, 8);

/** Writes the path of an entry below its preopened directory ("." for itself). @returns its length; 0: too long, which the host refuses */
function relativePath(entry: Dentry, to: usize): u32 {
  let at = MAX_PATH_BYTES;
  let dentry: Dentry | null = entry;
  while (dentry && dentry.parent) {
    if (at < dentry.nameLength + 1) return 0;
    if (at < MAX_PATH_BYTES) store<u8>(to + --at, 47);
    at -= dentry.nameLength;
    memory.copy(to + at, dentry.name, dentry.nameLength);
    dentry = dentry.parent;
  }
  if (at == MAX_PATH_BYTES) store<u8>(to + --at, 46);
  memory.copy(to, to + at, MAX_PATH_BYTES - at);
  return MAX_PATH_BYTES - at;
}

/** Path of a name that need not exist yet; 0: too long. */
function pathOfName(dir: Dentry, name: usize, length: u32, to: usize): u32 {
  let n: u32 = 0;
  if (dir.parent) {
    n = relativePath(dir, to);
    if (n == 0 || n + 1 + length > MAX_PATH_BYTES) return 0;
    store<u8>(to + n++, 47);
  }
  memory.copy(to + n, name, length);
  return n + length;
}

function typeBits(type: u32): u32 {
  switch (type) {
    case TYPE_DIRECTORY:
      return S_IFDIR;
    case TYPE_SYMBOLIC_LINK:
      return S_IFLNK;
    case TYPE_FIFO:
      return S_IFIFO;
    case TYPE_SOCKET:
      return S_IFSOCK;
    case TYPE_CHARACTER_DEVICE:
      return S_IFCHR;
    case TYPE_BLOCK_DEVICE:
      return S_IFBLK;
  }
  return S_IFREG;
}

/**
 * A file of the host, found by its path. WASI tells no owner and no mode: files belong to whoever looks, with mode 0755;
 * chmod and chown are remembered as long as the box runs.
 */
export class HostInode extends Inode {
  entry: Dentry | null = null;
  private hasOwnMode: bool = false;
  private listing: Dentry[] = [];
  /** Descriptor for mappings and exec, opened when needed; -1: none. */
  private reader: i32 = -1;

  get hostFs(): HostFileSystem {
    return changetype<HostFileSystem>(this.fs);
  }
  private get root(): i32 {
    return this.hostFs.descriptor;
  }
  private get place(): Dentry {
    return changetype<Dentry>(changetype<usize>(this.entry));
  }

  refresh(): void {
    if (this.place.gone) return;
    const n = relativePath(this.place, pathBuffer);
    descriptorStatAt(this.root, 0, pathBuffer, n, hostResult);
    if (hostProblem(8) == 0) this.takeStat();
  }

  /** Takes over what a stat call left in `hostResult`. */
  private takeStat(): void {
    const bits = typeBits(load<u8>(hostResult, 8));
    if (!this.hasOwnMode) {
      this.mode = bits | (bits == S_IFLNK ? 0o777 : 0o755);
      const task = currentTaskOrNull();
      if (task) {
        this.uid = task.credentials.fsuid;
        this.gid = task.credentials.fsgid;
      }
    }
    this.nlink = <u32>max<u64>(load<u64>(hostResult, 16), 1);
    this.size = load<i64>(hostResult, 24);
    this.atime = timeAt(hostResult + 32);
    this.mtime = timeAt(hostResult + 56);
    this.ctime = timeAt(hostResult + 80);
    if (this.ctime == 0) this.ctime = this.mtime;
    if (this.atime == 0) this.atime = this.mtime;
  }

  get blocks(): u64 {
    return <u64>(this.size + 511) >> 9;
  }

  // ---- names ----

  lookup(dir: Dentry, name: usize, length: u32): Dentry | null {
    const n = pathOfName(dir, name, length, pathBuffer);
    if (n == 0) {
      failWith(ENAMETOOLONG);
      return null;
    }
    descriptorStatAt(this.root, 0, pathBuffer, n, hostResult);
    const problem = hostProblem(8);
    const known = findHashed(dir, name, length);
    if (problem != 0) {
      if (known) removeEntry(dir, known);
      failWith(-problem);
      return null;
    }
    const bits = typeBits(load<u8>(hostResult, 8));
    if (known && known.node.type == bits) {
      changetype<HostInode>(known.node).takeStat();
      return known;
    }
    if (known) removeEntry(dir, known);
    return this.addEntry(dir, name, length, bits);
  }

  private addEntry(dir: Dentry, name: usize, length: u32, bits: u32): Dentry {
    const inode = new HostInode(this.fs, this.hostFs.fresh(), bits | 0o755);
    const entry = Dentry.named(dir, name, length, inode);
    inode.entry = entry;
    dir.addChild(entry);
    inode.takeStat();
    return entry;
  }

  create(dir: Dentry, name: usize, length: u32, mode: u32, rdev: u32, uid: u32, gid: u32): Dentry | null {
    const n = pathOfName(dir, name, length, pathBuffer);
    const type = mode & S_IFMT;
    let problem = -EPERM;
    if (type == S_IFDIR) {
      createDirectoryAt(this.root, pathBuffer, n, hostResult);
      problem = hostProblem(ERROR_AT);
    } else if (type == S_IFREG) {
      descriptorOpenAt(this.root, 0, pathBuffer, n, OPEN_CREATE | OPEN_EXCLUSIVE, DESCRIPTOR_WRITE, hostResult);
      problem = hostProblem(4);
      if (problem == 0) dropDescriptor(load<i32>(hostResult, 4));
    }
    if (problem != 0) {
      failWith(-problem);
      return null;
    }
    return this.lookup(dir, name, length);
  }

  symlink(dir: Dentry, name: usize, length: u32, target: usize, targetLength: u32, uid: u32, gid: u32): Dentry | null {
    const n = pathOfName(dir, name, length, pathBuffer);
    symlinkAt(this.root, target, targetLength, pathBuffer, n, hostResult);
    const problem = hostProblem(ERROR_AT);
    if (problem != 0) {
      failWith(-problem);
      return null;
    }
    return this.lookup(dir, name, length);
  }

  link(dir: Dentry, name: usize, length: u32, from: Dentry): i32 {
    const n = relativePath(from, pathBuffer);
    const m = pathOfName(dir, name, length, secondPathBuffer);
    linkAt(this.root, 0, pathBuffer, n, this.root, secondPathBuffer, m, hostResult);
    return hostProblem(ERROR_AT);
  }

  unlink(dir: Dentry, entry: Dentry): i32 {
    const n = relativePath(entry, pathBuffer);
    // Whoever has it open must still be able to map it.
    changetype<HostInode>(entry.node).prepareReader();
    unlinkFileAt(this.root, pathBuffer, n, hostResult);
    const problem = hostProblem(ERROR_AT);
    if (problem == 0) {
      entry.node.nlink--;
      removeEntry(dir, entry);
    }
    return problem;
  }

  rmdir(dir: Dentry, entry: Dentry): i32 {
    const n = relativePath(entry, pathBuffer);
    removeDirectoryAt(this.root, pathBuffer, n, hostResult);
    const problem = hostProblem(ERROR_AT);
    if (problem == 0) {
      entry.node.nlink = 0;
      removeEntry(dir, entry);
    }
    return problem;
  }

  rename(dir: Dentry, entry: Dentry, toDir: Dentry, name: usize, length: u32, victim: Dentry | null, exchange: bool): i32 {
    if (exchange) return -EINVAL;
    const n = relativePath(entry, pathBuffer);
    const m = pathOfName(toDir, name, length, secondPathBuffer);
    renameAt(this.root, pathBuffer, n, this.root, secondPathBuffer, m, hostResult);
    const problem = hostProblem(ERROR_AT);
    if (problem != 0) return problem;
    if (victim) removeEntry(toDir, victim);
    dir.removeChild(entry);
    entry.rename(name, length);
    toDir.addChild(entry);
    return 0;
  }

  /** The host says ENOTEMPTY itself. */
  isEmptyDirectory(dir: Dentry): bool {
    return true;
  }

  nextEntry(dir: Dentry, entry: DirectoryEntry): bool {
    // lseek(2) takes any position.
    const n = entry.cookie - 2;
    if (n == 0) this.list(dir);
    if (n >= this.listing.length) return false;
    const found = this.listing[<i32>n];
    entry.set(found.name, found.nameLength, found.cookie, found.lower, entry.cookie + 1);
    return true;
  }

  /** Reads the names once; positions refer to this list until the next reading from the start. */
  private list(dir: Dentry): void {
    this.listing = [];
    const n = relativePath(dir, pathBuffer);
    descriptorOpenAt(this.root, 0, pathBuffer, n, OPEN_DIRECTORY, DESCRIPTOR_READ, hostResult);
    if (hostProblem(4) != 0) return;
    const descriptor = load<i32>(hostResult, 4);
    descriptorReadDirectory(descriptor, hostResult);
    if (hostProblem(4) == 0) {
      const stream = load<i32>(hostResult, 4);
      while (true) {
        readDirectoryEntry(stream, hostResult);
        if (hostProblem(4) != 0 || load<u8>(hostResult, 4) == 0) break;
        const length = load<u32>(hostResult, 16);
        const found = Dentry.named(null, load<u32>(hostResult, 12), length, null);
        const known = findHashed(dir, found.name, length);
        found.cookie = known ? known.node.ino : 1 << 40 | this.listing.length;
        found.lower = typeBits(load<u8>(hostResult, 8));
        this.listing.push(found);
        releaseReturned();
      }
      dropDirectoryEntryStream(stream);
    }
    dropDescriptor(descriptor);
    releaseReturned();
  }

  readlink(task: Task, to: usize, capacity: u32): i32 {
    if (!this.isSymlink) return -EINVAL;
    const n = relativePath(this.place, pathBuffer);
    readlinkAt(this.root, pathBuffer, n, hostResult);
    const problem = hostProblem(4);
    if (problem != 0) return problem;
    const length = load<u32>(hostResult, 8);
    memory.copy(to, load<u32>(hostResult, 4), min(length, capacity));
    releaseReturned();
    return length;
  }

  // ---- content ----

  /** Opens the file on the host. @returns a descriptor, or -errno */
  openOnHost(flags: i32): i32 {
    if (this.place.gone) return -ENOENT; // another file may have the name now
    const n = relativePath(this.place, pathBuffer);
    descriptorOpenAt(this.root, 0, pathBuffer, n, 0, flags, hostResult);
    const problem = hostProblem(4);
    return problem != 0 ? problem : load<i32>(hostResult, 4);
  }

  open(task: Task, path: Path, flags: u32): OpenFile | null {
    if (this.isDirectory) return new DirectoryFile(path, flags);
    if (!this.isRegular) {
      failWith(ENXIO);
      return null;
    }
    const access = flags & O_ACCMODE;
    const wanted = access == O_RDONLY ? DESCRIPTOR_READ : DESCRIPTOR_READ | DESCRIPTOR_WRITE;
    let descriptor = this.openOnHost(wanted);
    if (descriptor < 0 && access == 1) descriptor = this.openOnHost(DESCRIPTOR_WRITE);
    if (descriptor < 0) {
      failWith(-descriptor);
      return null;
    }
    return new HostFile(path, flags, descriptor);
  }

  truncate(size: i64): i32 {
    const descriptor = this.openOnHost(DESCRIPTOR_WRITE);
    if (descriptor < 0) return descriptor;
    setSize(descriptor, size, hostResult);
    const problem = hostProblem(ERROR_AT);
    dropDescriptor(descriptor);
    if (problem == 0) this.size = size;
    return problem;
  }

  private prepareReader(): i32 {
    if (this.reader < 0 && this.holders > 0 && this.isRegular) this.reader = this.openOnHost(DESCRIPTOR_READ);
    return this.reader;
  }

  readAt(offset: i64, to: usize, n: u32): i32 {
    if (this.reader < 0) this.reader = this.openOnHost(DESCRIPTOR_READ);
    if (this.reader < 0) return this.reader;
    let done: u32 = 0;
    while (done < n) {
      descriptorRead(this.reader, n - done, offset + done, hostResult);
      const problem = hostProblem(4);
      if (problem != 0) return problem;
      const got = load<u32>(hostResult, 8);
      memory.copy(to + done, load<u32>(hostResult, 4), got);
      releaseReturned();
      if (got == 0) break;
      done += got;
    }
    return done;
  }

  writeAt(offset: i64, from: usize, n: u32): i32 {
    const descriptor = this.openOnHost(DESCRIPTOR_WRITE);
    if (descriptor < 0) return descriptor;
    const length = <u32>max<i64>(0, min<i64>(n, this.size - offset));
    descriptorWrite(descriptor, from, length, offset, hostResult);
    const problem = hostProblem(8);
    dropDescriptor(descriptor);
    return problem != 0 ? problem : length;
  }

  drop(): void {
    if (--this.holders > 0 || this.reader < 0) return;
    dropDescriptor(this.reader);
    this.reader = -1;
  }

  beforeChange(): i32 {
    this.hasOwnMode = true;
    return 0;
  }

  /** Times are the only attributes that the host takes. */
  afterChange(): i32 {
    if (this.place.gone) return 0;
    const n = relativePath(this.place, pathBuffer);
    const access = max<i64>(this.atime, 0);
    const modify = max<i64>(this.mtime, 0);
    setTimesAt(
      this.root,
      0,
      pathBuffer,
      n,
      2,
      access / 1_000_000_000,
      <i32>(access % 1_000_000_000),
      2,
      modify / 1_000_000_000,
      <i32>(modify % 1_000_000_000),
      hostResult,
    );
    return 0;
  }
}

function removeEntry(dir: Dentry, entry: Dentry): void {
  dir.removeChild(entry);
  entry.gone = true;
}

function timeAt(option: usize): i64 {
  if (load<u8>(option) == 0) return 0;
  return load<i64>(option, 8) * 1_000_000_000 + load<u32>(option, 16);
}
