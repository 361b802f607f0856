import { EFAULT, EINVAL, EPERM } from '../linux/errno';
import { currentTask } from '../task/current';
import { Task } from '../task/task';
import { ThreadGroup } from '../task/thread-group';
import { FileSystem } from './file-system';
import { IoCursor } from './io-cursor';
import { OpenFile } from './open-file';
import { OwnedProcInode } from './owned-proc-inode';
import { Path } from './path';
import { writeContent, writeProcFile } from './proc-content';
import { ProcContent } from './proc-rows';
import { TextBuilder } from './proc-text';

/** What is written to a generated file. */
const written: usize = memory.data(4096, 8);

/** A generated file. */
export class ProcFileInode extends OwnedProcInode {
  constructor(
    fs: FileSystem,
    ino: u64,
    mode: u32,
    readonly content: ProcContent,
    group: ThreadGroup | null,
    task: Task | null,
    readonly detail: string,
  ) {
    super(fs, ino, mode, group, task);
  }

  open(task: Task, place: Path, flags: u32): OpenFile | null {
    return new ProcFile(place, flags, this);
  }

  truncate(size: i64): i32 {
    return 0;
  }

  beforeChange(): i32 {
    return -EPERM;
  }

  /** The kernel reads its own files too. */
  readAt(offset: i64, to: usize, n: u32): i32 {
    const text = new TextBuilder();
    writeContent(text, this, currentTask());
    const part = <u32>max<i64>(0, min<i64>(n, <i64>text.length - offset));
    memory.copy(to, text.at + <usize>offset, part);
    text.free();
    return part;
  }
}

/** An open generated file: its content is made at the first read, and anew after going back to the start. */
class ProcFile extends OpenFile {
  private text: TextBuilder | null = null;

  constructor(
    place: Path,
    flags: u32,
    private readonly source: ProcFileInode,
  ) {
    super(place, flags);
  }

  get isSeekable(): bool {
    return true;
  }

  private content(task: Task, offset: i64): TextBuilder {
    const known = this.text;
    if (known && offset > 0) return known;
    if (known) known.free();
    const text = new TextBuilder();
    writeContent(text, this.source, task);
    this.text = text;
    return text;
  }

  read(task: Task, io: IoCursor): i64 {
    const n = this.readFrom(task, io, this.position);
    if (n > 0) this.position += n;
    return n;
  }

  readFrom(task: Task, io: IoCursor, offset: i64): i64 {
    const text = this.content(task, offset);
    if (offset >= <i64>text.length || io.remaining == 0) return 0;
    const n = io.put(text.at + <usize>offset, <u32>min<u64>(io.remaining, text.length - offset));
    return n == 0 ? -EFAULT : n;
  }

  write(task: Task, io: IoCursor): i64 {
    const n = <u32>min<u64>(io.remaining, 4096);
    const got = io.take(written, n);
    if (got != n) return -EFAULT;
    const problem = writeProcFile(this.source, written, n);
    return problem != 0 ? problem : n;
  }

  writeTo(task: Task, io: IoCursor, offset: i64): i64 {
    return this.write(task, io);
  }

  seek(offset: i64, whence: i32): i64 {
    if (whence == 1) offset += this.position;
    else if (whence != 0) return -EINVAL;
    if (offset < 0) return -EINVAL;
    this.position = offset;
    return offset;
  }

  truncate(size: i64): i32 {
    return 0;
  }

  sync(): i32 {
    return -EINVAL;
  }

  onRelease(): void {
    const text = this.text;
    if (text) text.free();
    this.text = null;
  }
}
