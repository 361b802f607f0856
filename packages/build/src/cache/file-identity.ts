import type { BigIntStats } from 'node:fs';

/** Device, inode, size, times of modification and of change: they tell whether a file is still the same. */
export type FileIdentity = string;

/** @param stats - of `lstat` or `stat`, with bigints */
export function fileIdentity({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileIdentity {
  return `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}
