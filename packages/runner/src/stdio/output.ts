import { writeSync } from 'node:fs';
import { exitCodes, isErrno } from '@boxer/foundation';
import { BoxEnd } from '../guest/box-end.ts';

/** Where bytes of the box go. */
export interface OutputSink {
  /** Writes all of the bytes. @returns false when nobody reads them any more */
  write(bytes: Uint8Array): boolean;
}

/** Bytes that standard output and error may still take together. */
export class OutputBudget {
  #left: number;

  constructor(
    maxBytes: number | undefined,
    readonly onExceeded: () => void = () => undefined,
  ) {
    this.#left = maxBytes ?? Infinity;
  }

  /** @returns how many of `wanted` bytes may be written */
  take(wanted: number): number {
    const granted = Math.min(wanted, this.#left);
    this.#left -= granted;
    return granted;
  }
}

/** Writes what the budget allows; ends the box when that is not all. */
export function budgeted(sink: OutputSink, budget: OutputBudget): OutputSink {
  return {
    write(bytes) {
      const granted = budget.take(bytes.length);
      const open = granted === 0 || sink.write(bytes.subarray(0, granted));
      if (granted === bytes.length) return open;
      budget.onExceeded();
      throw new BoxEnd('output-limit', exitCodes.outputLimit);
    },
  };
}

/** Nobody wants the bytes. */
export const discardingSink: OutputSink = { write: () => true };

/** Hands copies of the bytes to a function. */
export function callbackSink(take: (bytes: Uint8Array) => void): OutputSink {
  return {
    write(bytes) {
      take(bytes.slice());
      return true;
    },
  };
}

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 20;

/**
 * Writes to a file descriptor, whole, in this thread. A pipe that is full (EAGAIN) is tried again after a pause.
 *
 * @param pause - sleeps so many milliseconds
 */
export function descriptorSink(fd: number, pause: (ms: number) => void): OutputSink {
  let open = true;
  return {
    write(bytes) {
      let pauseMs = FIRST_PAUSE_MS;
      for (let done = 0; open && done < bytes.length;) {
        const n = tryWrite(fd, bytes.subarray(done));
        if (n === 'closed') open = false;
        else if (n === 'full') {
          pause(pauseMs);
          pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
        } else {
          done += n;
          pauseMs = FIRST_PAUSE_MS;
        }
      }
      return open;
    },
  };
}

function tryWrite(fd: number, bytes: Uint8Array): number | 'full' | 'closed' {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    if (isErrno(error, 'EAGAIN', 'EINTR')) return 'full';
    // A reader that went away, a terminal that was hung up, a descriptor that was never open: all the same to the guest.
    if (isErrno(error, 'EPIPE', 'EIO', 'EBADF', 'ECONNRESET')) return 'closed';
    throw error;
  }
}
