import {
  CHANGE_DELETED,
  CHANGE_DIRECTORY,
  CHANGE_END,
  CHANGE_FILE,
  CHANGE_FILE_FROM,
  CHANGE_FILE_METADATA,
  CHANGE_HARDLINK,
  CHANGE_OPAQUE_DIRECTORY,
  CHANGE_SPECIAL,
  CHANGE_SYMLINK,
  PAYLOAD_DIRENT_INODE,
  PAYLOAD_DIRENT_NAME_BYTES,
  PAYLOAD_DIRENT_PARENT,
  PAYLOAD_INODE_MODE,
} from '../abi.gen';
import { diffWrite } from '../host/slots';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../linux/stat';
import { byteString, storeByteString } from '../memory/bytes';
import { rootMount } from './boot';
import { Dentry, findHashed } from './dentry';
import { lowerEntry, lowerEntryCount } from './memory-fs';
import { MemoryInode } from './memory-inode';
import { mountAt } from './mount';
import { direntCount, findLower, inodeCount, lowerDirent, lowerInode, lowerName, xattrRecordBytes } from './payload-index';

/**
 * Hands the changes to the root filesystem to the host, as a change stream (@boxer/abi, change-stream.ts). Mounts on it
 * (/proc, /dev, /sys, tmpfs, host directories) are left out: of their mountpoints only the directory itself.
 */

const BUFFER_BYTES: u32 = 65536;
const buffer: usize = memory.data(65536, 16);
let used: u32 = 0;
let problem: i32 = 0;

function flush(last: bool): void {
  if (problem == 0) problem = diffWrite(buffer, used, last);
  used = 0;
}

function write(at: usize, n: u32): void {
  while (n > 0) {
    if (used == BUFFER_BYTES) flush(false);
    const part = min(n, BUFFER_BYTES - used);
    memory.copy(buffer + used, at, part);
    used += part;
    at += part;
    n -= part;
  }
}

const cell: usize = memory.data(8, 8);

function writeU8(value: u32): void {
  store<u8>(cell, <u8>value);
  write(cell, 1);
}
function writeU32(value: u32): void {
  store<u32>(cell, value);
  write(cell, 4);
}
function writeU64(value: u64): void {
  store<u64>(cell, value);
  write(cell, 8);
}

// ---- paths ----

const path: usize = memory.data(8192, 8);
let pathLength: u32 = 0;

function pushName(at: usize, n: u32): void {
  if (pathLength > 0) store<u8>(path + pathLength++, 47);
  memory.copy(path + pathLength, at, n);
  pathLength += n;
}

function writeHead(kind: i32): void {
  writeU8(kind);
  writeU32(pathLength);
  write(path, pathLength);
}

/** Lower inode → one of its entries + 1, made at the first need. */
let lowerNames: StaticArray<u32> | null = null;
const lowerPath: usize = memory.data(8192, 8);

/** The path of an inode in the lower tree. @returns its length */
function lowerPathOf(ino: u32): u32 {
  let names = lowerNames;
  if (names == null) {
    names = new StaticArray<u32>(inodeCount);
    for (let n: u32 = 0; n < direntCount; n++) {
      const ino = load<u32>(lowerDirent(n), PAYLOAD_DIRENT_INODE);
      if (names[ino] == 0) names[ino] = n + 1;
    }
    lowerNames = names;
  }
  let at: u32 = 8192;
  while (ino != 1 && names[ino] != 0) {
    const dirent = lowerDirent(names[ino] - 1);
    const n = load<u32>(dirent, PAYLOAD_DIRENT_NAME_BYTES);
    if (at < n + 1) break;
    if (at < 8192) store<u8>(lowerPath + --at, 47);
    at -= n;
    memory.copy(lowerPath + at, lowerName(dirent), n);
    ino = load<u32>(dirent, PAYLOAD_DIRENT_PARENT);
  }
  const length = 8192 - at;
  memory.copy(lowerPath, lowerPath + at, length);
  return length;
}

// ---- records ----

