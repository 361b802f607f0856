import type { GuestMemory } from '../guest/guest-memory.ts';
import type { NewTimes, OpenWish } from '../host-files/host-directory.ts';
import { HostErrno } from '../host-files/host-errno.ts';
import type { HostStats } from '../host-files/host-fs.ts';

/** Most bytes that one call reads; the guest sees a short count and goes on. */
const MAX_TRANSFER_BYTES = 1024 * 1024;

/** Bits of `open-flags`. */
const openFlags = { create: 1, directory: 2, exclusive: 4, truncate: 8 } as const;

/** Bits of `descriptor-flags`. */
export const descriptorFlags = { read: 1, write: 2, mutateDirectory: 32 } as const;

/** Cases of `new-timestamp`. */
const newTimestamp = { noChange: 0, now: 1, timestamp: 2 } as const;

/** Two flattened `new-timestamp` (case, seconds, nanoseconds), then the address of the result. */
export type TimeArguments = [number, bigint, number, number, bigint, number, number];

/** @throws EINVAL for a case that does not exist */
export function newTimes([
  accessCase,
  accessS,
  accessNs,
  modifyCase,
  modifyS,
  modifyNs,
]: TimeArguments): NewTimes {
  return {
    accessed: timeOf(accessCase, accessS, accessNs),
    modified: timeOf(modifyCase, modifyS, modifyNs),
  };
}

function timeOf(which: number, seconds: bigint, nanoseconds: number): number | undefined {
  if (which === newTimestamp.noChange) return undefined;
  if (which === newTimestamp.now) return Date.now() / 1000;
  if (which !== newTimestamp.timestamp || nanoseconds >>> 0 >= 1e9) throw new HostErrno('EINVAL');
  return Number(BigInt.asIntN(64, seconds)) + (nanoseconds >>> 0) / 1e9;
}

/** What `open-flags` and `descriptor-flags` together ask for. */
export function openWish(how: number, flags: number): OpenWish {
  return {
    read: (flags & descriptorFlags.read) !== 0,
    write: (flags & descriptorFlags.write) !== 0,
    create: (how & openFlags.create) !== 0,
    directory: (how & openFlags.directory) !== 0,
    exclusive: (how & openFlags.exclusive) !== 0,
    truncate: (how & openFlags.truncate) !== 0,
  };
}

/** @throws EFBIG for offsets past what JavaScript, and any file, can have */
export function fileOffset(offset: bigint): number {
  const unsigned = BigInt.asUintN(64, offset);
  if (unsigned > BigInt(Number.MAX_SAFE_INTEGER)) throw new HostErrno('EFBIG');
  return Number(unsigned);
}

export function transferLength(length: bigint): number {
  const unsigned = BigInt.asUintN(64, length);
  return unsigned > BigInt(MAX_TRANSFER_BYTES) ? MAX_TRANSFER_BYTES : Number(unsigned);
}

/** Stores a `metadata-hash-value`: what tells files apart, equal for equal files. */
export function storeIdentity(memory: GuestMemory, at: number, stats: HostStats): void {
  memory.check(at, 16);
  memory.setU64(at, stats.ino);
  memory.setU64(at + 8, stats.dev);
}
