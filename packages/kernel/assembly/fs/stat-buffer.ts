import {
  STAT_ATIME,
  STAT_BLKSIZE,
  STAT_BLOCKS,
  STAT_BYTES,
  STAT_CTIME,
  STAT_DEV,
  STAT_GID,
  STAT_INO,
  STAT_MODE,
  STAT_MTIME,
  STAT_NLINK,
  STAT_RDEV,
  STAT_SIZE,
  STAT_UID,
  STATX_ATTR_MOUNT_ROOT,
  STATX_BASIC_STATS,
  STATX_BTIME,
  STATX_BYTES,
  STATX_MNT_ID,
} from '../linux/stat';
import { Inode } from './inode';

/** Major and minor number as struct stat has them. @source Linux include/linux/kdev_t.h, new_encode_dev */
export function encodeDevice(major: u32, minor: u32): u64 {
  return <u64>((minor & 0xff) | (major << 8)) | (<u64>(minor & ~0xff) << 12);
}

function storeTime(at: usize, ns: i64): void {
  let seconds = ns / 1_000_000_000;
  let rest = ns % 1_000_000_000;
  if (rest < 0) {
    seconds--;
    rest += 1_000_000_000;
  }
  store<i64>(at, seconds);
  store<i64>(at + 8, rest);
}

/** Writes struct stat (128 bytes). */
export function writeStat(inode: Inode, at: usize): void {
  inode.refresh();
  memory.fill(at, 0, STAT_BYTES);
  store<u64>(at + STAT_DEV, encodeDevice(0, inode.fs.device));
  store<u64>(at + STAT_INO, inode.ino);
  store<u32>(at + STAT_MODE, inode.mode);
  store<u32>(at + STAT_NLINK, inode.nlink);
  store<u32>(at + STAT_UID, inode.uid);
  store<u32>(at + STAT_GID, inode.gid);
  store<u64>(at + STAT_RDEV, encodeDevice(inode.rdev >> 20, inode.rdev & 0xfffff));
  store<i64>(at + STAT_SIZE, inode.size);
  store<u32>(at + STAT_BLKSIZE, 4096);
  store<u64>(at + STAT_BLOCKS, inode.blocks);
  storeTime(at + STAT_ATIME, inode.atime);
  storeTime(at + STAT_MTIME, inode.mtime);
  storeTime(at + STAT_CTIME, inode.ctime);
}

/** Writes struct statx (256 bytes). @source Linux include/uapi/linux/stat.h */
export function writeStatx(inode: Inode, mountId: i32, isMountRoot: bool, at: usize): void {
  inode.refresh();
  memory.fill(at, 0, STATX_BYTES);
  store<u32>(at, STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID);
  store<u32>(at + 4, 4096);
  store<u64>(at + 8, isMountRoot ? STATX_ATTR_MOUNT_ROOT : 0);
  store<u32>(at + 16, inode.nlink);
  store<u32>(at + 20, inode.uid);
  store<u32>(at + 24, inode.gid);
  store<u16>(at + 28, <u16>inode.mode);
  store<u64>(at + 32, inode.ino);
  store<i64>(at + 40, inode.size);
  store<u64>(at + 48, inode.blocks);
  store<u64>(at + 56, STATX_ATTR_MOUNT_ROOT);
  storeStatxTime(at + 64, inode.atime);
  storeStatxTime(at + 80, inode.btime);
  storeStatxTime(at + 96, inode.ctime);
  storeStatxTime(at + 112, inode.mtime);
  store<u32>(at + 128, inode.rdev >> 20);
  store<u32>(at + 132, inode.rdev & 0xfffff);
  store<u32>(at + 136, 0);
  store<u32>(at + 140, inode.fs.device);
  store<u64>(at + 144, mountId);
}

function storeStatxTime(at: usize, ns: i64): void {
  storeTime(at, ns);
  const rest = load<u32>(at + 8);
  store<u64>(at + 8, 0);
  store<u32>(at + 8, rest);
}
