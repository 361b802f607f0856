import { O_NOCTTY } from '../linux/open-flags';
import { Task } from '../task/task';
import { IoCursor } from './io-cursor';
import { Notifier } from './notifier';
import { OpenFile } from './open-file';
import { Path } from './path';
import { Terminal } from './terminal';

/** An open terminal: the console, or the slave side of a pseudo-terminal. */
export class TtyFile extends OpenFile {
  constructor(
    place: Path,
    flags: u32,
    readonly terminal: Terminal,
  ) {
    super(place, flags);
    place.inode.hold();
  }

  read(task: Task, io: IoCursor): i64 {
    return this.terminal.read(task, io, this.flags);
  }
  write(task: Task, io: IoCursor): i64 {
    return this.terminal.write(task, io, this.flags);
  }
  poll(): u32 {
    return this.terminal.poll();
  }
  get notifier(): Notifier | null {
    return this.terminal.changed;
  }
  ioctl(task: Task, request: u32, argument: u64): i64 {
    return this.terminal.ioctl(task, request, argument);
  }
  onRelease(): void {
    this.inode.drop();
  }
}

/** Opens a terminal; without O_NOCTTY it may become the controlling one. */
export function openTerminal(task: Task, place: Path, flags: u32, terminal: Terminal): OpenFile {
  if ((flags & O_NOCTTY) == 0) terminal.acquireOnOpen(task);
  return new TtyFile(place, flags, terminal);
}
