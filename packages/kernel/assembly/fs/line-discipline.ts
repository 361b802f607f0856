import { EFAULT } from '../linux/errno';
import { POLL_READABLE, POLL_WRITABLE } from '../linux/poll';
import { SIGINT, SIGQUIT, SIGTSTP } from '../linux/signal';
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
  TERMIOS_BYTES,
  TERMIOS_CC,
  TERMIOS_CFLAG,
  TERMIOS_IFLAG,
  TERMIOS_LFLAG,
  TERMIOS_OFLAG,
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
import { ByteQueue } from './byte-queue';
import { IoCursor } from './io-cursor';
import { Notifier } from './notifier';

const LINE_MAX: i32 = 4095;
/** Readable bytes beyond which the other side has to wait. */
const INPUT_MAX: u32 = 65536;

const DEFAULT_CONTROLS: usize = memory.data<u8>([3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0]);
const echoByte: usize = memory.data(1, 1);

/** Where a terminal's output goes: the host, or the master side of a pseudo-terminal. */
export abstract class TerminalOutput {
  /** @returns bytes accepted; fewer than `n` when there is no room now; -1: gone */
  abstract write(at: usize, n: u32): i32;
  /** Room for this many bytes. */
  abstract room(): u32;
}

/**
 * What a terminal makes of the bytes typed and written: editing, echo, keys that are signals, line ends.
 *
 * @source termios(3), Linux drivers/tty/n_tty.c
 */
export abstract class LineDiscipline {
  /** struct termios2. */
  protected readonly settings: usize = heap.alloc(64);
  /** Bytes ready to be read, in the order they came. */
  protected readonly cooked: ByteQueue = new ByteQueue();
  /** Canonical mode: lengths of the complete lines in `cooked`; 0: end of file. */
  private lines: i32[] = [];
  /** The line being edited. */
  private readonly line: ByteQueue = new ByteQueue();
  private literalNext: bool = false;
  /** Output waits for VSTART. */
  protected stopped: bool = false;
  /** The host does editing and echo itself. */
  hostEdits: bool = false;
  readonly changed: Notifier = new Notifier();

  constructor(readonly output: TerminalOutput) {
    const at = this.settings;
    memory.fill(at, 0, 64);
    store<u32>(at + TERMIOS_IFLAG, ICRNL | IXON);
    store<u32>(at + TERMIOS_OFLAG, OPOST | ONLCR);
    store<u32>(at + TERMIOS_CFLAG, B38400 | CS8 | CREAD);
    store<u32>(at + TERMIOS_LFLAG, ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN);
    memory.copy(at + TERMIOS_CC, DEFAULT_CONTROLS, 19);
    store<u32>(at + TERMIOS_BYTES, 38400);
    store<u32>(at + TERMIOS_BYTES + 4, 38400);
  }

  /** A key wants the foreground process group signalled. */
  abstract signalForeground(signal: i32): void;

  private get inputFlags(): u32 {
    return load<u32>(this.settings + TERMIOS_IFLAG);
  }
  private get outputFlags(): u32 {
    return load<u32>(this.settings + TERMIOS_OFLAG);
  }
  protected get localFlags(): u32 {
    return load<u32>(this.settings + TERMIOS_LFLAG);
  }
  protected get isCanonical(): bool {
    return (this.localFlags & ICANON) != 0;
  }
  protected control(which: usize): u8 {
    return load<u8>(this.settings + TERMIOS_CC + which);
  }
  private isControl(byte: u8, which: usize): bool {
    const control = this.control(which);
    return control != 0 && control == byte;
  }

  // ---- input: what the other side typed ----

  /** Room for more input. */
  get inputRoom(): u32 {
    // An end of file takes a place too, though it has no byte.
    const used = this.cooked.length + this.line.length + <u32>this.lines.length;
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

  protected restart(): void {
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
    // Echo that nobody reads is lost, as on Linux.
    if (this.hostEdits || this.output.room() == 0) return;
    store<u8>(echoByte, byte);
    this.output.write(echoByte, 1);
  }

  protected flushInput(): void {
    this.cooked.clear();
    this.line.clear();
    this.lines = [];
  }

  // ---- reading and settings ----

  /** Events that are true of reading now. */
  protected readable(): u32 {
    if (this.isCanonical) return this.lines.length > 0 ? POLL_READABLE : 0;
    const minimum = this.control(VTIME) == 0 ? max<u32>(this.control(VMIN), 1) : 1;
    return this.cooked.length >= minimum ? POLL_READABLE : 0;
  }

  /** Canonical mode: whether a line, or the end of the file, can be read. */
  protected get hasLine(): bool {
    return this.lines.length > 0;
  }

  /** Hands out the first line, or what `io` takes of it. @returns bytes, or -EFAULT */
  protected takeLine(io: IoCursor): i64 {
    const length = <u32>this.lines[0];
    const n = this.cooked.drain(io, length);
    if (n == length) this.lines.shift();
    else if (io.faulted && n == 0) return -EFAULT;
    else this.lines[0] = length - n;
    return n;
  }

  /** Hands out what there is, lines or not. @returns bytes, or -EFAULT */
  protected takeBytes(io: IoCursor): i64 {
    this.lines = [];
    const n = this.cooked.drain(io, u32.MAX_VALUE);
    return n == 0 && io.faulted ? -EFAULT : n;
  }

  /** Takes over struct termios, or termios2. */
  protected applySettings(from: usize, bytes: u32): void {
    const wasCanonical = this.isCanonical;
    memory.copy(this.settings, from, bytes);
    if (wasCanonical && !this.isCanonical) {
      // What was being edited can be read now.
      this.finishLine();
      this.lines = [];
    } else if (!wasCanonical && this.isCanonical && this.cooked.length > 0) this.lines.push(this.cooked.length);
    if (this.readable() != 0) this.changed.notify(POLL_READABLE);
  }

  // ---- writing ----

  /** Output processing. @returns false when the other side is gone */
  protected process(at: usize, n: u32): bool {
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
}

/** Most bytes that are processed at once. */
export const OUTPUT_BYTES: u32 = 4096;
const processedBuffer: usize = memory.data(8192, 8);

function isWordByte(byte: u8): bool {
  return (byte >= 48 && byte <= 57) || (byte | 32) >= 97 && (byte | 32) <= 122 || byte == 95 || byte >= 128;
}
