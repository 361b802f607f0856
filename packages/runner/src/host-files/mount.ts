import * as nodeFs from 'node:fs';
import { MountUnavailableError } from '../errors.ts';
import type { HostDirectory } from './host-directory.ts';
import type { HostFs } from './host-fs.ts';
import { LinuxDirectory } from './linux-directory.ts';
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
 * @throws {@link MountUnavailableError} when it is missing or no directory
 */
export function openMount(request: MountRequest): OpenMount {
  const fs: HostFs = request.fs ?? nodeFs;
  const onLinuxDisk = request.fs === undefined && nodeFs.existsSync('/proc/self/fd');
  try {
    const root = onLinuxDisk
      ? LinuxDirectory.openRoot(fs, request.host)
      : PathDirectory.openRoot(fs, request.host);
    return { guest: request.guest, host: request.host, writable: request.mode === 'rw', fs, root };
  } catch (cause) {
    throw new MountUnavailableError(request.host, request.guest, cause);
  }
}
