import { HostErrno } from './host-errno.ts';
import type { HostStats } from './host-fs.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A path as text. @throws EILSEQ when it is not UTF-8, which WASI cannot express */
export function decodeText(value: unknown): string {
  if (typeof value === 'string') {
    if (value.includes('\uFFFD')) throw new HostErrno('EILSEQ');
    return value;
  }
  if (!(value instanceof Uint8Array)) throw new HostErrno('EIO');
  try {
    return decoder.decode(value);
  } catch {
    throw new HostErrno('EILSEQ');
  }
}

/** Names of a directory's entries; those that are not UTF-8 cannot be told to the guest and are left out. */
export function decodeNames(value: unknown): string[] {
  if (!Array.isArray(value)) throw new HostErrno('EIO');
  return value.filter((name): name is string => typeof name === 'string' && !name.includes('\uFFFD'));
}

/** A time in nanoseconds since 1970. */
export function nanosecondsOf(stats: HostStats, which: 'atime' | 'mtime' | 'ctime'): bigint {
  return stats[`${which}Ns`] ?? BigInt(stats[`${which}Ms`]) * 1_000_000n;
}

/** A time in seconds since 1970, with a fraction. */
export function secondsOf(stats: HostStats, which: 'atime' | 'mtime'): number {
  return Number(nanosecondsOf(stats, which)) / 1e9;
}
