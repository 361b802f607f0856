import { EFAULT, EINVAL, EISDIR, ENOENT } from '../linux/errno';
import { SEEK_CUR, SEEK_END, SEEK_SET } from '../linux/open-flags';
import { DT_DIR } from '../linux/stat';
import { Task } from '../task/task';
import { Dentry } from './dentry';
import { IN_ACCESS, notifySelf } from './inotify';
import { IoCursor } from './io-cursor';
import { OpenFile } from './open-file';
import { Path } from './path';

/**
 * One step through a directory: `cookie` is the position (that of the entry given last), `Inode.nextEntry` moves it on.
 * Cookies 1 and 2 are "." and "..".
 */
export class DirectoryEntry {
  name: usize = 0;
  nameLength: u32 = 0;
  ino: u64 = 0;
  mode: u32 = 0;
  cookie: i64 = 0;
  private last: Dentry | null = null;

  set(name: usize, nameLength: u32, ino: u64, mode: u32, cookie: i64): void {
    this.name = name;
    this.nameLength = nameLength;
    this.ino = ino;
    this.mode = mode;
    this.cookie = cookie;
  }

  setChild(child: Dentry, ino: u64, mode: u32): void {
    this.set(child.name, child.nameLength, ino, mode, child.cookie);
    this.last = child;
  }

  /** The first child behind the position. */
  nextChild(dir: Dentry): Dentry | null {
    const last = this.last;
    if (last && last.cookie == this.cookie && last.parent === dir && last.hashed) return last.nextSibling;
    let child = dir.firstChild;
    while (child && child.cookie <= this.cookie) child = child.nextSibling;
    return child;
  }
}

const DOTS: usize = memory.data<u8>([46, 46]);
const record: usize = memory.data(296, 8);

/** An open directory. */
export class DirectoryFile extends OpenFile {
  private entry: DirectoryEntry = new DirectoryEntry();

  constructor(place: Path, flags: u32) {
    super(place, flags);
    place.inode.hold();
  }

  get isSeekable(): bool {
    return true;
  }

  read(task: Task, io: IoCursor): i64 {
    return -EISDIR;
  }
  readFrom(task: Task, io: IoCursor, offset: i64): i64 {
    return -EISDIR;
  }

  seek(offset: i64, whence: i32): i64 {
    if (whence == SEEK_CUR) offset += this.position;
    else if (whence == SEEK_END) return -EINVAL;
    else if (whence != SEEK_SET) return -EINVAL;
    if (offset < 0) return -EINVAL;
    this.position = offset;
    return offset;
  }

  sync(): i32 {
    return 0;
  }

  readDirectory(task: Task, io: IoCursor): i64 {
    const dir = this.place.dentry;
    const inode = dir.node;
    if (inode.nlink == 0 && dir.gone) return -ENOENT;
    const entry = this.entry;
    entry.cookie = this.position;
    let done: i64 = 0;
    while (true) {
      const before = entry.cookie;
      if (before < 2) {
        const parent = dir.parent;
        const owner = before == 1 && parent ? parent.node : inode;
        entry.set(DOTS, <u32>before + 1, owner.ino, <u32>DT_DIR << 12, before + 1);
      } else if (!inode.nextEntry(dir, entry)) break;
      const bytes: u32 = (19 + entry.nameLength + 1 + 7) & ~7;
      if (bytes > io.remaining) {
        if (done == 0) return -EINVAL;
        break;
      }
      memory.fill(record, 0, bytes);
      store<u64>(record, entry.ino);
      store<i64>(record + 8, entry.cookie);
      store<u16>(record + 16, <u16>bytes);
      store<u8>(record + 18, <u8>(entry.mode >> 12));
      memory.copy(record + 19, entry.name, entry.nameLength);
      if (io.put(record, bytes) != bytes) {
        if (done == 0) return -EFAULT;
        break;
      }
      done += bytes;
      this.position = entry.cookie;
    }
    notifySelf(inode, dir, IN_ACCESS);
    return done;
  }

  onRelease(): void {
    this.inode.drop();
  }
}
