import { EFAULT, EFBIG, EINVAL, EIO, ENOSPC, ENXIO, EOPNOTSUPP, EPERM } from '../linux/errno';
import { F_SEAL_GROW, F_SEAL_SHRINK, F_SEAL_WRITE } from '../linux/fcntl';
import { FIONREAD } from '../linux/ioctl';
import {
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
  O_APPEND,
  O_NOATIME,
  SEEK_CUR,
  SEEK_DATA,
  SEEK_END,
  SEEK_HOLE,
  SEEK_SET,
} from '../linux/open-flags';
import { RLIMIT_FSIZE } from '../linux/resource';
import { SIGXFSZ } from '../linux/signal';
import { writeU32 } from '../process/user-memory';
import { Task } from '../task/task';
import { cachedBlock } from './block-cache';
import { IoCursor, zeroPage } from './io-cursor';
import { hasWatches, IN_ACCESS, IN_MODIFY, notifySelf } from './inotify';
import { MAX_FILE_BYTES } from './memory-content';
import { MemoryInode } from './memory-inode';
import { OpenFile } from './open-file';
import { ZERO_PAGE } from './page-store';
import { Path } from './path';
import { lowerStreamOffset } from './payload-index';
import { clearSetIds } from './permissions';
import { raiseSignal, realtimeNow, syncShared } from './seam';

const BLOCK: i64 = 65536;

/** An open regular file of a memory filesystem. */
export class RegularFile extends OpenFile {
  constructor(place: Path, flags: u32) {
    super(place, flags);
    place.inode.hold();
    if (this.isWritable) place.inode.writers++;
  }

  private get file(): MemoryInode {
    return changetype<MemoryInode>(this.inode);
  }

  get isSeekable(): bool {
    return true;
  }
  get isMappable(): bool {
    return true;
  }

  read(task: Task, io: IoCursor): i64 {
    const n = this.readFrom(task, io, this.position);
    if (n > 0) this.position += n;
    return n;
  }

  readFrom(task: Task, io: IoCursor, offset: i64): i64 {
    const inode = this.file;
    syncShared(inode);
    const end = <i64>min<u64>(inode.size, <u64>offset + io.remaining);
    let at = offset;
    const pages = inode.pages;
    while (at < end) {
      const inPage = <u32>(at & 4095);
      let part = <u32>min<i64>(4096 - inPage, end - at);
      const frame = pages ? pages.get(<u32>(at >> 12)) : 0;
      let from: usize;
      if (frame > ZERO_PAGE) from = frame + inPage;
      else if (frame == ZERO_PAGE || at >= inode.lowerSize) from = zeroPage;
      else {
        const stream = lowerStreamOffset(inode.lower) + at;
        const inBlock = <i64>(stream & <u64>(BLOCK - 1));
        // Without pages of its own, the file is read block by block; otherwise page by page.
        const whole = pages == null ? min<i64>(BLOCK - inBlock, end - at) : min<i64>(BLOCK - inBlock, part);
        part = <u32>min<i64>(whole, inode.lowerSize - at);
        const block = cachedBlock(<u32>(stream >> 16));
        if (block == 0) return at > offset ? at - offset : -EIO;
        from = block + <usize>inBlock;
      }
      const moved = io.put(from, part);
      at += moved;
      if (moved != part) break;
    }
    if (at == offset && io.faulted) return -EFAULT;
    if (inode.atime <= inode.mtime && (this.flags & O_NOATIME) == 0 && !this.place.mount.readOnly) inode.atime = realtimeNow();
    if (at == offset) return 0;
    if (hasWatches) notifySelf(inode, this.place.dentry, IN_ACCESS);
    return at - offset;
  }

  write(task: Task, io: IoCursor): i64 {
    if (io.remaining == 0) return 0;
    if ((this.flags & O_APPEND) != 0) this.position = this.inode.size;
    const n = this.writeTo(task, io, this.position);
    if (n > 0) this.position += n;
    return n;
  }

