import { constants } from 'node:fs';
import { isErrno } from '@boxer/foundation';
import type { HostDirectory, NewTimes, Opened, OpenWish } from './host-directory.ts';
import { HostErrno } from './host-errno.ts';
import { type HostFs, type HostStats, isKind } from './host-fs.ts';
import { decodeNames, decodeText, secondsOf } from './host-values.ts';

/** @source Linux include/uapi/asm-generic/fcntl.h; Node does not name it */
const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;
const LOOK = O_PATH | constants.O_NOFOLLOW | O_CLOEXEC;
const MAX_CREATE_RACES = 16;

/**
 * A directory held by a file descriptor. Node has no openat(2); `/proc/self/fd/N/name` is the same: the kernel starts at
 * the directory that is open as N, wherever it has been moved, and resolves just one name. So no rename elsewhere in the
 * tree, and no link put in place of a directory, ever leads out of the mount.
 *
 * @source Linux proc(5), "/proc/pid/fd/": magic links
 */
export class LinuxDirectory implements HostDirectory {
  readonly #fs: HostFs;
  readonly #fd: number;

  private constructor(fs: HostFs, fd: number) {
    this.#fs = fs;
    this.#fd = fd;
  }

  /** Opens the root of a mount; here, and only here, links in the path are followed. */
  static openRoot(fs: HostFs, path: string): LinuxDirectory {
    return new LinuxDirectory(fs, fs.openSync(path, O_PATH | O_CLOEXEC | constants.O_DIRECTORY));
  }

  #path(name: string): string {
    return `/proc/self/fd/${this.#fd}/${name}`;
  }

  open(name: string, wish: OpenWish): Opened {
    const path = this.#path(name);
    for (let races = 0; races < MAX_CREATE_RACES; races++) {
      const found = ignoring('ENOENT', () => this.#fs.openSync(path, LOOK));
      if (found !== undefined) return this.#openFound(found, wish);
      if (!wish.create) throw new HostErrno('ENOENT');
      if (wish.directory) throw new HostErrno('EINVAL');
      const flags =
        accessFlags(wish) | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | O_CLOEXEC;
      const created = ignoring('EEXIST', () => this.#fs.openSync(path, flags, 0o666));
      if (created !== undefined) return { kind: 'file', fd: created };
    }
    throw new HostErrno('EAGAIN');
  }

  /** Opens in earnest what was only looked at; the descriptor `found` names it, whatever its name is by now. */
  #openFound(found: number, wish: OpenWish): Opened {
    let keep = false;
    try {
      if (wish.create && wish.exclusive) throw new HostErrno('EEXIST');
      const stats = this.#fs.fstatSync(found, { bigint: true });
      if (isKind(stats, 'symlink')) throw new HostErrno('ELOOP');
      if (isKind(stats, 'directory')) {
        if (wish.write || wish.truncate) throw new HostErrno('EISDIR');
        keep = true;
        return { kind: 'directory', directory: new LinuxDirectory(this.#fs, found) };
      }
      if (wish.directory) throw new HostErrno('ENOTDIR');
      if (!isKind(stats, 'regular')) throw new HostErrno('EPERM');
      const flags = accessFlags(wish) | (wish.truncate ? constants.O_TRUNC : 0) | O_CLOEXEC;
      return { kind: 'file', fd: this.#fs.openSync(`/proc/self/fd/${found}`, flags) };
    } finally {
      if (!keep) this.#fs.closeSync(found);
    }
  }

  stat(name?: string): HostStats {
    if (name === undefined) return this.#fs.fstatSync(this.#fd, { bigint: true });
    return this.#fs.lstatSync(this.#path(name), { bigint: true });
  }

  list(): string[] {
    return decodeNames(this.#fs.readdirSync(this.#path('.')));
  }

  readlink(name: string): string {
    return decodeText(this.#fs.readlinkSync(this.#path(name)));
  }

  makeDirectory(name: string): void {
    this.#fs.mkdirSync(this.#path(name));
  }

  removeDirectory(name: string): void {
    this.#fs.rmdirSync(this.#path(name));
  }

  unlink(name: string): void {
    this.#fs.unlinkSync(this.#path(name));
  }

  symlink(target: string, name: string): void {
    this.#fs.symlinkSync(target, this.#path(name));
  }

  rename(name: string, target: HostDirectory, newName: string): void {
    this.#fs.renameSync(this.#path(name), sibling(target).#path(newName));
  }

  link(name: string, target: HostDirectory, newName: string): void {
    this.#fs.linkSync(this.#path(name), sibling(target).#path(newName));
  }

  setTimes(name: string | undefined, times: NewTimes): void {
    const stats = this.stat(name);
    const accessed = times.accessed ?? secondsOf(stats, 'atime');
    const modified = times.modified ?? secondsOf(stats, 'mtime');
    if (name === undefined) this.#fs.utimesSync(this.#path('.'), accessed, modified);
    else this.#fs.lutimesSync(this.#path(name), accessed, modified);
  }

  duplicate(): LinuxDirectory {
    return new LinuxDirectory(this.#fs, this.#fs.openSync(this.#path('.'), LOOK | constants.O_DIRECTORY));
  }

  close(): void {
    this.#fs.closeSync(this.#fd);
  }
}

function sibling(directory: HostDirectory): LinuxDirectory {
  if (directory instanceof LinuxDirectory) return directory;
  throw new HostErrno('EXDEV');
}

function accessFlags(wish: OpenWish): number {
  if (!wish.write) return constants.O_RDONLY;
  return wish.read ? constants.O_RDWR : constants.O_WRONLY;
}

function ignoring<T>(code: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (isErrno(error, code)) return undefined;
    throw error;
  }
}
