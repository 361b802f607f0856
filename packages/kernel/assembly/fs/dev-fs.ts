import { S_IFCHR, S_IFDIR, S_ISVTX } from '../linux/stat';
import { CONSOLE_DEVICE, consoleTerminal } from './console';
import { Dentry } from './dentry';
import {
  DEV_CONSOLE,
  DEV_FULL,
  DEV_NULL,
  DEV_PTMX,
  DEV_RANDOM,
  DEV_TTY,
  DEV_URANDOM,
  DEV_ZERO,
} from './devices';
import { storeByteString } from '../memory/bytes';
import { MemoryFileSystem } from './memory-fs';
import { attachMount, Mount } from './mount';
import { Path } from './path';

const nameBuffer: usize = memory.data(64, 8);

/** Makes an entry by an ASCII name, at boot. */
export function addEntry(dir: Dentry, name: string, mode: u32, rdev: u32): Dentry {
  const length = storeByteString(name, nameBuffer);
  return changetype<Dentry>(changetype<usize>(dir.node.create(dir, nameBuffer, length, mode, rdev, 0, 0)));
}

const targetBuffer: usize = memory.data(64, 8);

export function addLink(dir: Dentry, name: string, target: string): void {
  const length = storeByteString(name, nameBuffer);
  const targetLength = storeByteString(target, targetBuffer);
  dir.node.symlink(dir, nameBuffer, length, targetBuffer, targetLength, 0, 0);
}

let ptsMount: Mount | null = null;

/** /dev: what a container finds there. */
export function makeDevFs(): MemoryFileSystem {
  const fs = new MemoryFileSystem('tmpfs', false, 0o755);
  const root = changetype<Dentry>(changetype<usize>(fs.root));
  addEntry(root, 'null', S_IFCHR | 0o666, DEV_NULL);
  addEntry(root, 'zero', S_IFCHR | 0o666, DEV_ZERO);
  addEntry(root, 'full', S_IFCHR | 0o666, DEV_FULL);
  addEntry(root, 'random', S_IFCHR | 0o666, DEV_RANDOM);
  addEntry(root, 'urandom', S_IFCHR | 0o666, DEV_URANDOM);
  addEntry(root, 'tty', S_IFCHR | 0o666, DEV_TTY);
  if (consoleTerminal()) addEntry(root, 'console', S_IFCHR | 0o620, DEV_CONSOLE);
  addLink(root, 'ptmx', 'pts/ptmx');
  addLink(root, 'fd', '/proc/self/fd');
  addLink(root, 'stdin', '/proc/self/fd/0');
  addLink(root, 'stdout', '/proc/self/fd/1');
  addLink(root, 'stderr', '/proc/self/fd/2');
  addEntry(root, 'pts', S_IFDIR | 0o755, 0);
  addEntry(root, 'shm', S_IFDIR | S_ISVTX | 0o777, 0);
  addEntry(root, 'mqueue', S_IFDIR | S_ISVTX | 0o777, 0);
  return fs;
}

/** Mounts devpts and the tmpfs of POSIX shared memory below /dev. */
export function mountBelowDev(dev: Mount): void {
  const pts = new MemoryFileSystem('devpts', false, 0o755);
  ptsMount = attachMount(pts, dev, childOf(dev.root, 'pts'), false);
  const ptsRoot = changetype<Dentry>(changetype<usize>(pts.root));
  addEntry(ptsRoot, 'ptmx', S_IFCHR | 0o666, DEV_PTMX);
  if (consoleTerminal()) addPtsNode(CONSOLE_DEVICE & 0xfffff, 0, 5);
  const shm = new MemoryFileSystem('tmpfs', false, S_ISVTX | 0o777);
  shm.source = 'shm';
  attachMount(shm, dev, childOf(dev.root, 'shm'), false);
}

function childOf(dir: Dentry, name: string): Dentry {
  const length = storeByteString(name, nameBuffer);
  return changetype<Dentry>(changetype<usize>(dir.node.lookup(dir, nameBuffer, length)));
}

/** A new pseudo-terminal appears in /dev/pts. */
export function addPtsNode(number: u32, uid: u32, gid: u32): void {
  const mount = ptsMount;
  if (mount == null) return;
  const entry = addEntry(mount.root, number.toString(), S_IFCHR | 0o620, (136 << 20) | number);
  entry.node.uid = uid;
  entry.node.gid = 5;
}

export function removePtsNode(number: u32): void {
  const place = ptsPlace(number);
  const mount = ptsMount;
  if (place && mount) mount.root.node.unlink(mount.root, place.dentry);
}

/** /dev/pts/N, or null. */
export function ptsPlace(number: u32): Path | null {
  const mount = ptsMount;
  if (mount == null) return null;
  const length = storeByteString(number.toString(), nameBuffer);
  const entry = mount.root.node.lookup(mount.root, nameBuffer, length);
  return entry ? new Path(mount, entry) : null;
}
