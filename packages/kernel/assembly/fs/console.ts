import { EAGAIN, EBADF, EFAULT, EIO, EPIPE } from '../linux/errno';
import { O_NONBLOCK } from '../linux/open-flags';
import { POLLERR, POLLHUP, POLL_READABLE, POLL_WRITABLE } from '../linux/poll';
import { SIGPIPE, SIGWINCH, SIGINT, SIGQUIT, SIGTSTP } from '../linux/signal';
import { inputReady, setRaw, windowSize } from '../host/slots';
import { kernelSignal, sendToGroup } from '../signal/send';
import { findGroup } from '../task/registry';
import { Task } from '../task/task';
import { BLOCK } from '../task/wait';
import { getStderr, getStdin, getStdout, getTerminalStdin, getTerminalStdout } from '../wasi/stdio';
import { inputRead, outputWriteAndFlush } from '../wasi/streams';
import { releaseReturned } from '../wasi/realloc';
import { IoCursor } from './io-cursor';
import { TerminalOutput } from './line-discipline';
import { Notifier } from './notifier';
import { OpenFile } from './open-file';
import { Path } from './path';
import { raiseSignal } from './seam';
import { Terminal } from './terminal';

/** Device number of the host's terminal: /dev/pts/0, as in a container. */
export const CONSOLE_DEVICE: u32 = (136 << 20) | 0;

const result: usize = memory.data(16, 8);
const transfer: usize = memory.data(4096, 16);
const MOST: u32 = 4096;
/** Case of stream-error; the other is last-operation-failed. */
const STREAM_CLOSED: u8 = 1;

// ---- output ----

/** One of the host's output streams. */
export class HostOutput {
  private stream: i32 = -1;
  /** Why the host does not take any more, for good: -EPIPE when nobody reads, -EIO when it cannot write. 0: it does. */
  private failure: i32 = 0;

  constructor(private readonly isError: bool) {}

  get closed(): bool {
    return this.failure != 0;
  }

  /** Writes at most 4096 bytes. @returns 0, -EPIPE or -EIO */
  write(at: usize, n: u32): i32 {
    if (this.failure != 0) return this.failure;
    if (this.stream < 0) this.stream = this.isError ? getStderr() : getStdout();
    outputWriteAndFlush(this.stream, at, n, result);
    if (load<u8>(result) != 0) this.failure = load<u8>(result, 4) == STREAM_CLOSED ? -EPIPE : -EIO;
    return this.failure;
  }
}

export const standardOutput: HostOutput = new HostOutput(false);
export const standardError: HostOutput = new HostOutput(true);

// ---- input ----

/** The host's standard input, read only when somebody wants it. */
export class HostInput {
  private stream: i32 = -1;
  ended: bool = false;
  /** Bytes taken from the host and not yet read by the guest. */
  private readonly buffer: usize = heap.alloc(65536);
  private start: u32 = 0;
  private length: u32 = 0;
  readonly changed: Notifier = new Notifier();

  get available(): u32 {
    return this.length;
  }

  /** Takes what the host has; call when a read would not block. */
  pull(): void {
    if (this.ended || this.length > 0) return;
    if (this.stream < 0) this.stream = getStdin();
    inputRead(this.stream, 65536, result);
    if (load<u8>(result) != 0) this.ended = true;
    else {
      this.length = min<u32>(load<u32>(result, 8), 65536);
      this.start = 0;
      memory.copy(this.buffer, load<u32>(result, 4), this.length);
    }
    releaseReturned();
  }

  drain(io: IoCursor): u32 {
    const moved = io.put(this.buffer + this.start, <u32>min<u64>(io.remaining, this.length));
    this.start += moved;
    this.length -= moved;
    return moved;
  }

  /** Everything there is, for the line discipline. */
  feed(terminal: Terminal): void {
    terminal.input(this.buffer + this.start, this.length);
    this.length = 0;
    if (this.ended) terminal.hangUp();
  }
}

const standardInput: HostInput = new HostInput();

// ---- as pipes ----

/** Standard input, output or error when it is no terminal: looks like a pipe. */
export class HostPipe extends OpenFile {
  constructor(
    place: Path,
    flags: u32,
    /** Null: the input. */
    readonly output: HostOutput | null,
  ) {
    super(place, flags);
    place.inode.hold();
  }

