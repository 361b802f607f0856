import type { JitThresholds } from './thresholds.ts';

/** What is hot must make up this much of what is interpreted. */
const LEAST_WEIGHT = 0.2;
/** Where too little is hot yet, that is looked at again when the box has executed so many times as much. */
const POSTPONED = 1.15;

/** Decides when code is translated, and which: what a box has executed so far is taken for what it will execute yet. */
export class Rounds {
  readonly #thresholds: JitThresholds;
  #count = 0;
  #isStopped = false;
  #due: number;

  constructor(thresholds: JitThresholds) {
    this.#thresholds = thresholds;
    this.#due = thresholds.startAfter;
  }

  get count(): number {
    return this.#count;
  }

  /** Whether there will be no other round. */
  get areOver(): boolean {
    return this.#isStopped || this.#count >= this.#thresholds.mostRounds;
  }

  isDue(executed: number): boolean {
    return !this.areOver && executed >= this.#due;
  }

  /**
   * @param executed - instructions, by the box
   * @param samples - that were taken of interpreted code
   * @param share - of all samples that those were
   * @returns samples that make a place hot
   */
  leastSamples(executed: number, samples: number, share: number): number {
    const { leastOfPlace, leastSamples } = this.#thresholds;
    return Math.max(leastSamples, Math.ceil((leastOfPlace / executed) * (samples / share)));
  }

  /**
   * @param weight - of what was interpreted, how much was in hot places
   * @returns whether to translate those
   */
  isWorthwhile(executed: number, share: number, weight: number): boolean {
    const { leastOfFirst, leastOfRound } = this.#thresholds;
    const least = this.#count === 0 ? leastOfFirst : leastOfRound;
    return weight >= LEAST_WEIGHT && executed * share * weight >= least;
  }

  /** Too little is hot. */
  postpone(executed: number): void {
    this.#due = executed * POSTPONED;
  }

  /** Code is translated now. */
  begin(): void {
    this.#count++;
    this.#due = Infinity;
  }

  /** What was to be translated is. */
  end(executed: number): void {
    const { restShare, mostRest } = this.#thresholds;
    this.#due = executed + Math.min(restShare * executed, mostRest);
  }

  /** There is no translator, or there is enough code. */
  stop(): void {
    this.#isStopped = true;
  }
}
