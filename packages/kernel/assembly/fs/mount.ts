import { Dentry } from './dentry';
import { FileSystem } from './file-system';

/** A filesystem at its place in the tree. */
export class Mount {
  readonly id: i32;
  constructor(
    readonly fs: FileSystem,
    readonly root: Dentry,
    /** Null for the root of everything, and for filesystems that are mounted nowhere (pipes, sockets). */
    readonly parent: Mount | null,
    readonly mountpoint: Dentry | null,
    public readOnly: bool,
  ) {
    this.id = 20 + nextId++;
  }
}

let nextId: i32 = 0;

/** All mounts in the order they were made. */
export const mounts: Mount[] = [];

/** Mounts `fs` over `mountpoint` of `parent`; later ones cover earlier ones. */
export function attachMount(fs: FileSystem, parent: Mount | null, mountpoint: Dentry | null, readOnly: bool): Mount {
  const mount = new Mount(fs, changetype<Dentry>(changetype<usize>(fs.root)), parent, mountpoint, readOnly);
  if (mountpoint) mountpoint.mountpoint = true;
  mounts.push(mount);
  return mount;
}

/** Covers a place with itself, refusing writes: a read-only bind mount. What lies around it stays as it is. */
export function coverReadOnly(parent: Mount, mountpoint: Dentry): Mount {
  const mount = new Mount(parent.fs, mountpoint, parent, mountpoint, true);
  mountpoint.mountpoint = true;
  mounts.push(mount);
  return mount;
}

/** @returns the topmost mount at that place, or null */
export function mountAt(parent: Mount, mountpoint: Dentry): Mount | null {
  for (let i = mounts.length - 1; i >= 0; i--) {
    const mount = unchecked(mounts[i]);
    if (mount.parent === parent && mount.mountpoint === mountpoint) return mount;
  }
  return null;
}
