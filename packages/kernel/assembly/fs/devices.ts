import { ENOSPC, ENXIO, EFAULT, EINVAL } from '../linux/errno';
import { RNDGETENTCNT } from '../linux/ioctl';
import { O_LARGEFILE, O_RDWR } from '../linux/open-flags';
import { S_IFCHR, S_IFMT } from '../linux/stat';
import { writeU32 } from '../process/user-memory';
import { Task } from '../task/task';
import { fillRandom } from '../wasi/random';
import { CONSOLE_DEVICE, consoleTerminal } from './console';
import { IoCursor, zeroPage } from './io-cursor';
import { OpenFile } from './open-file';
import { Path } from './path';
import { openMaster, openSlave } from './pty';
import { failWith } from './result';
import { terminalOf } from './terminal';
import { openTerminal } from './tty-file';

/** Device numbers: major << 20 | minor. @source Linux Documentation/admin-guide/devices.txt */
export const DEV_NULL: u32 = (1 << 20) | 3;
export const DEV_ZERO: u32 = (1 << 20) | 5;
export const DEV_FULL: u32 = (1 << 20) | 7;
export const DEV_RANDOM: u32 = (1 << 20) | 8;
export const DEV_URANDOM: u32 = (1 << 20) | 9;
export const DEV_TTY: u32 = 5 << 20;
export const DEV_CONSOLE: u32 = (5 << 20) | 1;
export const DEV_PTMX: u32 = (5 << 20) | 2;
const PTS_MAJOR: u32 = 136;

/** Opens a device node by its number. */
export function openDevice(task: Task, place: Path, flags: u32, mode: u32, rdev: u32): OpenFile | null {
  failWith(ENXIO);
  if ((mode & S_IFMT) != S_IFCHR) return null;
  switch (rdev) {
    case DEV_NULL:
      return new NullFile(place, flags);
    case DEV_ZERO:
      return new ZeroFile(place, flags, false);
    case DEV_FULL:
      return new ZeroFile(place, flags, true);
    case DEV_RANDOM:
    case DEV_URANDOM:
      return new RandomFile(place, flags);
    case DEV_PTMX:
      return openMaster(task, place, flags);
    case DEV_TTY: {
      const terminal = terminalOf(task.group.session);
      return terminal ? openTerminal(task, place, flags, terminal) : null;
    }
    case DEV_CONSOLE: {
      const terminal = consoleTerminal();
      return terminal ? openTerminal(task, place, flags, terminal) : null;
    }
  }
  if (rdev == CONSOLE_DEVICE) {
    const terminal = consoleTerminal();
    if (terminal) return openTerminal(task, place, flags, terminal);
  }
  if (rdev >> 20 == PTS_MAJOR) return openSlave(task, place, flags, rdev & 0xfffff);
  return null;
}

/** A character device without positions of its own. */
abstract class DeviceFile extends OpenFile {
  constructor(place: Path, flags: u32) {
    super(place, flags);
    place.inode.hold();
  }
  get isSeekable(): bool {
    return true;
  }
  seek(offset: i64, whence: i32): i64 {
    return 0;
  }
  readFrom(task: Task, io: IoCursor, offset: i64): i64 {
    return this.read(task, io);
  }
  writeTo(task: Task, io: IoCursor, offset: i64): i64 {
    return this.write(task, io);
  }
  onRelease(): void {
    this.inode.drop();
  }
}

/** /dev/null, for reading and writing. */
export function openNull(place: Path): OpenFile {
  return new NullFile(place, O_RDWR | O_LARGEFILE);
}

class NullFile extends DeviceFile {
  read(task: Task, io: IoCursor): i64 {
    return 0;
  }
  write(task: Task, io: IoCursor): i64 {
    return io.remaining;
  }
}

class ZeroFile extends DeviceFile {
  constructor(
    place: Path,
    flags: u32,
    private readonly isFull: bool,
  ) {
    super(place, flags);
  }
  read(task: Task, io: IoCursor): i64 {
    const wanted = io.remaining;
    while (io.remaining > 0) if (io.put(zeroPage, <u32>min<u64>(io.remaining, 4096)) == 0) break;
    const done = wanted - io.remaining;
    return done == 0 && wanted > 0 ? -EFAULT : done;
  }
  write(task: Task, io: IoCursor): i64 {
    return this.isFull ? -ENOSPC : <i64>io.remaining;
  }
  get isMappable(): bool {
    return !this.isFull;
  }
  get mapsZeros(): bool {
    return true;
  }
  readAt(offset: u64, to: usize, n: i32): i32 {
    memory.fill(to, 0, n);
    return n;
  }
}

const randomBuffer: usize = memory.data(4096, 8);

class RandomFile extends DeviceFile {
  read(task: Task, io: IoCursor): i64 {
    const wanted = io.remaining;
    while (io.remaining > 0) {
      const n = <u32>min<u64>(io.remaining, 4096);
      fillRandom(randomBuffer, n);
      if (io.put(randomBuffer, n) != n) break;
    }
    const done = wanted - io.remaining;
    return done == 0 && wanted > 0 ? -EFAULT : done;
  }
  /** Entropy given is thanked for and not used. */
  write(task: Task, io: IoCursor): i64 {
    return io.remaining;
  }
  ioctl(task: Task, request: u32, argument: u64): i64 {
    if (request == RNDGETENTCNT) return writeU32(task, argument, 256);
    return -EINVAL;
  }
}