function writeMetadata(inode: MemoryInode): void {
  writeU32(inode.mode);
  writeU32(inode.uid);
  writeU32(inode.gid);
  writeU32(inode.rdev);
  let seconds = inode.mtime / 1_000_000_000;
  let ns = inode.mtime % 1_000_000_000;
  if (ns < 0) {
    seconds--;
    ns += 1_000_000_000;
  }
  writeU64(seconds);
  writeU32(<u32>ns);
  const record = inode.xattrs();
  const bytes = record != 0 ? xattrRecordBytes(record) : 0;
  writeU32(bytes);
  if (bytes > 0) write(record, bytes);
}

/** Inodes with more than one name that have been written → path. */
const written = new Map<u64, string>();

const content: usize = memory.data(65536, 16);

function writeContent(inode: MemoryInode): void {
  writeU64(inode.size);
  let offset: i64 = 0;
  while (offset < inode.size) {
    const n = inode.readAt(offset, content, 65536);
    if (n <= 0) {
      if (problem == 0) problem = n == 0 ? -5 : n;
      return;
    }
    write(content, n);
    offset += n;
  }
}

/** Whether an earlier record has this inode under another name; else remembers this one. */
function writeAsHardlink(inode: MemoryInode): bool {
  if (inode.nlink < 2) return false;
  if (written.has(inode.ino)) {
    const target = written.get(inode.ino);
    writeHead(CHANGE_HARDLINK);
    writeU32(target.length);
    const length = storeByteString(target, lowerPath);
    write(lowerPath, length);
    return true;
  }
  written.set(inode.ino, byteString(path, pathLength));
  return false;
}

/** Writes something that is not a directory and is new at this path. */
function writeNew(inode: MemoryInode): void {
  if (writeAsHardlink(inode)) return;
  const type = inode.type;
  if (type == S_IFLNK) {
    writeHead(CHANGE_SYMLINK);
    writeMetadata(inode);
    const n = inode.readTarget(content, 4096);
    writeU32(n);
    write(content, n);
  } else if (type != S_IFREG) {
    writeHead(CHANGE_SPECIAL);
    writeMetadata(inode);
  } else if (inode.lower != 0 && !inode.contentChanged) {
    writeHead(CHANGE_FILE_FROM);
    writeMetadata(inode);
    const n = lowerPathOf(inode.lower);
    writeU32(n);
    write(lowerPath, n);
  } else {
    writeHead(CHANGE_FILE);
    writeMetadata(inode);
    writeContent(inode);
  }
}

/** Writes a directory that hides whatever the lower tree has there, and everything in it. */
function writeNewDirectory(entry: Dentry, inode: MemoryInode): void {
  writeHead(CHANGE_OPAQUE_DIRECTORY);
  writeMetadata(inode);
  if (isMountpoint(entry)) return;
  inode.listAll(entry);
  const kept = pathLength;
  let child = entry.firstChild;
  while (child) {
    pushName(child.name, child.nameLength);
    const node = changetype<MemoryInode>(child.node);
    if (node.isDirectory) writeNewDirectory(child, node);
    else writeNew(node);
    pathLength = kept;
    child = child.nextSibling;
  }
}

function isMountpoint(entry: Dentry): bool {
  return entry.mountpoint && mountAt(rootMount(), entry) != null;
}

/** Writes what changed below a directory that the lower tree has at the same path. */
function writeChanges(entry: Dentry, inode: MemoryInode): void {
  if (inode.metadataChanged || inode.mtime != inode.lowerTime) {
    writeHead(CHANGE_DIRECTORY);
    writeMetadata(inode);
  }
  if (isMountpoint(entry)) return;
  const kept = pathLength;
  if (inode.complete && inode.lower != 0) writeDeletions(entry, inode.lower);
  let child = entry.firstChild;
  while (child) {
    const node = child.inode;
    if (node) {
      pushName(child.name, child.nameLength);
      writeChild(child, changetype<MemoryInode>(node), inode.lower);
      pathLength = kept;
    }
    child = child.nextSibling;
  }
}

