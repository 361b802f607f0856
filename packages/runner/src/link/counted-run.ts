import { engineCells, exitReasons } from '@boxer/abi';

/** Wants to look at a process again and again, whatever slices it executes. */
export interface Watcher {
  /** Instructions until the next look is due; counted down here. */
  untilNext: number;
}

const LOW = engineCells.fuel >> 2;

/** Executes slices, in pieces when somebody watches, and counts instructions. */
export class CountedRun {
  readonly #memory: WebAssembly.Memory;
  readonly #run: () => number;
  #words: Int32Array;

  /** @param run - the process module's own */
  constructor(memory: WebAssembly.Memory, run: () => number) {
    this.#memory = memory;
    this.#run = run;
    this.#words = new Int32Array(memory.buffer);
  }

  #cells(): Int32Array {
    // Growing detaches the buffer.
    if (this.#words.length === 0) this.#words = new Int32Array(this.#memory.buffer);
    return this.#words;
  }

  /** Instructions that may still be executed; a little below zero at the end of a slice. */
  get fuel(): number {
    const words = this.#cells();
    return (words[LOW + 1] ?? 0) * 2 ** 32 + ((words[LOW] ?? 0) >>> 0);
  }

  set fuel(instructions: number) {
    const words = this.#cells();
    words[LOW] = instructions;
    words[LOW + 1] = Math.floor(instructions / 2 ** 32);
  }

  /** Executes a slice. @returns the reason why it ended */
  whole(): number {
    return this.#run();
  }

  /** The same in pieces, with a look after each: it ends at the same instruction as in one. */
  watched(watcher: Watcher, look: () => void): number {
    for (;;) {
      const left = this.fuel;
      const piece = Math.min(left, Math.max(watcher.untilNext, 0));
      this.fuel = piece;
      const reason = this.#run();
      const executed = piece - this.fuel;
      this.fuel = left - executed;
      watcher.untilNext -= executed;
      if (watcher.untilNext < 0 && reason === exitReasons.fuel) look();
      if (reason !== exitReasons.fuel || executed > left) return reason;
    }
  }
}
