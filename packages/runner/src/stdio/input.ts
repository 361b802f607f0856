import { readSync } from 'node:fs';
import type { ControlBlock } from '../control/control-block.ts';

/** Where the box's standard input comes from. */
export interface InputSource {
  /** Reads at most `max` bytes, without waiting. @returns none when nothing is there yet, `undefined` at the end */
  read(max: number): Uint8Array | undefined;
  /** Whether a read would return bytes or the end at once. */
  ready(): boolean;
  /** Asks for input, so that it arrives while the box waits. */
  request(): void;
}

/** Standard input that is at its end. */
export const emptyInput: InputSource = { read: () => undefined, ready: () => true, request: () => undefined };

/** Input that is all at hand. */
export function bytesInput(bytes: Uint8Array): InputSource {
  let at = 0;
  return {
    read(max) {
      if (at >= bytes.length) return undefined;
      const piece = bytes.subarray(at, at + max);
      at += piece.length;
      return piece;
    },
    ready: () => true,
    request: () => undefined,
  };
}

const LONGEST_READ_BYTES = 65536;

/** Reads a descriptor that never keeps anyone waiting: a regular file, /dev/null. */
export function fileInput(fd: number): InputSource {
  return {
    read(max) {
      const bytes = new Uint8Array(Math.min(max, LONGEST_READ_BYTES));
      const n = readSync(fd, bytes, 0, bytes.length, null);
      return n === 0 ? undefined : bytes.subarray(0, n);
    },
    ready: () => true,
    request: () => undefined,
  };
}

/**
 * Input that the main thread reads (terminal, pipe, stream) and puts into the control block. It is asked only when the
 * box wants input, so that a box that never reads takes nothing away from the programs after it.
 */
export function pumpedInput(control: ControlBlock, ask: () => void): InputSource {
  let askedAt = -1;
  let taken = 0;
  return {
    read(max) {
      const bytes = control.takeInput(max);
      taken += bytes.length;
      if (bytes.length > 0) return bytes;
      return control.inputEnded() && control.inputAvailable() === 0 ? undefined : bytes;
    },
    ready: () => control.inputAvailable() > 0 || control.inputEnded(),
    request() {
      if (askedAt === taken || this.ready()) return;
      askedAt = taken;
      ask();
    },
  };
}