/** Names of the lower directory that are gone, or name something else now. */
function writeDeletions(dir: Dentry, lower: u32): void {
  const kept = pathLength;
  const count = lowerEntryCount(lower);
  for (let n: u32 = 0; n < count; n++) {
    const record = lowerEntry(lower, n);
    const length = load<u32>(record, PAYLOAD_DIRENT_NAME_BYTES);
    const now = findHashed(dir, lowerName(record), length);
    if (now && lowerNumber(now) == load<u32>(record, PAYLOAD_DIRENT_INODE)) continue;
    // A directory in place of a directory says by itself that it hides the old one.
    if (now && lowerIsDirectory(load<u32>(record, PAYLOAD_DIRENT_INODE)) && isDirectory(now)) continue;
    pushName(lowerName(record), length);
    writeHead(CHANGE_DELETED);
    pathLength = kept;
  }
}

function lowerIsDirectory(ino: u32): bool {
  return (load<u32>(lowerInode(ino), PAYLOAD_INODE_MODE) & S_IFMT) == S_IFDIR;
}

function isDirectory(entry: Dentry): bool {
  const inode = entry.inode;
  return inode ? inode.isDirectory : lowerIsDirectory(entry.lower);
}

/** The lower inode that an entry stands for, or 0. */
function lowerNumber(entry: Dentry): u32 {
  const inode = entry.inode;
  return inode ? changetype<MemoryInode>(inode).lower : entry.lower;
}

function writeChild(entry: Dentry, inode: MemoryInode, lowerParent: u32): void {
  const record = lowerParent != 0 ? findLower(lowerParent, entry.name, entry.nameLength) : 0;
  // A directory made at boot to mount something on is not the box's doing.
  if (record == 0 && isMountpoint(entry)) return;
  const isSame = record != 0 && inode.lower != 0 && load<u32>(record, PAYLOAD_DIRENT_INODE) == inode.lower;
  if (inode.isDirectory) {
    if (isSame) writeChanges(entry, inode);
    else writeNewDirectory(entry, inode);
    return;
  }
  if (!isSame) {
    writeNew(inode);
    return;
  }
  if (!inode.contentChanged && !inode.metadataChanged) return;
  if (writeAsHardlink(inode)) return;
  if (inode.contentChanged) {
    writeHead(CHANGE_FILE);
    writeMetadata(inode);
    writeContent(inode);
  } else if (inode.isRegular) {
    writeHead(CHANGE_FILE_METADATA);
    writeMetadata(inode);
  } else writeNewKeeping(inode);
}

/** A link or special file of the lower tree whose metadata changed is written whole. */
function writeNewKeeping(inode: MemoryInode): void {
  if (inode.isSymlink) {
    writeHead(CHANGE_SYMLINK);
    writeMetadata(inode);
    const n = inode.readTarget(content, 4096);
    writeU32(n);
    write(content, n);
  } else {
    writeHead(CHANGE_SPECIAL);
    writeMetadata(inode);
  }
}

/** Writes the change stream. @returns 0, or the -errno that the host or a failing read gave */
export function exportChanges(): i32 {
  used = 0;
  problem = 0;
  pathLength = 0;
  const root = rootMount().root;
  const inode = changetype<MemoryInode>(root.node);
  if (inode.lower != 0) writeChanges(root, inode);
  else writeNewRoot(root, inode);
  writeU8(CHANGE_END);
  writeU32(0);
  flush(true);
  return problem;
}

/** Without a payload everything is new, but the root itself is there on the other side too. */
function writeNewRoot(root: Dentry, inode: MemoryInode): void {
  writeHead(CHANGE_DIRECTORY);
  writeMetadata(inode);
  let child = root.firstChild;
  while (child) {
    pushName(child.name, child.nameLength);
    const node = changetype<MemoryInode>(child.node);
    if (isMountpoint(child)) pathLength = 0;
    else if (node.isDirectory) writeNewDirectory(child, node);
    else writeNew(node);
    pathLength = 0;
    child = child.nextSibling;
  }
}
