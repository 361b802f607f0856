import { EAGAIN, EFAULT, EIO, EINVAL, ENOSPC } from '../linux/errno';
import {
  FIONREAD,
  TIOCGPTLCK,
  TIOCGPTN,
  TIOCGPTPEER,
  TIOCPKT,
  TIOCSPTLCK,
  TIOCGPGRP,
} from '../linux/ioctl';
import { O_CLOEXEC, O_NOCTTY, O_NONBLOCK } from '../linux/open-flags';
import { POLLHUP, POLL_READABLE, POLL_WRITABLE } from '../linux/poll';
import { readI32, userFault, writeU32 } from '../process/user-memory';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { ByteQueue } from './byte-queue';
import { addPtsNode, ptsPlace, removePtsNode } from './dev-fs';
import { IoCursor } from './io-cursor';
import { TerminalOutput } from './line-discipline';
import { Notifier } from './notifier';
import { OpenFile } from './open-file';
import { Path } from './path';
import { failWith } from './result';
import { Terminal, terminals } from './terminal';
import { TtyFile } from './tty-file';

const MASTER_QUEUE: u32 = 65536;
const MAX_PTYS: u32 = 4096;

/** What the slave side writes, on its way to the master. */
class MasterQueue extends TerminalOutput {
  readonly bytes: ByteQueue = new ByteQueue();
  readonly changed: Notifier = new Notifier();
  masterGone: bool = false;

  write(at: usize, n: u32): i32 {
    if (this.masterGone) return -1;
    for (let i: u32 = 0; i < n; i++) this.bytes.push(load<u8>(at + i));
    this.changed.notify(POLL_READABLE);
    return n;
  }
  room(): u32 {
    return this.bytes.length < MASTER_QUEUE ? MASTER_QUEUE - this.bytes.length : 0;
  }
}

/** A pseudo-terminal: both its sides. */
export class PseudoTerminal {
  readonly terminal: Terminal;
  locked: bool = true;
  slaves: i32 = 0;
  /** A slave has been open at some time. */
  wasOpened: bool = false;

  readonly queue: MasterQueue;

  constructor(readonly number: u32) {
    const queue = new MasterQueue();
    this.queue = queue;
    this.terminal = new Terminal((136 << 20) | number, queue);
    this.terminal.rows = 0;
    this.terminal.columns = 0;
    pseudoTerminals.set(number, this);
  }
}

const pseudoTerminals: Map<u32, PseudoTerminal> = new Map<u32, PseudoTerminal>();

function lowestFreeNumber(): u32 {
  let number: u32 = 0;
  while (terminals.has((136 << 20) | number)) number++;
  return number;
}

/** Opens /dev/ptmx: a fresh pseudo-terminal's master side. */
export function openMaster(task: Task, place: Path, flags: u32): OpenFile | null {
  const number = lowestFreeNumber();
  if (number >= MAX_PTYS) {
    failWith(ENOSPC);
    return null;
  }
  const pair = new PseudoTerminal(number);
  addPtsNode(number, task.credentials.fsuid, task.credentials.fsgid);
  return new MasterFile(place, flags, pair);
}

/** Opens /dev/pts/N. */
export function openSlave(task: Task, place: Path, flags: u32, number: u32): OpenFile | null {
  if (!pseudoTerminals.has(number)) {
    failWith(EIO);
    return null;
  }
  const pair = pseudoTerminals.get(number);
  if (pair.locked || pair.queue.masterGone) {
    failWith(EIO);
    return null;
  }
  if ((flags & O_NOCTTY) == 0) pair.terminal.acquireOnOpen(task);
  return new SlaveFile(place, flags, pair);
}

class SlaveFile extends TtyFile {
  constructor(
    place: Path,
    flags: u32,
    readonly pair: PseudoTerminal,
  ) {
    super(place, flags, pair.terminal);
    pair.slaves++;
    pair.wasOpened = true;
    pair.queue.changed.notify(POLL_WRITABLE);
  }

  read(task: Task, io: IoCursor): i64 {
    const n = super.read(task, io);
    // The master may have waited for room.
    if (n > 0) this.pair.queue.changed.notify(POLL_WRITABLE);
    return n;
  }

