import { Resource } from '../guest/handle-table.ts';
import type { Surroundings } from '../guest/surroundings.ts';

/** `wasi:io/poll.pollable`: something that becomes ready, by itself at a time or by the main thread. */
export class Pollable extends Resource {
  readonly #ready: () => boolean;
  /** On the clock of the surroundings, nanoseconds; undefined: no time makes it ready. */
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
  static at(surroundings: Surroundings, deadline: bigint): Pollable {
    return new Pollable(() => surroundings.now() >= deadline, { deadline });
  }

  ready(): boolean {
    return this.#ready();
  }
}
