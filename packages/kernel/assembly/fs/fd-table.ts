import { EBADF, EMFILE } from '../linux/errno';
import { RLIMIT_NOFILE } from '../linux/resource';
import { Task } from '../task/task';
import { releasePosixLocks } from './locks';
import { OpenFile } from './open-file';

/** Descriptors are below this. */
function limitOf(task: Task): i32 {
  return <i32>min<u64>(task.group.limit(RLIMIT_NOFILE), 1 << 20);
}

/** The open files of a process, shared by the tasks that clone(2) with CLONE_FILES made. */
export class FdTable {
  private files: StaticArray<OpenFile | null> = new StaticArray<OpenFile | null>(64);
  private closeOnExecFlags: StaticArray<bool> = new StaticArray<bool>(64);
  /** No slot below is free. */
  private firstFree: i32 = 0;
  private users: i32 = 1;

  /** Slots there are (open or not): for listing. */
  get capacity(): i32 {
    return this.files.length;
  }

  /** @returns the open file, or null (EBADF) */
  get(fd: i32): OpenFile | null {
    if (<u32>fd >= <u32>this.files.length) return null;
    return unchecked(this.files[fd]);
  }

  /** As {@link get}, but refuses files opened with O_PATH. */
  getForIo(fd: i32): OpenFile | null {
    const file = this.get(fd);
    return file != null && file.isPathOnly ? null : file;
  }

  /** Whether one more file can be opened: asked before what cannot be taken back. */
  hasRoom(task: Task): bool {
    return this.freeSlot(this.firstFree) < limitOf(task);
  }

  private freeSlot(from: i32): i32 {
    while (from < this.files.length && unchecked(this.files[from]) != null) from++;
    return from;
  }

  /** Installs `file` (whose reference it takes over) in the lowest free slot ≥ `from`. @returns the slot, or -EMFILE */
  install(task: Task, file: OpenFile, closeOnExec: bool, from: i32 = 0): i32 {
    const fd = this.freeSlot(max(from, this.firstFree));
    if (fd >= limitOf(task)) return -EMFILE;
    this.put(fd, file, closeOnExec);
    if (from <= this.firstFree) this.firstFree = fd + 1;
    return fd;
  }

  /** Installs `file` (taking over its reference) at `fd`, closing what is there. */
  replace(task: Task, fd: i32, file: OpenFile, closeOnExec: bool): void {
    const old = this.get(fd);
    this.put(fd, file, closeOnExec);
    if (old) this.finish(task, old);
  }

  /** For boot: fills a slot of a fresh table. */
  place(fd: i32, file: OpenFile): void {
    this.put(fd, file, false);
    if (fd == this.firstFree) this.firstFree++;
  }

  private put(fd: i32, file: OpenFile, closeOnExec: bool): void {
    if (fd >= this.files.length) this.grow(fd + 1);
    unchecked((this.files[fd] = file));
    unchecked((this.closeOnExecFlags[fd] = closeOnExec));
  }

  private grow(needed: i32): void {
    let length = this.files.length;
    while (length < needed) length *= 2;
    const files = new StaticArray<OpenFile | null>(length);
    const flags = new StaticArray<bool>(length);
    for (let i = 0; i < this.files.length; i++) {
      unchecked((files[i] = this.files[i]));
      unchecked((flags[i] = this.closeOnExecFlags[i]));
    }
    this.files = files;
    this.closeOnExecFlags = flags;
  }

  /** @returns 0 or -EBADF */
  close(task: Task, fd: i32): i32 {
    const file = this.get(fd);
    if (file == null) return -EBADF;
    unchecked((this.files[fd] = null));
    if (fd < this.firstFree) this.firstFree = fd;
    this.finish(task, file);
    return 0;
  }

  private finish(task: Task, file: OpenFile): void {
    if (!file.isPathOnly) {
      releasePosixLocks(file.inode, this);
      file.onClose(task);
    }
    file.release();
  }

  isCloseOnExec(fd: i32): bool {
    return this.get(fd) != null && unchecked(this.closeOnExecFlags[fd]);
  }

  setCloseOnExec(fd: i32, on: bool): void {
    if (this.get(fd) != null) unchecked((this.closeOnExecFlags[fd] = on));
  }

  /** One more task uses this very table (CLONE_FILES). */
  retain(): FdTable {
    this.users++;
    return this;
  }

  get isShared(): bool {
    return this.users > 1;
  }

  /** A copy with the same open files (fork). Record locks stay with the original. */
  clone(): FdTable {
    const copy = new FdTable();
    let last = this.files.length - 1;
    while (last >= 64 && unchecked(this.files[last]) == null) last--;
    if (last >= copy.files.length) copy.grow(last + 1);
    for (let i = 0; i <= last; i++) {
      const file = unchecked(this.files[i]);
      if (file == null) continue;
      unchecked((copy.files[i] = file.retain()));
      unchecked((copy.closeOnExecFlags[i] = this.closeOnExecFlags[i]));
    }
    copy.firstFree = this.firstFree;
    return copy;
  }

  /** For exec(2), on a table that is not shared: closes what has close-on-exec set. */
  closeOnExec(task: Task): void {
    for (let i = 0; i < this.files.length; i++) if (unchecked(this.closeOnExecFlags[i])) this.close(task, i);
  }

  /** The task gives the table up (exit, unshare): the last user closes everything. */
  closeAll(task: Task): void {
    if (--this.users > 0) return;
    for (let i = 0; i < this.files.length; i++) this.close(task, i);
  }
}
