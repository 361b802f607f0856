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
import { SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH, signalBit } from '../linux/signal';
import {
  B38400,
  CREAD,
  CS8,
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ECHONL,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  ISTRIP,
  IUTF8,
  IXON,
  NOFLSH,
  OCRNL,
  ONLCR,
  OPOST,
  TCIFLUSH,
  TCIOFLUSH,
  TCOFLUSH,
  TERMIOS2_BYTES,
  TERMIOS_BYTES,
  TERMIOS_CC,
  TERMIOS_CFLAG,
  TERMIOS_IFLAG,
  TERMIOS_LFLAG,
  TERMIOS_OFLAG,
  TOSTOP,
  VEOF,
  VEOL,
  VEOL2,
  VERASE,
  VINTR,
  VKILL,
  VLNEXT,
  VMIN,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTOP,
  VSUSP,
  VTIME,
  VWERASE,
} from '../linux/termios';
import { copyFromUser, copyToUser, readI32, readU8, userFault, writeU32 } from '../process/user-memory';
import { isIgnored, sendToGroup, sendToProcessGroup, kernelSignal } from '../signal/send';
import { isOrphaned, processGroupExists } from '../task/process-group';
import { findGroup } from '../task/registry';
import { Session } from '../task/session';
import { NEVER, Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { monotonicNow } from '../time/clock';
import { IoCursor } from './io-cursor';
import { Notifier } from './notifier';

const LINE_MAX: i32 = 4095;
/** Readable bytes beyond which the other side has to wait. */
const INPUT_MAX: u32 = 65536;

const DEFAULT_CONTROLS: usize = memory.data<u8>([3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0]);

/** Where a terminal's output goes: the host, or the master side of a pseudo-terminal. */
export abstract class TerminalOutput {
  /** @returns bytes accepted; fewer than `n` when there is no room now; -1: gone */
  abstract write(at: usize, n: u32): i32;
  /** Room for this many bytes. */
  abstract room(): u32;
  /** The settings have changed. */
  settingsChanged(terminal: Terminal): void {}
}

/** A growing queue of bytes. */
export class ByteQueue {
  private data: usize = 0;
  private capacity: u32 = 0;
  private start: u32 = 0;
  length: u32 = 0;

  push(byte: u8): void {
    if (this.start + this.length == this.capacity) this.makeRoom();
    store<u8>(this.data + this.start + this.length, byte);
    this.length++;
  }

  private makeRoom(): void {
    if (this.start > 0) {
      memory.copy(this.data, this.data + this.start, this.length);
      this.start = 0;
      if (this.length < this.capacity) return;
    }
    const capacity = this.capacity == 0 ? 256 : this.capacity * 2;
    const data = heap.alloc(capacity);
    memory.copy(data, this.data, this.length);
    if (this.data != 0) heap.free(this.data);
    this.data = data;
    this.capacity = capacity;
  }

  /** Takes bytes off the front. @returns how many */
  drain(io: IoCursor, limit: u32): u32 {
    const n = min(<u32>min<u64>(limit, io.remaining), this.length);
    const moved = io.put(this.data + this.start, n);
    this.start += moved;
    this.length -= moved;
    if (this.length == 0) this.start = 0;
    return moved;
  }

  at(index: u32): u8 {
    return load<u8>(this.data + this.start + index);
  }

  /** Takes the last byte off again. */
  pop(): u8 {
    this.length--;
    return load<u8>(this.data + this.start + this.length);
  }

  clear(): void {
    this.start = 0;
    this.length = 0;
  }
}

const scratch: usize = memory.data(64, 8);

/**
 * A terminal with Linux's line discipline: editing, echo, signals, foreground process group.
 *
 * @source termios(3), Linux drivers/tty/n_tty.c
 */
export class Terminal {
  private readonly settings: usize = heap.alloc(64);
  rows: u16 = 24;
  columns: u16 = 80;
  /** The session it controls. */
  session: Session | null = null;
  /** Bytes ready to be read, in the order they came. */
  private readonly cooked: ByteQueue = new ByteQueue();
  /** Canonical mode: lengths of the complete lines in `cooked`; 0: end of file. */
  private lines: i32[] = [];
  /** The line being edited. */
  private readonly line: ByteQueue = new ByteQueue();
  private literalNext: bool = false;
  private stopped: bool = false;
  private column: u32 = 0;
  /** The other side is gone: reads end, writes fail. */
  hungUp: bool = false;
  /** The host does editing and echo itself. */
  hostEdits: bool = false;
  readonly changed: Notifier = new Notifier();

  constructor(
    /** Device number: major << 20 | minor. */
    readonly device: u32,
    readonly output: TerminalOutput,
  ) {
    const at = this.settings;
    memory.fill(at, 0, 64);
    store<u32>(at + TERMIOS_IFLAG, ICRNL | IXON);
    store<u32>(at + TERMIOS_OFLAG, OPOST | ONLCR);
    store<u32>(at + TERMIOS_CFLAG, B38400 | CS8 | CREAD);
    store<u32>(at + TERMIOS_LFLAG, ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN);
    memory.copy(at + TERMIOS_CC, DEFAULT_CONTROLS, 19);
    store<u32>(at + TERMIOS_BYTES, 38400);
    store<u32>(at + TERMIOS_BYTES + 4, 38400);
    terminals.set(device, this);
  }

  private get inputFlags(): u32 {
    return load<u32>(this.settings + TERMIOS_IFLAG);
  }
  private get outputFlags(): u32 {
    return load<u32>(this.settings + TERMIOS_OFLAG);
  }
  private get localFlags(): u32 {
    return load<u32>(this.settings + TERMIOS_LFLAG);
  }
  private get isCanonical(): bool {
    return (this.localFlags & ICANON) != 0;
  }
  private control(which: usize): u8 {
    return load<u8>(this.settings + TERMIOS_CC + which);
  }
  private isControl(byte: u8, which: usize): bool {
    const control = this.control(which);
    return control != 0 && control == byte;
  }

  // ---- input: what the other side typed ----

  /** Room for more input. */
  get inputRoom(): u32 {
    const used = this.cooked.length + this.line.length;
    return used < INPUT_MAX ? INPUT_MAX - used : 0;
  }

  input(at: usize, n: u32): void {
    for (let i: u32 = 0; i < n; i++) this.inputByte(load<u8>(at + i));
    if (this.readable() != 0) this.changed.notify(POLL_READABLE);
  }

  private inputByte(byte: u8): void {
    const flags = this.inputFlags;
    const local = this.localFlags;
    if ((flags & ISTRIP) != 0) byte &= 0x7f;
    if (this.literalNext) {
      this.literalNext = false;
      this.echo(byte);
      this.accept(byte, false);
      return;
    }
    if (byte == 13) {
      if ((flags & IGNCR) != 0) return;
      if ((flags & ICRNL) != 0) byte = 10;
    } else if (byte == 10 && (flags & INLCR) != 0) byte = 13;
    if ((flags & IXON) != 0) {
      if (this.isControl(byte, VSTOP)) {
        this.stopped = true;
        return;
      }
      if (this.isControl(byte, VSTART)) {
        this.restart();
        return;
      }
    }
    if ((local & ISIG) != 0 && this.signalFor(byte)) return;
    if ((local & ICANON) == 0) {
      this.echo(byte);
      this.cooked.push(byte);
      return;
    }
    if ((local & IEXTEN) != 0 && this.isControl(byte, VLNEXT)) {
      this.literalNext = true;
      if ((local & (ECHO | ECHOCTL)) == (ECHO | ECHOCTL)) {
        this.emitRaw(94);
        this.emitRaw(8);
      }
      return;
    }
    if (this.edit(byte)) return;
    if (byte == 10 && (local & (ECHO | ECHONL)) == ECHONL) this.emit(10);
    else this.echo(byte);
    this.accept(byte, true);
  }

  private restart(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.changed.notify(POLL_WRITABLE);
  }

  private signalFor(byte: u8): bool {
    const signal = this.isControl(byte, VINTR)
      ? SIGINT
      : this.isControl(byte, VQUIT)
        ? SIGQUIT
        : this.isControl(byte, VSUSP)
          ? SIGTSTP
          : 0;
    if (signal == 0) return false;
    if ((this.localFlags & NOFLSH) == 0) this.flushInput();
    this.restart();
    this.echo(byte);
    this.signalForeground(signal);
    return true;
  }

  /** Editing keys of canonical mode. @returns whether the byte was one */
  private edit(byte: u8): bool {
    if (this.isControl(byte, VERASE)) {
      this.eraseCharacter();
      return true;
    }
    if (this.isControl(byte, VKILL)) {
      while (this.line.length > 0) this.eraseCharacter();
      return true;
    }
    const extended = (this.localFlags & IEXTEN) != 0;
    if (extended && this.isControl(byte, VWERASE)) {
      while (this.line.length > 0 && !isWordByte(this.line.at(this.line.length - 1))) this.eraseCharacter();
      while (this.line.length > 0 && isWordByte(this.line.at(this.line.length - 1))) this.eraseCharacter();
      return true;
    }
    if (extended && this.isControl(byte, VREPRINT)) {
      this.echo(byte);
      this.emit(10);
      for (let i: u32 = 0; i < this.line.length; i++) this.echo(this.line.at(i));
      return true;
    }
    if (this.isControl(byte, VEOF)) {
      this.finishLine();
      return true;
    }
    return false;
  }

  private eraseCharacter(): void {
    if (this.line.length == 0) return;
    let byte = this.line.pop();
    // The continuation bytes of one character go together.
    if ((this.inputFlags & IUTF8) != 0) while ((byte & 0xc0) == 0x80 && this.line.length > 0) byte = this.line.pop();
    if ((this.localFlags & (ECHO | ECHOE)) != (ECHO | ECHOE)) return;
    const isShownAsTwo = byte < 32 && byte != 9 && (this.localFlags & ECHOCTL) != 0;
    const shown = isShownAsTwo ? 2 : 1;
    for (let i = 0; i < shown; i++) {
      this.emitRaw(8);
      this.emitRaw(32);
      this.emitRaw(8);
    }
  }

  private accept(byte: u8, mayEnd: bool): void {
    if (!this.isCanonical) {
      this.cooked.push(byte);
      return;
    }
    const ends = mayEnd && (byte == 10 || this.isControl(byte, VEOL) || this.isControl(byte, VEOL2));
    if (<i32>this.line.length < LINE_MAX || ends) this.line.push(byte);
    if (ends) this.finishLine();
  }

  private finishLine(): void {
    const n = this.line.length;
    for (let i: u32 = 0; i < n; i++) this.cooked.push(this.line.at(i));
    this.line.clear();
    this.lines.push(n);
  }

  private echo(byte: u8): void {
    if ((this.localFlags & ECHO) == 0) return;
    if (byte < 32 && byte != 9 && byte != 10 && (this.localFlags & ECHOCTL) != 0) {
      this.emitRaw(94);
      this.emitRaw(byte + 64);
    } else if (byte == 127 && (this.localFlags & ECHOCTL) != 0) {
      this.emitRaw(94);
      this.emitRaw(63);
    } else this.emit(byte);
  }

  private emit(byte: u8): void {
    if (byte == 10 && (this.outputFlags & (OPOST | ONLCR)) == (OPOST | ONLCR)) this.emitRaw(13);
    this.emitRaw(byte);
  }

  private emitRaw(byte: u8): void {
    if (this.hostEdits) return;
    store<u8>(scratch, byte);
    this.output.write(scratch, 1);
  }

  private flushInput(): void {
    this.cooked.clear();
    this.line.clear();
    this.lines = [];
  }

  // ---- reading ----

  /** Events that are true of reading now. */
  private readable(): u32 {
    if (this.isCanonical) return this.lines.length > 0 ? POLL_READABLE : 0;
    const minimum = this.control(VTIME) == 0 ? max<u32>(this.control(VMIN), 1) : 1;
    return this.cooked.length >= minimum ? POLL_READABLE : 0;
  }

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
    if (this.lines.length == 0) return this.waitForInput(task, flags, NEVER);
    const length = <u32>this.lines[0];
    const n = this.cooked.drain(io, length);
    if (n == length) this.lines.shift();
    else if (io.faulted && n == 0) return -EFAULT;
    else this.lines[0] = length - n;
    return n;
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
    this.lines = [];
    const n = this.cooked.drain(io, u32.MAX_VALUE);
    return n == 0 && io.faulted ? -EFAULT : n;
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

  /** Output processing. @returns false when the other side is gone */
  private process(at: usize, n: u32): bool {
    const flags = this.outputFlags;
    if ((flags & OPOST) == 0 || (flags & (ONLCR | OCRNL)) == 0) return this.output.write(at, n) >= 0;
    let length: u32 = 0;
    for (let i: u32 = 0; i < n; i++) {
      let byte = load<u8>(at + i);
      if (byte == 10 && (flags & ONLCR) != 0 && !this.hostEdits) store<u8>(processedBuffer + length++, 13);
      if (byte == 13 && (flags & OCRNL) != 0) byte = 10;
      store<u8>(processedBuffer + length++, byte);
    }
    return this.output.write(processedBuffer, length) >= 0;
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
        return writeU32(task, argument, this.isCanonical ? (this.lines.length > 0 ? this.lines[0] : 0) : this.cooked.length);
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
        this.input(scratch, 1);
        return 0;
      }
    }
    return this.sessionIoctl(task, request, argument);
  }

  private setSettings(task: Task, request: u32, argument: u64): i64 {
    const problem = this.checkBackground(task, SIGTTOU);
    if (problem != 0) return problem;
    const wasCanonical = this.isCanonical;
    const bytes = request >= TCSETS2 ? TERMIOS2_BYTES : TERMIOS_BYTES;
    if (copyFromUser(task, argument, scratch, bytes) != 0) return -EFAULT;
    memory.copy(this.settings, scratch, bytes);
    if (request == TCSETSF || request == TCSETSF2) this.flushInput();
    if (wasCanonical && !this.isCanonical) {
      // What was being edited can be read now.
      const n = this.line.length;
      for (let i: u32 = 0; i < n; i++) this.cooked.push(this.line.at(i));
      this.line.clear();
      this.lines = [];
    } else if (!wasCanonical && this.isCanonical && this.cooked.length > 0) this.lines.push(this.cooked.length);
    this.output.settingsChanged(this);
    if (this.readable() != 0) this.changed.notify(POLL_READABLE);
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

const OUTPUT_BYTES: u32 = 4096;
const outputBuffer: usize = memory.data(4096, 8);
const processedBuffer: usize = memory.data(8192, 8);

function isWordByte(byte: u8): bool {
  return (byte >= 48 && byte <= 57) || (byte | 32) >= 97 && (byte | 32) <= 122 || byte == 95 || byte >= 128;
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
