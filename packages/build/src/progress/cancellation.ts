/** A controller that is aborted with a signal from outside, and can be aborted by itself. */
export class Cancellation implements Disposable {
  readonly controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onAbort = () => this.controller.abort(this.#outer?.reason);

  constructor(outer: AbortSignal | undefined) {
    this.#outer = outer;
    if (outer?.aborted === true) this.#onAbort();
    outer?.addEventListener('abort', this.#onAbort);
  }

  [Symbol.dispose](): void {
    this.#outer?.removeEventListener('abort', this.#onAbort);
  }
}
