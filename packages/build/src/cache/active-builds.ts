import { readdir } from 'node:fs/promises';
import { isAlive } from '@boxer/foundation';

const NAME = /^build-(?<pid>\d+)-(?<start>\d+)-/;

/** @returns the name of the work directory of a build of this process that begins now */
export function workDirectoryName(unique: string): string {
  return `build-${process.pid}-${Date.now()}-${unique}`;
}

/** Whose work directory it is. @returns undefined for other directories */
export function parseWorkDirectoryName(name: string): { pid: number; startMs: number } | undefined {
  const groups = NAME.exec(name)?.groups;
  return groups === undefined ? undefined : { pid: Number(groups['pid']), startMs: Number(groups['start']) };
}

/**
 * @param parent - of the work directories
 * @returns when the oldest build that is under way began, in milliseconds since 1970; infinity when there is none. What
 * was used since then may be in use.
 */
export async function oldestBuildStart(parent: string): Promise<number> {
  const names = await readdir(parent).catch(() => []);
  return names
    .map(parseWorkDirectoryName)
    .filter((build) => build !== undefined && isAlive(build.pid))
    .reduce((oldest, build) => Math.min(oldest, build?.startMs ?? Infinity), Infinity);
}
