import { isErrno } from '@boxer/foundation';

/** @returns whether a process of this machine has this number */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, 'EPERM');
  }
}
