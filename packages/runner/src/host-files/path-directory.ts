import { constants } from 'node:fs';
import nodePath from 'node:path';
import { isErrno } from '@boxer/foundation';
import type { HostDirectory, NewTimes, Opened, OpenWish } from './host-directory.ts';
import { HostErrno } from './host-errno.ts';
import { type HostFs, type HostStats, isKind } from './host-fs.ts';
import { decodeNames, decodeText, secondsOf } from './host-values.ts';

/** How a host writes paths. */
type Paths = Pick<typeof nodePath, 'join' | 'dirname' | 'basename' | 'sep'>;

/**
 * A directory known by its path, for filesystems in memory and for hosts without `/proc`. Every operation checks before
 * and after that the path still leads to the same directory without any symbolic link. In memory nothing moves in
 * between; on a disk, another program of the host that swaps directories in just that moment can be noticed only
 * afterwards. Linux has {@link LinuxDirectory}, which has no such moment.
 */
export class PathDirectory implements HostDirectory {
  readonly #fs: HostFs;
  readonly #path: string;
  readonly #paths: Paths;
  readonly #identity: string;

  private constructor(fs: HostFs, path: string, paths: Paths) {
    this.#fs = fs;
    this.#path = path;
    this.#paths = paths;
    this.#identity = identityOf(fs.lstatSync(path, { bigint: true }));
  }

  /**
   * Opens the root of a mount; here, and only here, links in the path are followed.
   *
   * @param paths - how the host writes them
   */
  static openRoot(fs: HostFs, path: string, paths: Paths = nodePath): PathDirectory {
    const real = decodeText(fs.realpathSync(path));
    if (!isKind(fs.lstatSync(real, { bigint: true }), 'directory')) throw new HostErrno('ENOTDIR');
    return new PathDirectory(fs, real, paths);
  }

  #check(): void {
    const same =
      decodeText(this.#fs.realpathSync(this.#path)) === this.#path &&
      identityOf(this.#fs.lstatSync(this.#path, { bigint: true })) === this.#identity;
    if (!same) throw new HostErrno('EACCES');
  }

  /** @throws EINVAL when the host takes a name of the guest for something else, as Windows does with "..\\x", "a:b" and "a." */
  #pathOf(name: string): string {
    const { join, dirname, basename, sep } = this.#paths;
    const path = join(this.#path, name);
    const isName = dirname(path) === this.#path && basename(path) === name;
    if (!isName || (sep === '\\' && /[\\/:*?"<>|]|[. ]$/.test(name))) throw new HostErrno('EINVAL');
    return path;
  }

  #guarded<T>(action: (pathOf: (name: string) => string) => T): T {
    this.#check();
    const result = action((name) => this.#pathOf(name));
    this.#check();
    return result;
  }

  open(name: string, wish: OpenWish): Opened {
    this.#check();
    const opened = this.#open(this.#pathOf(name), wish);
    try {
      this.#check();
    } catch (error) {
      if (opened.kind === 'file') this.#fs.closeSync(opened.fd);
      throw error;
    }
    return opened;
  }

  #open(path: string, wish: OpenWish): Opened {
    const stats = this.#lookUp(path);
    if (stats === undefined) {
      if (!wish.create) throw new HostErrno('ENOENT');
      if (wish.directory) throw new HostErrno('EINVAL');
      return {
        kind: 'file',
        fd: this.#fs.openSync(path, flagsOf(wish) | constants.O_CREAT | constants.O_EXCL, 0o666),
      };
    }
    if (wish.create && wish.exclusive) throw new HostErrno('EEXIST');
    if (isKind(stats, 'symlink')) throw new HostErrno('ELOOP');
    if (isKind(stats, 'directory')) {
      if (wish.write || wish.truncate) throw new HostErrno('EISDIR');
      return { kind: 'directory', directory: new PathDirectory(this.#fs, path, this.#paths) };
    }
    if (wish.directory) throw new HostErrno('ENOTDIR');
    if (!isKind(stats, 'regular')) throw new HostErrno('EPERM');
    const fd = this.#fs.openSync(path, flagsOf(wish) | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (identityOf(this.#fs.fstatSync(fd, { bigint: true })) !== identityOf(stats))
        throw new HostErrno('EACCES');
      if (wish.truncate) this.#fs.ftruncateSync(fd, 0);
    } catch (error) {
      this.#fs.closeSync(fd);
      throw error;
    }
    return { kind: 'file', fd };
  }

  #lookUp(path: string): HostStats | undefined {
    try {
      return this.#fs.lstatSync(path, { bigint: true });
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  stat(name?: string): HostStats {
    return this.#guarded((pathOf) =>
      this.#fs.lstatSync(name === undefined ? this.#path : pathOf(name), { bigint: true }),
    );
  }

  list(): string[] {
    return this.#guarded(() => decodeNames(this.#fs.readdirSync(this.#path)));
  }

  readlink(name: string): string {
    return this.#guarded((pathOf) => decodeText(this.#fs.readlinkSync(pathOf(name))));
  }

  makeDirectory(name: string): void {
    this.#guarded((pathOf) => this.#fs.mkdirSync(pathOf(name)));
  }

  removeDirectory(name: string): void {
    this.#guarded((pathOf) => this.#fs.rmdirSync(pathOf(name)));
  }

  unlink(name: string): void {
    this.#guarded((pathOf) => this.#fs.unlinkSync(pathOf(name)));
  }

  symlink(target: string, name: string): void {
    this.#guarded((pathOf) => this.#fs.symlinkSync(target, pathOf(name)));
  }

  rename(name: string, target: HostDirectory, newName: string): void {
    const to = this.#sibling(target);
    this.#guarded((pathOf) =>
      to.#guarded((targetOf) => this.#fs.renameSync(pathOf(name), targetOf(newName))),
    );
  }

  link(name: string, target: HostDirectory, newName: string): void {
    const to = this.#sibling(target);
    this.#guarded((pathOf) => to.#guarded((targetOf) => this.#fs.linkSync(pathOf(name), targetOf(newName))));
  }

  setTimes(name: string | undefined, times: NewTimes): void {
    const stats = this.stat(name);
    const accessed = times.accessed ?? secondsOf(stats, 'atime');
    const modified = times.modified ?? secondsOf(stats, 'mtime');
    this.#guarded((pathOf) =>
      this.#fs.lutimesSync(name === undefined ? this.#path : pathOf(name), accessed, modified),
    );
  }

  duplicate(): PathDirectory {
    return new PathDirectory(this.#fs, this.#path, this.#paths);
  }

  close(): void {}

  #sibling(directory: HostDirectory): PathDirectory {
    if (directory instanceof PathDirectory && directory.#fs === this.#fs) return directory;
    throw new HostErrno('EXDEV');
  }
}

function identityOf(stats: HostStats): string {
  return `${stats.dev}:${stats.ino}`;
}

function flagsOf(wish: OpenWish): number {
  if (!wish.write) return constants.O_RDONLY;
  return wish.read ? constants.O_RDWR : constants.O_WRONLY;
}