  read(task: Task, io: IoCursor): i64 {
    if (this.output) return -EBADF;
    if (io.remaining == 0) return 0;
    const input = standardInput;
    if (input.available == 0 && !input.ended && inputReady(0) != 0) input.pull();
    if (input.available > 0) {
      const n = input.drain(io);
      return n == 0 ? -EFAULT : n;
    }
    if (input.ended) return 0;
    if ((this.flags & O_NONBLOCK) != 0) return -EAGAIN;
    input.changed.sleep(task);
    return BLOCK;
  }

  write(task: Task, io: IoCursor): i64 {
    const output = this.output;
    if (output == null) return -EBADF;
    let done: i64 = 0;
    while (io.remaining > 0) {
      const n = io.take(transfer, <u32>min<u64>(io.remaining, MOST));
      if (n == 0) return done > 0 ? done : -EFAULT;
      const failure = output.write(transfer, n);
      if (failure != 0) {
        if (done > 0) return done;
        if (failure == -EPIPE) raiseSignal(task, SIGPIPE);
        return failure;
      }
      done += n;
    }
    return done;
  }

  poll(): u32 {
    const output = this.output;
    if (output) return output.closed ? POLL_WRITABLE | POLLERR : POLL_WRITABLE;
    const input = standardInput;
    if (input.available == 0 && !input.ended && inputReady(0) != 0) input.pull();
    if (input.available > 0) return POLL_READABLE;
    return input.ended ? POLLHUP : 0;
  }

  get notifier(): Notifier | null {
    return standardInput.changed;
  }

  /** Waiting for output would never end: it is always ready. */
  sleepUntilReady(task: Task, events: u32): void {
    if (this.output == null) standardInput.changed.sleep(task);
  }

  onRelease(): void {
    this.inode.drop();
  }
}

// ---- as a terminal ----

class ConsoleOutput extends TerminalOutput {
  write(at: usize, n: u32): i32 {
    let done: u32 = 0;
    while (done < n) {
      const part = min(n - done, MOST);
      if (standardOutput.write(at + done, part) != 0) return -1;
      done += part;
    }
    return n;
  }
  room(): u32 {
    return 1 << 20;
  }
}

let console_: Terminal | null = null;

/** The host's terminal, or null when there is none. */
export function consoleTerminal(): Terminal | null {
  return console_;
}

/** Looks for a terminal on the host's side. */
export function initConsole(): void {
  const size = windowSize();
  getTerminalStdin(result);
  const hasInput = load<u8>(result) != 0;
  getTerminalStdout(result);
  const hasOutput = load<u8>(result) != 0;
  if (size == 0 && !(hasInput && hasOutput)) return;
  const terminal = new Terminal(CONSOLE_DEVICE, new ConsoleOutput());
  console_ = terminal;
  if (size != 0) {
    terminal.columns = <u16>(size >> 16);
    terminal.rows = <u16>size;
    // Our own line discipline edits, echoes and makes signals of keys.
    setRaw(true);
  } else terminal.hostEdits = true;
}

/** The box is over: the host's terminal gets its own line discipline back. */
export function closeConsole(): void {
  const terminal = console_;
  if (terminal && !terminal.hostEdits) setRaw(false);
}

/** Whether anybody waits for the host's input. */
export function consoleHasReader(): bool {
  const terminal = console_;
  if (standardInput.ended) return false;
  // A terminal is always listened to: keys make signals even when nobody reads.
  if (terminal) return terminal.inputRoom > 0;
  return standardInput.changed.isAwaited;
}

/** The host says that input is there: takes it and wakes who waits for it. */
export function consoleInput(): void {
  const input = standardInput;
  input.pull();
  const terminal = console_;
  if (terminal) {
    input.feed(terminal);
    return;
  }
  if (input.available > 0 || input.ended) input.changed.notify(POLL_READABLE | POLLHUP);
}

/** The host's window has another size. */
export function consoleWindowChanged(): void {
  const terminal = console_;
  const size = windowSize();
  if (terminal && size != 0) terminal.setWindowSize(<u16>(size >> 16), <u16>size);
}

/** A signal from the host: to the foreground process group, or to the first process when there is no terminal. */
export function forwardHostSignal(signal: i32): void {
  if (signal == SIGWINCH) {
    consoleWindowChanged();
    return;
  }
  const terminal = console_;
  const isKey = signal == SIGINT || signal == SIGQUIT || signal == SIGTSTP;
  if (terminal && isKey) {
    const session = terminal.session;
    if (session && session.foregroundGroup != 0) {
      terminal.signalForeground(signal);
      return;
    }
  }
  const first = findGroup(1);
  if (first) sendToGroup(first, kernelSignal(signal));
}
