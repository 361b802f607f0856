import { endKinds } from '@boxer/abi';
import { exitCodes } from '@boxer/foundation';
import type { GuestEnd } from './guest-job.ts';

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
      return { exitCode: startFailure(detail), reason: 'not-started' };
  }
}

/** The kernel says which of Docker's exit codes fits: 125, 126 or 127. */
function startFailure(detail: number): number {
  const known = detail === exitCodes.notExecutable || detail === exitCodes.notFound;
  return known ? detail : exitCodes.boxerFailed;
}
