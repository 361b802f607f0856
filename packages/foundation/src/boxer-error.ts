/**
 * A failure that Boxer anticipates: bad input, a refused grant, a broken blob.
 * Wrong arguments of a function are TypeError or RangeError instead.
 *
 * Messages read "Cannot ‹do› ‹what›: ‹why›" and never contain secrets.
 */
export abstract class BoxerError extends Error {
  /** Stable identifier, `AREA_WHAT`; part of the public interface. */
  abstract readonly code: string;
  /** One imperative sentence that tells the user what to do. */
  readonly hint?: string;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}
