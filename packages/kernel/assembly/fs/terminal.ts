import { EAGAIN, EFAULT, EINVAL, EIO, ENOTTY, EPERM, ERESTARTSYS } from '../linux/errno';
import {
  FIONREAD,
  TCFLSH,
  TCGETS,
  TCGETS2,
  TCSBRK,
  TCSETS,
  TCSETS2,
  TCSETSF,
  TCSETSF2,
  TCSETSW,
  TCSETSW2,
  TCXONC,
  TIOCEXCL,
  TIOCGPGRP,
  TIOCGSID,
  TIOCGWINSZ,
  TIOCNOTTY,
  TIOCNXCL,
  TIOCOUTQ,
  TIOCSCTTY,
  TIOCSPGRP,
  TIOCSTI,
  TIOCSWINSZ,
} from '../linux/ioctl';
import { O_NONBLOCK } from '../linux/open-flags';
import { POLLHUP, POLL_READABLE, POLL_WRITABLE } from '../linux/poll';
import { SIGCONT, SIGHUP, SIGTTIN, SIGTTOU, SIGWINCH, signalBit } from '../linux/signal';
import { TCIFLUSH, TCIOFLUSH, TCOFLUSH, TERMIOS2_BYTES, TERMIOS_BYTES, TOSTOP, VMIN, VTIME } from '../linux/termios';
import { copyFromUser, copyToUser, readI32, readU8, userFault, writeU32 } from '../process/user-memory';
import { isIgnored, sendToGroup, sendToProcessGroup, kernelSignal } from '../signal/send';
import { isOrphaned, processGroupExists } from '../task/process-group';
import { findGroup } from '../task/registry';
import { Session } from '../task/session';
import { NEVER, Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { monotonicNow } from '../time/clock';
import { IoCursor } from './io-cursor';
import { LineDiscipline, OUTPUT_BYTES, TerminalOutput } from './line-discipline';

const scratch: usize = memory.data(64, 8);
const outputBuffer: usize = memory.data(4096, 8); // OUTPUT_BYTES

/**
 * A terminal: a line discipline that tasks read and write, with a session and a foreground process group.
 *
 * @source tty_ioctl(4), Linux drivers/tty/tty_io.c, tty_jobctrl.c
 */
export class Terminal extends LineDiscipline {
  rows: u16 = 24;
  columns: u16 = 80;
  /** The session it controls. */
  session: Session | null = null;
  /** The other side is gone: reads end, writes fail. */
  hungUp: bool = false;

  constructor(
    /** Device number: major << 20 | minor. */
    readonly device: u32,
    output: TerminalOutput,
  ) {
    super(output);
    terminals.set(device, this);
  }

  // ---- reading ----

  poll(): u32 {
    if (this.hungUp) return POLLHUP | POLL_READABLE | POLL_WRITABLE;
    return this.readable() | (!this.stopped && this.output.room() > 0 ? POLL_WRITABLE : 0);
  }

  /**
   * Job control: may a task of a background process group go on?
   *
   * @returns 0: yes, else -errno
   */
  private checkBackground(task: Task, signal: i32): i32 {
    const session = this.session;
    if (session == null || task.group.session !== session || task.group.pgid == session.foregroundGroup) return 0;
    const ignored = (task.blockedSignals & signalBit(signal)) != 0 || isIgnored(task.group, signal);
    if (signal == SIGTTIN && (ignored || isOrphaned(task.group))) return -EIO;
    if (signal == SIGTTOU) {
      if (ignored) return 0;
      if (isOrphaned(task.group)) return -EIO;
    }
    sendToProcessGroup(task.group.pgid, signal);
    return -ERESTARTSYS;
  }

  read(task: Task, io: IoCursor, flags: u32): i64 {
    const problem = this.checkBackground(task, SIGTTIN);
    if (problem != 0) return problem;
    if (io.remaining == 0) return 0;
    return this.isCanonical ? this.readLine(task, io, flags) : this.readRaw(task, io, flags);
  }

  private readLine(task: Task, io: IoCursor, flags: u32): i64 {
    return this.hasLine ? this.takeLine(io) : this.waitForInput(task, flags, NEVER);
  }

  private readRaw(task: Task, io: IoCursor, flags: u32): i64 {
    const minimum = <u32>this.control(VMIN);
    const time = <u64>this.control(VTIME) * 100_000_000;
    const have = this.cooked.length;
    const wanted = <u32>min<u64>(minimum, io.remaining);
    const enough = have > 0 && have >= wanted;
    if (!enough && !(minimum == 0 && time == 0)) {
      // VTIME with VMIN 0 limits the whole wait; with VMIN it runs from the first byte on.
      const isTimed = time != 0 && (minimum == 0 || have > 0);
      if (!isTimed) return this.waitForInput(task, flags, NEVER);
      if (task.progress2 == 0 || task.progress != have) {
        task.progress2 = monotonicNow() + time;
        task.progress = have;
      }
      if (monotonicNow() < task.progress2) return this.waitForInput(task, flags, task.progress2);
    }
    return this.takeBytes(io);
  }

  private waitForInput(task: Task, flags: u32, deadline: u64): i64 {
    if (this.hungUp) return 0;
    if ((flags & O_NONBLOCK) != 0) return -EAGAIN;
    task.deadline = deadline;
    this.changed.sleep(task);
    return BLOCK;
  }

  // ---- writing ----

  write(task: Task, io: IoCursor, flags: u32): i64 {
    if ((this.localFlags & TOSTOP) != 0) {
      const problem = this.checkBackground(task, SIGTTOU);
      if (problem != 0) return problem;
    }
    io.skip(task.progress);
    while (io.remaining > 0) {
      if (this.hungUp) return task.progress > 0 ? <i64>task.progress : -EIO;
      // Room for the doubling of line ends is asked for beforehand.
      const room = this.stopped ? 0 : this.output.room() >> 1;
      if (room == 0) {
        if ((flags & O_NONBLOCK) != 0) return task.progress > 0 ? <i64>task.progress : -EAGAIN;
        if (task.interrupted && task.progress > 0) return task.progress;
        this.changed.sleep(task);
        return BLOCK;
      }
      const n = io.take(outputBuffer, min<u32>(<u32>min<u64>(io.remaining, OUTPUT_BYTES), room));
      if (n == 0) return task.progress > 0 ? <i64>task.progress : -EFAULT;
      if (!this.process(outputBuffer, n)) return task.progress > 0 ? <i64>task.progress : -EIO;
      task.progress += n;
    }
    return task.progress;
  }

  // ---- sessions ----

  signalForeground(signal: i32): void {
    const session = this.session;
    if (session && session.foregroundGroup != 0) sendToProcessGroup(session.foregroundGroup, signal);
  }

  /** Makes this the controlling terminal of the task's session. */
  becomeControllingOf(task: Task): void {
    const session = task.group.session;
    session.terminal = this.device;
    session.foregroundGroup = task.group.pgid;
    this.session = session;
  }

  /** A session leader without a terminal opened this one. */
  acquireOnOpen(task: Task): void {
    const session = task.group.session;
    if (session.id == task.pid && session.terminal == 0 && this.session == null) this.becomeControllingOf(task);
  }

  /** The other side is gone. */
  hangUp(): void {
    this.hungUp = true;
    const session = this.session;
    if (session) {
      const leader = findGroup(session.id);
      if (leader && !leader.ended) {
        sendToGroup(leader, kernelSignal(SIGHUP));
        sendToGroup(leader, kernelSignal(SIGCONT));
      }
      this.signalForeground(SIGHUP);
      session.terminal = 0;
      session.foregroundGroup = 0;
      this.session = null;
    }
    this.changed.notify(POLLHUP | POLL_READABLE | POLL_WRITABLE);
  }

  setWindowSize(columns: u16, rows: u16): void {
    if (columns == this.columns && rows == this.rows) return;
    this.columns = columns;
    this.rows = rows;
    this.signalForeground(SIGWINCH);
  }

  // ---- ioctl ----

  ioctl(task: Task, request: u32, argument: u64): i64 {
    switch (request) {
      case TCGETS:
        return copyToUser(task, argument, this.settings, TERMIOS_BYTES);
      case TCGETS2:
        return copyToUser(task, argument, this.settings, TERMIOS2_BYTES);
      case TCSETS:
      case TCSETSW:
      case TCSETSF:
      case TCSETS2:
      case TCSETSW2:
      case TCSETSF2:
        return this.setSettings(task, request, argument);
      case TIOCGWINSZ:
        store<u16>(scratch, this.rows);
        store<u16>(scratch + 2, this.columns);
        store<u32>(scratch + 4, 0);
        return copyToUser(task, argument, scratch, 8);
      case TIOCSWINSZ:
        if (copyFromUser(task, argument, scratch, 8) != 0) return -EFAULT;
        this.setWindowSize(load<u16>(scratch + 2), load<u16>(scratch));
        return 0;
      case FIONREAD:
        return writeU32(task, argument, this.cooked.length);
      case TIOCOUTQ:
        return writeU32(task, argument, 0);
      case TCFLSH: {
        const queue = <i32>argument;
        if (queue != TCIFLUSH && queue != TCOFLUSH && queue != TCIOFLUSH) return -EINVAL;
        if (queue != TCOFLUSH) this.flushInput();
        return 0;
      }
      case TCXONC:
        if (argument == 0) this.stopped = true;
        else if (argument == 1) this.restart();
        return argument > 3 ? -EINVAL : 0;
      case TCSBRK:
      case TIOCEXCL:
      case TIOCNXCL:
        return 0;
      case TIOCSTI: {
        const byte = readU8(task, argument);
        if (userFault()) return -EFAULT;
        store<u8>(scratch, <u8>byte);
        if (this.inputRoom > 0) this.input(scratch, 1);
        return 0;
      }
    }
    return this.sessionIoctl(task, request, argument);
  }

  private setSettings(task: Task, request: u32, argument: u64): i64 {
    const problem = this.checkBackground(task, SIGTTOU);
    if (problem != 0) return problem;
    const bytes = request >= TCSETS2 ? TERMIOS2_BYTES : TERMIOS_BYTES;
    if (copyFromUser(task, argument, scratch, bytes) != 0) return -EFAULT;
    if (request == TCSETSF || request == TCSETSF2) this.flushInput();
    this.applySettings(scratch, bytes);
    return 0;
  }

  private sessionIoctl(task: Task, request: u32, argument: u64): i64 {
    const session = task.group.session;
    switch (request) {
      case TIOCSCTTY: {
        if (session.terminal == this.device && this.session === session) return 0;
        if (session.id != task.pid || session.terminal != 0) return -EPERM;
        const other = this.session;
        if (other != null) {
          if (argument != 1 || task.credentials.euid != 0) return -EPERM;
          other.terminal = 0;
        }
        this.becomeControllingOf(task);
        return 0;
      }
      case TIOCNOTTY:
        if (session.terminal != this.device) return -ENOTTY;
        if (session.id == task.pid) {
          this.signalForeground(SIGHUP);
          this.signalForeground(SIGCONT);
          this.session = null;
          session.terminal = 0;
          session.foregroundGroup = 0;
        }
        return 0;
      case TIOCGPGRP:
        if (session.terminal != this.device) return -ENOTTY;
        return writeU32(task, argument, session.foregroundGroup);
      case TIOCGSID:
        if (session.terminal != this.device) return -ENOTTY;
        return writeU32(task, argument, session.id);
      case TIOCSPGRP: {
        const problem = this.checkBackground(task, SIGTTOU);
        if (problem != 0) return problem;
        if (session.terminal != this.device) return -ENOTTY;
        const pgid = readI32(task, argument);
        if (userFault()) return -EFAULT;
        if (pgid < 0) return -EINVAL;
        if (!processGroupExists(pgid, session.id)) return -EPERM;
        session.foregroundGroup = pgid;
        return 0;
      }
    }
    return -ENOTTY;
  }
}

/** Terminals by device number. */
export const terminals: Map<u32, Terminal> = new Map<u32, Terminal>();

/** The controlling terminal of a session, or null. */
export function terminalOf(session: Session): Terminal | null {
  return session.terminal != 0 && terminals.has(session.terminal) ? terminals.get(session.terminal) : null;
}

/** A session leader has ended: its terminal is free, and the foreground process group hears of it. */
export function hangUpSession(session: Session): void {
  const terminal = terminalOf(session);
  if (terminal == null) return;
  terminal.signalForeground(SIGHUP);
  terminal.signalForeground(SIGCONT);
  terminal.session = null;
  session.terminal = 0;
  session.foregroundGroup = 0;
}
