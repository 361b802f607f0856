import { Resource } from '../guest/handle-table.ts';

/** `wasi:io/poll.pollable`: something that becomes ready, by itself at a time or by the main thread. */
export class Pollable extends Resource {
  readonly #ready: () => boolean;
  /** On the clock of `process.hrtime.bigint`, nanoseconds; undefined: no time makes it ready. */
  readonly deadline: bigint | undefined;
  /** Called before waiting, to ask for what is waited for. */
  readonly request: () => void;

  constructor(ready: () => boolean, how: { readonly deadline?: bigint; readonly request?: () => void } = {}) {
    super();
    this.#ready = ready;
    this.deadline = how.deadline;
    this.request = how.request ?? (() => undefined);
  }

  /** Ready from a time on. */
  static at(deadline: bigint): Pollable {
    return new Pollable(() => process.hrtime.bigint() >= deadline, { deadline });
  }

  ready(): boolean {
    return this.#ready();
  }
}
