import { S_IFDIR, V9FS_MAGIC } from '../linux/stat';
import { bootList } from '../boot/config';
import { log } from '../host/slots';
import { byteString } from '../memory/bytes';
import { getDirectories } from '../wasi/filesystem';
import { releaseReturned } from '../wasi/realloc';
import { ensureDirectory } from './boot';
import { Dentry } from './dentry';
import { FileSystem } from './file-system';
import { HostInode } from './host-inode';
import { hostResult } from './host-result';
import { attachMount } from './mount';

/** A directory of the host, preopened. */
export class HostFileSystem extends FileSystem {
  private nextInode: u64 = 2;

  constructor(
    readonly descriptor: i32,
    name: string,
  ) {
    super('9p', V9FS_MAGIC, name);
    const root = new HostInode(this, 1, S_IFDIR | 0o755);
    const entry = new Dentry(null, 0, 0, root);
    root.entry = entry;
    this.root = entry;
  }

  fresh(): u64 {
    return this.nextInode++;
  }

  // What the host has is not asked for; programs only want to see that there is room.
  get totalBytes(): u64 {
    return 1 << 40;
  }
  get freeBytes(): u64 {
    return 1 << 39;
  }
}

/** Whether the boot keys want a directory read-only, by its place in the box. */
function isReadOnlyMount(rows: string[], guest: string): bool {
  for (let i = 0; i < rows.length; i++) if (rows[i] == guest + ':ro') return true;
  return false;
}

/** Mounts the directories that the host preopened; see boot key `mount`. */
export function mountPreopens(): void {
  getDirectories(hostResult);
  const list = load<u32>(hostResult);
  const count = load<u32>(hostResult, 4);
  const descriptors: i32[] = [];
  const names: string[] = [];
  for (let i: u32 = 0; i < count; i++) {
    const at = list + i * 12;
    descriptors.push(load<i32>(at));
    names.push(byteString(load<u32>(at, 4), load<u32>(at, 8)));
  }
  releaseReturned();
  const rows = bootList('mount');
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    if (!name.startsWith('/') || name.length == 1) {
      log('a host directory is not mounted: its name in the box must be an absolute path, not "' + name + '"');
      continue;
    }
    const place = ensureDirectory(name);
    if (place == null) {
      log('a host directory is not mounted: ' + name + ' is not a directory of the box');
      continue;
    }
    attachMount(new HostFileSystem(descriptors[i], 'host'), place.mount, place.dentry, isReadOnlyMount(rows, name));
  }
}
