import * as nodeFs from 'node:fs';
import { MountUnavailableError } from '../errors.ts';
import type { HostDirectory } from './host-directory.ts';
import { FencedDirectory } from './fenced-directory.ts';
import { HostErrno } from './host-errno.ts';
import type { HostFs } from './host-fs.ts';
import { LinuxDirectory } from './linux-directory.ts';
import type { OwnPlaces } from './own-places.ts';
import { PathDirectory } from './path-directory.ts';

/** A granted directory, open. */
export interface OpenMount {
  readonly guest: string;
  readonly host: string;
  readonly writable: boolean;
  readonly fs: HostFs;
  readonly root: HostDirectory;
}

/** A directory to mount: of the disk unless `fs` says otherwise. */
export interface MountRequest {
  readonly host: string;
  readonly guest: string;
  readonly mode: 'ro' | 'rw';
  readonly fs?: HostFs;
}

/**
 * Opens the root of a mount.
 *
 * @param own - what a box must not write to, even where a mount contains it
 * @throws {@link MountUnavailableError} when it is missing or no directory
 */
export function openMount(request: MountRequest, own?: OwnPlaces): OpenMount {
  const fs: HostFs = request.fs ?? nodeFs;
  const onLinuxDisk = request.fs === undefined && nodeFs.existsSync('/proc/self/fd');
  try {
    const root = onLinuxDisk
      ? LinuxDirectory.openRoot(fs, request.host)
      : PathDirectory.openRoot(fs, request.host);
    const writable = request.mode === 'rw';
    return {
      guest: request.guest,
      host: request.host,
      writable,
      fs,
      root: own && writable && request.fs === undefined ? fenced(root, request.host, own) : root,
    };
  } catch (cause) {
    throw new MountUnavailableError(request.host, request.guest, cause);
  }
}

/** @throws EACCES when all of it is Boxer's own */
function fenced(root: HostDirectory, path: string, own: OwnPlaces): HostDirectory {
  if (own.holds(path)) {
    root.close();
    throw new HostErrno('EACCES', 'boxes may not write where Boxer keeps what it executes');
  }
  return own.isOnTheWay(root.stat()) ? new FencedDirectory(root, own) : root;
}
