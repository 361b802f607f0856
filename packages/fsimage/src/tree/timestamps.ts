import type { Timestamp } from './inode.ts';

const KEPT = 4096;
const known = new Map<number, Timestamp>();

/** @returns a timestamp; one object for whole seconds that come often, since most files of an image share few */
export function timestamp(seconds: number, nanoseconds: number): Timestamp {
  if (nanoseconds !== 0) return { seconds, nanoseconds };
  const found = known.get(seconds);
  if (found !== undefined) return found;
  const made = { seconds, nanoseconds };
  if (known.size < KEPT) known.set(seconds, made);
  return made;
}
