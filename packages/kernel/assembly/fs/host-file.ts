import { EFAULT, EFBIG, EINVAL, ENXIO, EOPNOTSUPP } from '../linux/errno';
import { O_APPEND, SEEK_CUR, SEEK_DATA, SEEK_END, SEEK_HOLE, SEEK_SET } from '../linux/open-flags';
import { Task } from '../task/task';
import { descriptorRead, descriptorWrite, dropDescriptor, setSize, syncData } from '../wasi/filesystem';
import { releaseReturned } from '../wasi/realloc';
import { ERROR_AT, hostProblem, hostResult } from './host-result';
import { IoCursor } from './io-cursor';
import { OpenFile } from './open-file';
import { Path } from './path';
import { syncShared } from './seam';

const MOST: u32 = 65536;
const transfer: usize = memory.data(65536, 16);

/** An open regular file of the host. */
export class HostFile extends OpenFile {
  constructor(
    place: Path,
    flags: u32,
    private readonly descriptor: i32,
  ) {
    super(place, flags);
    place.inode.hold();
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
    syncShared(this.inode);
    let done: i64 = 0;
    while (io.remaining > 0) {
      const n = <u32>min<u64>(io.remaining, MOST);
      descriptorRead(this.descriptor, n, offset + done, hostResult);
      const problem = hostProblem(4);
      if (problem != 0) return done > 0 ? done : problem;
      const got = load<u32>(hostResult, 8);
      const moved = io.put(load<u32>(hostResult, 4), got);
      releaseReturned();
      done += moved;
      if (moved != got) return done > 0 ? done : -EFAULT;
      if (got == 0) break;
    }
    return done;
  }

  write(task: Task, io: IoCursor): i64 {
    if (io.remaining == 0) return 0;
    if ((this.flags & O_APPEND) != 0) {
      this.inode.refresh();
      this.position = this.inode.size;
    }
    const n = this.writeTo(task, io, this.position);
    if (n > 0) this.position += n;
    return n;
  }

  writeTo(task: Task, io: IoCursor, offset: i64): i64 {
    syncShared(this.inode);
    let done: i64 = 0;
    while (io.remaining > 0) {
      const n = io.take(transfer, <u32>min<u64>(io.remaining, MOST));
      if (n == 0) return done > 0 ? done : -EFAULT;
      let written: u32 = 0;
      while (written < n) {
        descriptorWrite(this.descriptor, transfer + written, n - written, offset + done, hostResult);
        const problem = hostProblem(8);
        if (problem != 0) return done > 0 ? done : problem;
        const part = <u32>load<u64>(hostResult, 8);
        if (part == 0) return done;
        written += part;
        done += part;
      }
    }
    const inode = this.inode;
    if (offset + done > inode.size) inode.size = offset + done;
    return done;
  }

  seek(offset: i64, whence: i32): i64 {
    if (whence != SEEK_SET && whence != SEEK_CUR) this.inode.refresh();
    const size = this.inode.size;
    if (whence == SEEK_CUR) offset += this.position;
    else if (whence == SEEK_END) offset += size;
    else if (whence == SEEK_DATA || whence == SEEK_HOLE) {
      if (offset < 0 || offset >= size) return -ENXIO;
      if (whence == SEEK_HOLE) offset = size;
    }
    if (offset < 0) return -EINVAL;
    this.position = offset;
    return offset;
  }

  truncate(size: i64): i32 {
    syncShared(this.inode);
    setSize(this.descriptor, size, hostResult);
    const problem = hostProblem(ERROR_AT);
    if (problem == 0) this.inode.size = size;
    return problem;
  }

  allocate(mode: u32, offset: i64, length: i64): i32 {
    if (mode != 0) return -EOPNOTSUPP;
    const end = offset + length;
    if (end < 0) return -EFBIG;
    this.inode.refresh();
    return end > this.inode.size ? this.truncate(end) : 0;
  }

  sync(): i32 {
    syncData(this.descriptor, hostResult);
    return hostProblem(ERROR_AT);
  }

  onRelease(): void {
    dropDescriptor(this.descriptor);
    this.inode.drop();
  }
}
