import { ENOENT, EPERM } from '../linux/errno';
import { PROC_SUPER_MAGIC, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../linux/stat';
import { byteString, storeByteString } from '../memory/bytes';
import { allGroups, findGroup, findTask } from '../task/registry';
import { Task } from '../task/task';
import { ThreadGroup } from '../task/thread-group';
import { bytesEqual, parseDecimal } from './bytes';
import { Dentry } from './dentry';
import { DirectoryEntry, DirectoryFile } from './directory-file';
import { FileSystem } from './file-system';
import { Inode } from './inode';
import { OpenFile } from './open-file';
import { OwnedProcInode } from './owned-proc-inode';
import { Path, pathText } from './path';
import { ProcFileInode } from './proc-file';
import { ProcContent, procRow, PROC_ROOT_ROWS, PROC_PROCESS_ROWS, PROC_NET_ROWS, procSysRows, ProcRow } from './proc-rows';
import { failWith } from './result';

/** What a directory or link of /proc stands for. */
export const enum ProcKind {
  root = 0,
  /** /proc/PID, and /proc/PID/task/TID. */
  process = 1,
  thread = 2,
  tasks = 3,
  descriptors = 4,
  descriptorInfos = 5,
  net = 6,
  /** /proc/sys and below: rows by their path. */
  sys = 7,
  // links
  self = 16,
  threadSelf = 17,
  executable = 18,
  workingDirectory = 19,
  rootDirectory = 20,
  descriptor = 21,
  fixedLink = 22,
  namespaces = 8,
}

const nameBuffer: usize = memory.data(64, 8);
const linkBuffer: usize = memory.data(4096, 8);

export class ProcFileSystem extends FileSystem {
  private nextInode: u64 = 2;

  constructor() {
    super('proc', PROC_SUPER_MAGIC, 'proc');
    const root = new ProcInode(this, 1, S_IFDIR | 0o555, ProcKind.root, null, null, '');
    root.nlink = 2;
    this.root = new Dentry(null, 0, 0, root);
  }

  fresh(): u64 {
    return this.nextInode++;
  }
}

/** A directory or link of /proc. Made anew at each lookup: nothing of /proc is kept. */
export class ProcInode extends OwnedProcInode {
  constructor(
    fs: FileSystem,
    ino: u64,
    mode: u32,
    readonly kind: ProcKind,
    group: ThreadGroup | null,
    task: Task | null,
    /** Path below /proc/sys, target of a fixed link, or number of a descriptor. */
    readonly detail: string,
  ) {
    super(fs, ino, mode, group, task);
    if (this.isDirectory) this.nlink = 2;
  }

  private child(dir: Dentry, name: usize, length: u32, inode: Inode): Dentry {
    return Dentry.named(dir, name, length, inode);
  }

  private make(dir: Dentry, name: usize, length: u32, mode: u32, kind: ProcKind, group: ThreadGroup | null, task: Task | null, detail: string): Dentry {
    const fs = changetype<ProcFileSystem>(this.fs);
    // A process's directory keeps its number for as long as it lives.
    const ino = kind == ProcKind.process && group ? (<u64>group.pid << 20) | 1 : (<u64>1 << 50) + fs.fresh();
    return this.child(dir, name, length, new ProcInode(fs, ino, mode, kind, group, task, detail));
  }

  private makeFile(dir: Dentry, name: usize, length: u32, row: ProcRow): Dentry {
    const fs = changetype<ProcFileSystem>(this.fs);
    const inode = new ProcFileInode(fs, (<u64>1 << 50) + fs.fresh(), row.mode, row.content, this.group, this.task, row.detail);
    return this.child(dir, name, length, inode);
  }

  /** The rows of what this directory holds besides what is numbered. */
  private rows(): ProcRow[] {
    switch (this.kind) {
      case ProcKind.root:
        return PROC_ROOT_ROWS;
      case ProcKind.process:
      case ProcKind.thread:
        return PROC_PROCESS_ROWS;
      case ProcKind.net:
        return PROC_NET_ROWS;
      case ProcKind.sys:
        return procSysRows(this.detail);
    }
    return [];
  }

  private get isAlive(): bool {
    const group = this.group;
    return group == null || findGroup(group.pid) === group;
  }

  lookup(dir: Dentry, name: usize, length: u32): Dentry | null {
    failWith(ENOENT);
    if (!this.isAlive) return null;
    const number = parseDecimal(name, length);
    if (number >= 0) return this.lookupNumber(dir, name, length, number);
    const rows = this.rows();
    for (let i = 0; i < rows.length; i++) {
      const row = unchecked(rows[i]);
      if (!bytesEqual(name, length, row.name)) continue;
      // Threads have no list of threads.
      if (this.kind == ProcKind.thread && row.kind == ProcKind.tasks) return null;
      if ((row.mode & S_IFMT) == S_IFREG) return this.makeFile(dir, name, length, row);
      return this.make(dir, name, length, row.mode, row.kind, this.group, this.task, row.detail);
    }
    return null;
  }

  private lookupNumber(dir: Dentry, name: usize, length: u32, number: i32): Dentry | null {
    switch (this.kind) {
      case ProcKind.root: {
        const group = findGroup(number);
        if (group) return this.make(dir, name, length, S_IFDIR | 0o555, ProcKind.process, group, group.leader, '');
        // Threads other than leaders are found too, though not listed.
        const task = findTask(number);
        return task ? this.make(dir, name, length, S_IFDIR | 0o555, ProcKind.process, task.group, task, '') : null;
      }
      case ProcKind.tasks: {
        const task = findTask(number);
        if (task == null || task.group !== this.group) return null;
        return this.make(dir, name, length, S_IFDIR | 0o555, ProcKind.thread, task.group, task, '');
      }
      case ProcKind.descriptors: {
        const task = this.task;
        const file = task ? task.files.get(number) : null;
        if (file == null) return null;
        const mode: u32 = (file.isReadable ? 0o500 : 0) | (file.isWritable ? 0o300 : 0);
        return this.make(dir, name, length, S_IFLNK | mode, ProcKind.descriptor, this.group, task, byteString(name, length));
      }
      case ProcKind.descriptorInfos: {
        const task = this.task;
        if (task == null || task.files.get(number) == null) return null;
        return this.makeFile(dir, name, length, procRow('', S_IFREG | 0o400, ProcContent.descriptorInfo, byteString(name, length)));
      }
    }
    return null;
  }

  nextEntry(dir: Dentry, entry: DirectoryEntry): bool {
    const rows = this.rows();
    let position = entry.cookie - 2;
    while (position < rows.length) {
      const row = rows[<i32>position];
      position++;
      if (this.kind == ProcKind.thread && row.kind == ProcKind.tasks) continue;
      const n = storeByteString(row.name, nameBuffer);
      entry.set(nameBuffer, n, (<u64>1 << 49) + position, row.mode, position + 2);
      return true;
    }
    return this.nextNumber(entry, position - rows.length, rows.length);
  }

  /** Numbered entries: their position behind the rows is the number, so that ends and beginnings in between do no harm. */
  private nextNumber(entry: DirectoryEntry, from: i64, base: i32): bool {
    let found: i64 = -1;
    let mode: u32 = S_IFDIR;
    switch (this.kind) {
      case ProcKind.root: {
        const groups = allGroups();
        for (let i = 0; i < groups.length; i++) {
          if (groups[i].pid < from) continue;
          found = groups[i].pid;
          break;
        }
        break;
      }
      case ProcKind.tasks: {
        const group = this.group;
        if (group == null) break;
        for (let i = 0; i < group.threads.length; i++) {
          const tid = group.threads[i].tid;
          if (tid >= from && (found < 0 || tid < found)) found = tid;
        }
        break;
      }
      case ProcKind.descriptors:
      case ProcKind.descriptorInfos: {
        const task = this.task;
        if (task == null) break;
        for (let fd = <i32>min<i64>(from, task.files.capacity); fd < task.files.capacity; fd++) {
          if (task.files.get(fd) == null) continue;
          found = fd;
          break;
        }
        mode = this.kind == ProcKind.descriptors ? S_IFLNK : S_IFREG;
        break;
      }
    }
    if (found < 0) return false;
    const n = storeByteString(found.toString(), nameBuffer);
    entry.set(nameBuffer, n, (<u64>1 << 48) + (<u64>found << 20), mode, found + base + 3);
    return true;
  }

  isEmptyDirectory(dir: Dentry): bool {
    return false;
  }

  open(task: Task, place: Path, flags: u32): OpenFile | null {
    return new DirectoryFile(place, flags);
  }

  // ---- links ----

  readlink(task: Task, to: usize, capacity: u32): i32 {
    let text = '';
    switch (this.kind) {
      case ProcKind.self:
        text = task.pid.toString();
        break;
      case ProcKind.threadSelf:
        text = task.pid.toString() + '/task/' + task.tid.toString();
        break;
      case ProcKind.fixedLink:
        text = this.detail;
        break;
      default: {
        const place = this.target();
        if (place == null) return -ENOENT;
        const length = pathText(place, task.fs.root, linkBuffer, 4095);
        if (length < 0) return length;
        memory.copy(to, linkBuffer, min<u32>(length, capacity));
        return length;
      }
    }
    const length = storeByteString(text, linkBuffer);
    memory.copy(to, linkBuffer, min<u32>(length, capacity));
    return length;
  }

  /** Where a link to an object leads, or null. */
  private target(): Path | null {
    const task = this.task;
    if (task == null || !this.isAlive) return null;
    switch (this.kind) {
      case ProcKind.executable: {
        const mm = task.mm;
        const file = mm ? mm.executable : null;
        return file ? file.place : null;
      }
      case ProcKind.workingDirectory:
        return task.fs.cwd;
      case ProcKind.rootDirectory:
        return task.fs.root;
      case ProcKind.descriptor: {
        const file = task.files.get(<i32>parseInt(this.detail));
        return file ? file.place : null;
      }
    }
    return null;
  }

  follow(task: Task): Path | null {
    failWith(0);
    if (this.kind == ProcKind.self || this.kind == ProcKind.threadSelf || this.kind == ProcKind.fixedLink) return null;
    const place = this.target();
    if (place == null) failWith(ENOENT);
    return place;
  }

  beforeChange(): i32 {
    return -EPERM;
  }
}
