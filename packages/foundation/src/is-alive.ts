import { isErrno } from './is-errno.ts';

/** @returns whether a process of this machine has this number */
export function isAlive(pid: number): boolean {
  // Others name groups of processes.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}
