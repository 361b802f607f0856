import { Dentry } from './dentry';
import { Inode } from './inode';
import { Mount } from './mount';

/** A place in the tree of mounts. Immutable. */
export class Path {
  constructor(
    readonly mount: Mount,
    readonly dentry: Dentry,
  ) {}

  get inode(): Inode {
    return this.dentry.node;
  }

  equals(other: Path): bool {
    return this.mount === other.mount && this.dentry === other.dentry;
  }
}

/**
 * Writes the absolute path of a place as seen from `root` to `to` (as getcwd(2) and /proc/PID/maps show it), without
 * a terminating NUL.
 *
 * @returns its length, -ERANGE when it does not fit
 */
export function pathText(place: Path, root: Path, to: usize, capacity: u32): i32 {
  // Built from the end of the buffer backwards, then moved to its start.
  let end = to + capacity;
  let at = end;
  let mount = place.mount;
  let dentry = place.dentry;
  const gone = dentry.gone;
  if (gone) {
    const suffix = ' (deleted)';
    if (capacity < <u32>suffix.length) return -34;
    at -= suffix.length;
    for (let i = 0; i < suffix.length; i++) store<u8>(at + i, <u8>suffix.charCodeAt(i));
  }
  let any = false;
  for (;;) {
    if (dentry === root.dentry && mount === root.mount) break;
    if (dentry === mount.root) {
      const parent = mount.parent;
      const mountpoint = mount.mountpoint;
      if (parent == null || mountpoint == null) break;
      mount = parent;
      dentry = mountpoint;
      continue;
    }
    const parent = dentry.parent;
    if (parent == null) break;
    if (at - to < <usize>dentry.nameLength + 1) return -34;
    at -= dentry.nameLength;
    memory.copy(at, dentry.name, dentry.nameLength);
    at -= 1;
    store<u8>(at, 47);
    any = true;
    dentry = parent;
  }
  if (!any) {
    const isNamed = dentry === root.dentry || dentry.parent == null;
    if (isNamed && dentry.nameLength == 0) {
      if (at == to) return -34;
      at -= 1;
      store<u8>(at, 47);
    }
  }
  // Files without a place in the tree ("pipe:[12]", "anon_inode:[eventpoll]") are called by their name alone.
  if (!any && dentry.nameLength != 0 && dentry.parent == null) {
    if (at - to < <usize>dentry.nameLength) return -34;
    at -= dentry.nameLength;
    memory.copy(at, dentry.name, dentry.nameLength);
  }
  const length = <i32>(end - at);
  memory.copy(to, at, length);
  return length;
}
