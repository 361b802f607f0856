import { constants } from 'node:os';
import type { ControlBlock } from '../control/control-block.ts';

/** Signals that are passed on to the box. SIGWINCH comes with the terminal; SIGUSR1 is Node's own. */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGCONT'] as const;
type Forwarded = (typeof forwarded)[number];

/** After these the box is expected to end. */
const stopping: ReadonlySet<Forwarded> = new Set<Forwarded>(['SIGTERM', 'SIGHUP']);
/** So many interrupts within so long mean that the user has lost patience. */
const IMPATIENT_COUNT = 3;
const IMPATIENT_MS = 3000;

/**
 * Passes signals of this process on to the box, and gives up on a box that does not end: 10 s after SIGTERM or SIGHUP, or
 * at the third SIGINT, SIGQUIT or SIGTERM within 3 s.
 */
export class SignalForwarder {
  readonly #handlers = new Map<Forwarded, () => void>();
  readonly #recent: number[] = [];
  #grace: NodeJS.Timeout | undefined;

  constructor(control: ControlBlock, graceMs: number, giveUp: () => void) {
    for (const name of forwarded) {
      const handler = () => {
        control.raise(constants.signals[name]);
        if (stopping.has(name)) this.#grace ??= setTimeout(giveUp, graceMs);
        if (name !== 'SIGUSR2' && name !== 'SIGCONT' && this.#impatient()) giveUp();
      };
      this.#handlers.set(name, handler);
      process.on(name, handler);
    }
  }

  close(): void {
    for (const [name, handler] of this.#handlers) process.off(name, handler);
    clearTimeout(this.#grace);
  }

  #impatient(): boolean {
    const now = performance.now();
    this.#recent.push(now);
    return this.#recent.filter((time) => now - time < IMPATIENT_MS).length >= IMPATIENT_COUNT;
  }
}
