/**
 * Errors of functions that return an object: they return null and leave the reason here, a positive errno.
 * Valid until the next call of such a function.
 */
export let lastError: i32 = 0;

/** Records why an object could not be returned. */
export function failWith(errno: i32): void {
  lastError = errno;
}