  onRelease(): void {
    super.onRelease();
    const pair = this.pair;
    if (--pair.slaves == 0) pair.queue.changed.notify(POLLHUP | POLL_READABLE);
  }
}

class MasterFile extends OpenFile {
  constructor(
    place: Path,
    flags: u32,
    readonly pair: PseudoTerminal,
  ) {
    super(place, flags);
    place.inode.hold();
  }

  private get isAbandoned(): bool {
    return this.pair.wasOpened && this.pair.slaves == 0;
  }

  read(task: Task, io: IoCursor): i64 {
    const bytes = this.pair.queue.bytes;
    if (io.remaining == 0) return 0;
    if (bytes.length > 0) {
      const n = bytes.drain(io, u32.MAX_VALUE);
      if (n == 0) return -EFAULT;
      this.pair.terminal.changed.notify(POLL_WRITABLE);
      return n;
    }
    if (this.isAbandoned) return -EIO;
    if ((this.flags & O_NONBLOCK) != 0) return -EAGAIN;
    this.pair.queue.changed.sleep(task);
    return BLOCK;
  }

  write(task: Task, io: IoCursor): i64 {
    io.skip(task.progress);
    while (io.remaining > 0) {
      const room = this.pair.terminal.inputRoom;
      if (room == 0) {
        if ((this.flags & O_NONBLOCK) != 0) return task.progress > 0 ? <i64>task.progress : -EAGAIN;
        if (task.interrupted && task.progress > 0) return task.progress;
        this.pair.queue.changed.sleep(task);
        return BLOCK;
      }
      const n = io.take(buffer, min<u32>(room, <u32>min<u64>(io.remaining, 4096)));
      if (n == 0) return task.progress > 0 ? <i64>task.progress : -EFAULT;
      this.pair.terminal.input(buffer, n);
      task.progress += n;
    }
    return task.progress;
  }

  poll(): u32 {
    let events: u32 = this.pair.terminal.inputRoom > 0 ? POLL_WRITABLE : 0;
    if (this.pair.queue.bytes.length > 0) events |= POLL_READABLE;
    if (this.isAbandoned) events |= POLLHUP;
    return events;
  }

  get notifier(): Notifier | null {
    return this.pair.queue.changed;
  }

  ioctl(task: Task, request: u32, argument: u64): i64 {
    const pair = this.pair;
    switch (request) {
      case TIOCGPTN:
        return writeU32(task, argument, pair.number);
      case TIOCSPTLCK: {
        const locked = readI32(task, argument);
        if (userFault()) return -EFAULT;
        pair.locked = locked != 0;
        return 0;
      }
      case TIOCGPTLCK:
        return writeU32(task, argument, pair.locked ? 1 : 0);
      case TIOCGPTPEER:
        return this.openPeer(task, <u32>argument);
      case FIONREAD:
        return writeU32(task, argument, pair.queue.bytes.length);
      case TIOCPKT: {
        const on = readI32(task, argument);
        return userFault() ? -EFAULT : on == 0 ? 0 : -EINVAL;
      }
      case TIOCGPGRP: {
        const session = pair.terminal.session;
        return writeU32(task, argument, session ? session.foregroundGroup : 0);
      }
    }
    return pair.terminal.ioctl(task, request, argument);
  }

  private openPeer(task: Task, flags: u32): i64 {
    const place = ptsPlace(this.pair.number);
    if (place == null) return -EIO;
    if ((flags & O_NOCTTY) == 0) this.pair.terminal.acquireOnOpen(task);
    const file = new SlaveFile(place, flags, this.pair);
    const fd = task.files.install(task, file, (flags & O_CLOEXEC) != 0);
    if (fd < 0) file.release();
    return fd;
  }

  onRelease(): void {
    const pair = this.pair;
    pair.queue.masterGone = true;
    removePtsNode(pair.number);
    pair.terminal.hangUp();
    terminals.delete(pair.terminal.device);
    pseudoTerminals.delete(pair.number);
    this.inode.drop();
  }
}

const buffer: usize = memory.data(4096, 8);
