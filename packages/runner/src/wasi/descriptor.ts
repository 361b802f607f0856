import { Resource } from '../guest/handle-table.ts';
import type { HostDirectory } from '../host-files/host-directory.ts';
import { HostErrno } from '../host-files/host-errno.ts';
import type { OpenMount } from '../host-files/mount.ts';
import type { SharedFile } from '../host-files/shared-file.ts';

/** `wasi:filesystem/types.descriptor`: an open file or directory of a mount. */
export abstract class Descriptor extends Resource {
  constructor(
    readonly mount: OpenMount,
    /** Path in the box, for the audit log. */
    readonly path: string,
  ) {
    super();
  }
}

/** An open directory. */
export class DirectoryDescriptor extends Descriptor {
  #isClosed = false;

  constructor(
    mount: OpenMount,
    path: string,
    readonly directory: HostDirectory,
  ) {
    super(mount, path);
  }

  /** Its number may be another's by now. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  override close(): void {
    this.#isClosed = true;
    if (this.directory !== this.mount.root) this.directory.close();
  }
}

/** An open regular file. */
export class FileDescriptor extends Descriptor {
  constructor(
    mount: OpenMount,
    path: string,
    readonly file: SharedFile,
    readonly readable: boolean,
    readonly writable: boolean,
  ) {
    super(mount, path);
  }

  override close(): void {
    this.file.release();
  }
}

/** @throws ENOTDIR for a file */
export function asDirectory(descriptor: Descriptor): DirectoryDescriptor {
  if (descriptor instanceof DirectoryDescriptor) return descriptor;
  throw new HostErrno('ENOTDIR');
}

/** @throws EISDIR for a directory, EBADF for a file that was not opened for that */
export function asFile(descriptor: Descriptor, access: 'read' | 'write' | 'any'): FileDescriptor {
  if (!(descriptor instanceof FileDescriptor)) throw new HostErrno('EISDIR');
  if ((access === 'read' && !descriptor.readable) || (access === 'write' && !descriptor.writable)) {
    throw new HostErrno('EBADF');
  }
  return descriptor;
}
