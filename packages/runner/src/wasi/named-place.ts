import type { Audit } from '../audit/audit.ts';
import type { HostDirectory, Opened, OpenWish } from '../host-files/host-directory.ts';
import { HostErrno } from '../host-files/host-errno.ts';
import { type HostStats, isKind } from '../host-files/host-fs.ts';
import { SharedFile } from '../host-files/shared-file.ts';
import { asDirectory, type Descriptor, DirectoryDescriptor, FileDescriptor } from './descriptor.ts';
import { EscapeAttempt, inParent, parseRelativePath, type RelativePath } from './relative-path.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns the path, or undefined when it is not UTF-8: such a name cannot exist here */
export function decodePath(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** @throws EROFS when the mount is read-only, which the audit log hears of */
export function requireWritable(audit: Audit, descriptor: Descriptor, action: string, path: string): void {
  if (descriptor.mount.writable) return audit.granted(action, path);
  audit.refused(action, path, { why: 'the mount is read-only' });
  throw new HostErrno('EROFS');
}

/** A path below an open directory, as one function call names it. */
export class NamedPlace {
  readonly #audit: Audit;
  readonly #descriptor: Descriptor;
  readonly #path: string | undefined;

  constructor(audit: Audit, descriptor: Descriptor, path: string | undefined) {
    this.#audit = audit;
    this.#descriptor = descriptor;
    this.#path = path;
  }

  get #guestPath(): string {
    return `${this.#descriptor.path}/${this.#path ?? '(not UTF-8)'}`;
  }

  #parse(): RelativePath {
    if (this.#path === undefined) throw new HostErrno('EILSEQ');
    try {
      return parseRelativePath(this.#path);
    } catch (error) {
      if (error instanceof EscapeAttempt)
        this.#audit.refused('path', this.#guestPath, { why: 'leaves the mount' });
      throw error;
    }
  }

  requireWritable(action: string): void {
    requireWritable(this.#audit, this.#descriptor, action, this.#guestPath);
  }

  /** Calls `use` with the directory that holds the last name; no name means that directory itself. */
  within<T>(use: (parent: HostDirectory, name: string | undefined, path: RelativePath) => T): T {
    const path = this.#parse();
    return inParent(asDirectory(this.#descriptor).directory, path, (parent) => use(parent, path.name, path));
  }

  /** As {@link within}, where the starting directory itself will not do. */
  named<T>(use: (parent: HostDirectory, name: string) => T): T {
    return this.within((parent, name) => {
      if (name === undefined) throw new HostErrno('EINVAL');
      return use(parent, name);
    });
  }

  stat(): HostStats {
    return this.within((parent, name, path) => {
      const stats = parent.stat(name);
      if (path.directory && !isKind(stats, 'directory')) throw new HostErrno('ENOTDIR');
      return stats;
    });
  }

  /** Directories are never unlinked: Linux says EISDIR, which POSIX leaves open. */
  unlink(): void {
    this.within((parent, name, path) => {
      if (name === undefined) throw new HostErrno('EISDIR');
      if (path.directory) throw new HostErrno('ENOTDIR');
      if (isKind(parent.stat(name), 'directory')) throw new HostErrno('EISDIR');
      parent.unlink(name);
    });
  }

  moveTo(target: NamedPlace, how: 'rename' | 'link'): void {
    if (how === 'rename') this.requireWritable(how);
    target.requireWritable(how);
    if (this.#descriptor.mount !== target.#descriptor.mount) throw new HostErrno('EXDEV');
    this.named((parent, name) => target.named((to, newName) => parent[how](name, to, newName)));
  }

  open(wish: OpenWish, mutateDirectory: boolean): Descriptor {
    if (wish.write || wish.create || wish.truncate || mutateDirectory)
      this.requireWritable('open for writing');
    else this.#audit.granted('open', this.#guestPath);
    const { mount } = this.#descriptor;
    return this.within((parent, name, path) => {
      const found = this.#open(parent, name, path.directory ? { ...wish, directory: true } : wish);
      if (found.kind === 'directory') return new DirectoryDescriptor(mount, this.#guestPath, found.directory);
      const file = new SharedFile(mount.fs, found.fd);
      return new FileDescriptor(mount, this.#guestPath, file, wish.read || !wish.write, wish.write);
    });
  }

  #open(parent: HostDirectory, name: string | undefined, wish: OpenWish): Opened {
    if (name === undefined) {
      if (wish.create && wish.exclusive) throw new HostErrno('EEXIST');
      if (wish.write || wish.truncate) throw new HostErrno('EISDIR');
      return { kind: 'directory', directory: parent.duplicate() };
    }
    try {
      return parent.open(name, wish);
    } catch (error) {
      if (error instanceof HostErrno && error.code === 'EPERM') {
        this.#audit.refused('open', this.#guestPath, { why: 'it is a device, a FIFO or a socket' });
      }
      throw error;
    }
  }
}
