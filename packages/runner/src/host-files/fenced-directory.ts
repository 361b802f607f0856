import { isErrno } from '@boxer/foundation';
import type { HostDirectory, NewTimes, Opened, OpenWish } from './host-directory.ts';
import { HostErrno } from './host-errno.ts';
import type { HostStats } from './host-fs.ts';
import type { OwnPlaces } from './own-places.ts';

/**
 * A directory in which some place lies that boxes must not reach. It cannot be opened, and what leads there can be neither moved,
 * deleted nor replaced: EBUSY, as Linux says of what something is mounted on.
 */
export class FencedDirectory implements HostDirectory {
  readonly #inner: HostDirectory;
  readonly #own: OwnPlaces;

  constructor(inner: HostDirectory, own: OwnPlaces) {
    this.#inner = inner;
    this.#own = own;
  }

  open(name: string, wish: OpenWish): Opened {
    const opened = this.#inner.open(name, wish);
    if (opened.kind === 'file') return opened;
    const { directory } = opened;
    if (!this.#own.isOwn(directory.stat()))
      return { kind: 'directory', directory: new FencedDirectory(directory, this.#own) };
    directory.close();
    throw new HostErrno('EACCES');
  }

  stat(name?: string): HostStats {
    return this.#inner.stat(name);
  }

  list(): string[] {
    return this.#inner.list();
  }

  readlink(name: string): string {
    return this.#inner.readlink(name);
  }

  makeDirectory(name: string): void {
    this.#inner.makeDirectory(name);
  }

  removeDirectory(name: string): void {
    this.#requireFree(name);
    this.#inner.removeDirectory(name);
  }

  unlink(name: string): void {
    this.#requireFree(name);
    this.#inner.unlink(name);
  }

  symlink(target: string, name: string): void {
    this.#inner.symlink(target, name);
  }

  rename(name: string, target: HostDirectory, newName: string): void {
    const to = sibling(target);
    this.#requireFree(name);
    to.#requireFree(newName);
    this.#inner.rename(name, to.#inner, newName);
  }

  link(name: string, target: HostDirectory, newName: string): void {
    this.#inner.link(name, sibling(target).#inner, newName);
  }

  setTimes(name: string | undefined, times: NewTimes): void {
    this.#inner.setTimes(name, times);
  }

  duplicate(): FencedDirectory {
    return new FencedDirectory(this.#inner.duplicate(), this.#own);
  }

  close(): void {
    this.#inner.close();
  }

  /** @throws EBUSY when the entry must stay */
  #requireFree(name: string): void {
    if (this.#leadsToOwn(name)) throw new HostErrno('EBUSY');
  }

  #leadsToOwn(name: string): boolean {
    try {
      return this.#own.isOnTheWay(this.#inner.stat(name));
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return false;
      throw error;
    }
  }
}

function sibling(directory: HostDirectory): FencedDirectory {
  if (directory instanceof FencedDirectory) return directory;
  throw new HostErrno('EXDEV');
}
