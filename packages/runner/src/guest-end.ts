import { endKinds } from '@boxer/abi';
import type { GuestEnd } from './guest-job.ts';

/** Exit codes of boxer itself. @source docs/reference/exit-codes.md */
export const exitCodes = {
  timeout: 124,
  boxerFailed: 125,
  notExecutable: 126,
  notFound: 127,
  outOfMemory: 137,
  killed: 137,
  outOfFuel: 152,
  outputLimit: 153,
} as const;

/** errno values with which a program cannot be started. @source Linux include/uapi/asm-generic/errno-base.h */
const bootErrors: Readonly<Record<number, number>> = {
  2: exitCodes.notFound, // ENOENT
  8: exitCodes.notExecutable, // ENOEXEC
  13: exitCodes.notExecutable, // EACCES
  20: exitCodes.notFound, // ENOTDIR
  21: exitCodes.notExecutable, // EISDIR
};

/** Translates what the kernel said when it ended. */
export function guestEnd(kind: number, detail: number): GuestEnd {
  switch (kind) {
    case endKinds.exited:
      return { exitCode: detail & 0xff, reason: 'exited' };
    case endKinds.signalled:
      return { exitCode: 128 + (detail & 0x7f), reason: 'signalled', signal: detail & 0x7f };
    case endKinds.outOfFuel:
      return { exitCode: exitCodes.outOfFuel, reason: 'out-of-fuel' };
    case endKinds.outOfMemory:
      return { exitCode: exitCodes.outOfMemory, reason: 'out-of-memory' };
    default:
      return { exitCode: bootErrors[Math.abs(detail)] ?? exitCodes.boxerFailed, reason: 'not-started' };
  }
}
