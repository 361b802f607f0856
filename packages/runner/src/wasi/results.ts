import { BoxEnd } from '../guest/box-end.ts';
import { BoxTrapError } from '../errors.ts';
import type { GuestMemory } from '../guest/guest-memory.ts';
import { errorCodeOf } from '../host-files/host-errno.ts';

/**
 * Stores a `result<T, error-code>` of wasi:filesystem.
 *
 * @param at - where the guest wants it
 * @param payloadAt - offset of the payload, which is the alignment of T
 * @param action - stores T at the address it is given; an errno it throws becomes the error code
 */
export function storeFileResult(
  memory: GuestMemory,
  at: number,
  payloadAt: 1 | 4 | 8,
  action: (payload: number) => void,
): void {
  const start = memory.check(at, payloadAt + 1);
  try {
    action(start + payloadAt);
    memory.setU8(start, 0);
  } catch (error) {
    if (error instanceof BoxTrapError || error instanceof BoxEnd) throw error;
    const code = errorCodeOf(error);
    memory.setU8(start, 1);
    memory.setU8(start + payloadAt, code);
  }
}

/** Stores the `closed` case of a `result<_, stream-error>`. */
export function storeClosed(memory: GuestMemory, at: number, payloadAt: 4 | 8 = 4): void {
  const CLOSED = 1;
  memory.setU8(at, 1);
  memory.setU8((at >>> 0) + payloadAt, CLOSED);
}

/** Stores the `last-operation-failed` case of a `result<_, stream-error>`. */
export function storeFailed(memory: GuestMemory, at: number, error: number, payloadAt: 4 | 8 = 4): void {
  const LAST_OPERATION_FAILED = 0;
  memory.setU8(at, 1);
  memory.setU8((at >>> 0) + payloadAt, LAST_OPERATION_FAILED);
  memory.setU32((at >>> 0) + payloadAt + 4, error);
}
