import type { GuestMemory } from '../guest/guest-memory.ts';
import { fileKinds, type HostStats } from '../host-files/host-fs.ts';
import { nanosecondsOf } from '../host-files/host-values.ts';

/** Values of `descriptor-type`, by the format bits of the mode. */
const types: Readonly<Record<string, number>> = {
  [String(0o060000)]: 1,
  [String(0o020000)]: 2,
  [String(0o040000)]: 3,
  [String(0o010000)]: 4,
  [String(0o120000)]: 5,
  [String(0o100000)]: 6,
  [String(0o140000)]: 7,
};

/** The `descriptor-type` of a file. */
export function descriptorType(stats: HostStats): number {
  return types[String(stats.mode & fileKinds.mask)] ?? 0;
}

/** Stores a `descriptor-stat`: 96 bytes. */
export function storeStat(memory: GuestMemory, at: number, stats: HostStats): void {
  memory.check(at, 96);
  memory.setU8(at, descriptorType(stats));
  memory.setU64(at + 8, stats.nlink);
  memory.setU64(at + 16, stats.size);
  for (const [i, which] of (['atime', 'mtime', 'ctime'] as const).entries()) {
    const ns = nanosecondsOf(stats, which);
    const option = at + 24 + i * 24;
    memory.setU8(option, ns < 0n ? 0 : 1);
    memory.setU64(option + 8, ns < 0n ? 0n : ns / 1_000_000_000n);
    memory.setU32(option + 16, ns < 0n ? 0 : Number(ns % 1_000_000_000n));
  }
}