  writeTo(task: Task, io: IoCursor, offset: i64): i64 {
    const inode = this.file;
    if ((this.flags & O_APPEND) != 0) offset = inode.size;
    if (io.remaining == 0) return 0;
    if (inode.seals > 0) {
      if ((inode.seals & F_SEAL_WRITE) != 0) return -EPERM;
      if ((inode.seals & F_SEAL_GROW) != 0) {
        if (offset >= inode.size) return -EPERM;
        io.limit(inode.size - offset);
      }
    }
    const limit = task.group.limit(RLIMIT_FSIZE);
    if (<u64>offset >= limit) {
      raiseSignal(task, SIGXFSZ);
      return -EFBIG;
    }
    if (offset >= MAX_FILE_BYTES) return -EFBIG;
    io.limit(min<u64>(limit, MAX_FILE_BYTES) - offset);
    syncShared(inode);
    let at = offset;
    let problem: i32 = 0;
    while (io.remaining > 0) {
      const inPage = <u32>(at & 4095);
      const part = <u32>min<u64>(4096 - inPage, io.remaining);
      const frame = inode.writablePage(<u32>(at >> 12), part == 4096);
      if (frame <= ZERO_PAGE) {
        problem = frame == 0 ? -ENOSPC : -EIO;
        break;
      }
      const moved = io.take(frame + inPage, part);
      at += moved;
      if (moved != part) {
        problem = -EFAULT;
        break;
      }
    }
    if (at == offset) return problem;
    if (at > inode.size) inode.size = at;
    inode.contentChanged = true;
    clearSetIds(task, inode);
    const now = realtimeNow();
    inode.mtime = now;
    inode.ctime = now;
    notifySelf(inode, this.place.dentry, IN_MODIFY);
    return at - offset;
  }

  seek(offset: i64, whence: i32): i64 {
    const size = this.inode.size;
    if (whence == SEEK_CUR) offset += this.position;
    else if (whence == SEEK_END) offset += size;
    else if (whence == SEEK_DATA || whence == SEEK_HOLE) {
      if (offset < 0 || offset >= size) return -ENXIO;
      offset = this.seekData(offset, whence == SEEK_HOLE);
      if (offset < 0) return offset;
    } else if (whence != SEEK_SET) return -EINVAL;
    if (offset < 0 || offset > MAX_FILE_BYTES) return -EINVAL;
    this.position = offset;
    return offset;
  }

  private seekData(offset: i64, forHole: bool): i64 {
    const inode = this.file;
    const pages = inode.pages;
    let at = offset;
    while (at < inode.size) {
      const frame = pages ? pages.get(<u32>(at >> 12)) : 0;
      const isData = frame > ZERO_PAGE || (frame == 0 && at < inode.lowerSize);
      if (isData != forHole) return at;
      at = (at & ~4095) + 4096;
      // A hole may be long.
      if (!forHole && at >= inode.lowerSize) at = pages ? max(at, <i64>pages.nextEntry(<u32>(at >> 12)) << 12) : inode.size;
    }
    return forHole ? inode.size : -ENXIO;
  }

  truncate(size: i64): i32 {
    const inode = this.file;
    if (inode.seals > 0) {
      if ((inode.seals & F_SEAL_SHRINK) != 0 && size < inode.size) return -EPERM;
      if ((inode.seals & F_SEAL_GROW) != 0 && size > inode.size) return -EPERM;
    }
    syncShared(inode);
    return inode.truncate(size);
  }

  allocate(mode: u32, offset: i64, length: i64): i32 {
    const inode = this.file;
    const end = offset + length;
    if (end < 0 || end > MAX_FILE_BYTES) return -EFBIG;
    if ((mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) != 0) return -EOPNOTSUPP;
    if ((mode & FALLOC_FL_PUNCH_HOLE) != 0 && mode != (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)) return -EOPNOTSUPP;
    if (inode.seals > 0) {
      if ((inode.seals & F_SEAL_WRITE) != 0 && (mode & FALLOC_FL_PUNCH_HOLE) != 0) return -EPERM;
      if ((inode.seals & F_SEAL_GROW) != 0 && end > inode.size) return -EPERM;
    }
    syncShared(inode);
    if ((mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) != 0) {
      const problem = inode.punch(offset, end);
      if (problem != 0) return problem;
    } else {
      const held = inode.pages ? <u64>inode.pages!.pages << 12 : 0;
      if (<u64>(end - offset) > inode.fs.freeBytes + held) return -ENOSPC;
      // Storage is reserved by giving every page a frame, so that later writes cannot fail.
      for (let index = offset >> 12; index <= (end - 1) >> 12; index++) {
        if (inode.pages == null && (index << 12) < inode.lowerSize) continue;
        const frame = inode.writablePage(<u32>index, false);
        if (frame <= ZERO_PAGE) return frame == 0 ? -ENOSPC : -EIO;
      }
    }
    if ((mode & FALLOC_FL_KEEP_SIZE) == 0 && end > inode.size) inode.size = end;
    inode.contentChanged = true;
    const now = realtimeNow();
    inode.mtime = now;
    inode.ctime = now;
    return 0;
  }

  sync(): i32 {
    return 0;
  }

  ioctl(task: Task, request: u32, argument: u64): i64 {
    if (request == FIONREAD) return writeU32(task, argument, <u32>max<i64>(0, this.inode.size - this.position));
    return super.ioctl(task, request, argument);
  }

  onRelease(): void {
    const inode = this.inode;
    if (this.isWritable) inode.writers--;
    inode.drop();
  }
}
