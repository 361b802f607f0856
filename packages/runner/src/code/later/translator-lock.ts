import { isAlive } from '@boxer/foundation';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Nobody translates for so long: another process has the number by now. */
const ABANDONED_MS = 10 * 60_000;

/** One for all versions of Boxer that a user has. */
const pathOf = (folder: string) => join(dirname(folder), 'translator.lock');

/** Whether a translator of this user is at work. @param folder - of the packs */
export function isTranslating(folder: string): boolean {
  const path = pathOf(folder);
  try {
    if (Date.now() - statSync(path).mtimeMs > ABANDONED_MS) return false;
    const pid = Number(readFileSync(path, 'utf8'));
    // Just made: the number is about to be written.
    return pid === 0 || isAlive(pid);
  } catch {
    return false;
  }
}

/** Does something as the only translator. @returns whether it was done */
export async function asTranslator(folder: string, action: () => Promise<void>): Promise<boolean> {
  const path = pathOf(folder);
  if (isTranslating(folder)) return false;
  try {
    rmSync(path, { force: true });
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
  } catch {
    return false;
  }
  try {
    await action();
  } finally {
    rmSync(path, { force: true });
  }
  return true;
}
