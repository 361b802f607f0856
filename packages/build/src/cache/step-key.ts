import { type Digest, digestOf } from '@boxer/foundation';

/** Raised whenever equal steps could come to mean something else. */
const KEY_VERSION = 2;

/**
 * Names the state of a stage after a step: equal keys, equal state.
 *
 * @param parts - everything that the state depends on
 */
export function stepKey(...parts: readonly unknown[]): Digest {
  return digestOf(JSON.stringify([KEY_VERSION, ...parts]));
}
