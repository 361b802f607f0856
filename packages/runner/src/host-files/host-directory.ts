import type { HostStats } from './host-fs.ts';

/** How a file is to be opened. */
export interface OpenWish {
  readonly read: boolean;
  readonly write: boolean;
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
  readonly directory: boolean;
}

/** To go on from a directory. */
export const OPEN_DIRECTORY: OpenWish = {
  read: true,
  write: false,
  create: false,
  exclusive: false,
  truncate: false,
  directory: true,
};

/** What was opened: a directory, or the descriptor of a regular file. */
export type Opened =
  | { readonly kind: 'directory'; readonly directory: HostDirectory }
  | { readonly kind: 'file'; readonly fd: number };

/** A time to set: absent leaves it as it is. Seconds since 1970. */
export interface NewTimes {
  readonly accessed: number | undefined;
  readonly modified: number | undefined;
}

/**
 * A directory of the host from which nothing outside can be reached. Names are single components: not empty, not "." or
 * "..", without "/" and NUL. No method follows a symbolic link, and none opens a device, a FIFO or a socket.
 *
 * All methods throw errors with an errno as `code`.
 */
export interface HostDirectory {
  /** @throws ELOOP for a symbolic link, EPERM for a special file, EISDIR for a directory opened for writing */
  open(name: string, wish: OpenWish): Opened;
  /** Metadata of an entry, of a link itself; of this directory without a name. */
  stat(name?: string): HostStats;
  /** Names of the entries, without "." and "..". */
  list(): string[];
  readlink(name: string): string;
  makeDirectory(name: string): void;
  removeDirectory(name: string): void;
  unlink(name: string): void;
  symlink(target: string, name: string): void;
  /** @param target - directory of the same mount */
  rename(name: string, target: HostDirectory, newName: string): void;
  link(name: string, target: HostDirectory, newName: string): void;
  setTimes(name: string | undefined, times: NewTimes): void;
  /** Another handle of this directory. */
  duplicate(): HostDirectory;
  close(): void;
}
