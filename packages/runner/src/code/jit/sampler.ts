import { cpuState, engineCells } from '@boxer/abi';
import type { ProcessCode } from '../process-code.ts';
import { unevenDistances } from '../uneven-distances.ts';

/** Samples that are kept of a process before they are added up. */
const MOST_KEPT = 8192;

/** How much of what was sampled was interpreted. */
export interface Share {
  readonly samples: number;
  readonly interpreted: number;
}

/** Looks where the processes of a box are, at uneven distances, whatever slices they execute. */
export class Sampler {
  /** Instructions until the next sample is due. */
  untilNext: number;
  #distances: Iterator<number, never>;
  #samples = 0;
  #interpreted = 0;
  readonly #places = new Map<ProcessCode, number[]>();
  readonly #takePlaces: (process: ProcessCode, places: readonly number[]) => void;

  #keepsPlaces = false;

  get keepsPlaces(): boolean {
    return this.#keepsPlaces;
  }

  /**
   * @param instructions - between two samples, on average
   * @param takePlaces - is given addresses that were about to be interpreted, sooner or later
   */
  constructor(instructions: number, takePlaces: (process: ProcessCode, places: readonly number[]) => void) {
    this.#distances = unevenDistances(instructions);
    this.untilNext = this.#distances.next().value;
    this.#takePlaces = takePlaces;
  }

  /** @param keepsPlaces - whether it matters where samples are, and not only how many are interpreted */
  setDistance(instructions: number, keepsPlaces: boolean): void {
    this.#distances = unevenDistances(instructions);
    this.untilNext = this.#distances.next().value;
    this.#keepsPlaces = keepsPlaces;
  }

  /** Takes note of where a process is. */
  take(process: ProcessCode): void {
    this.untilNext = this.#distances.next().value;
    const { words } = process.guest;
    this.#samples++;
    if (words[engineCells.endedTranslated >> 2] !== 0) return;
    this.#interpreted++;
    if (!this.#keepsPlaces || words[(cpuState.pc >> 2) + 1] !== 0) return;
    const places = this.#places.get(process) ?? [];
    if (places.length === 0) this.#places.set(process, places);
    places.push((words[cpuState.pc >> 2] ?? 0) >>> 0);
    if (places.length >= MOST_KEPT) this.flush(process);
  }

  /** Places that were not handed over yet. */
  get kept(): number {
    let sum = 0;
    for (const places of this.#places.values()) sum += places.length;
    return sum;
  }

  /** Hands over what is kept of a process. */
  flush(process: ProcessCode): void {
    const places = this.#places.get(process);
    this.#places.delete(process);
    if (places) this.#takePlaces(process, places);
  }

  flushAll(): void {
    for (const process of this.#places.keys()) this.flush(process);
  }

  /** What was sampled since this was asked for last. */
  newShare(): Share {
    const share = { samples: this.#samples, interpreted: this.#interpreted };
    this.#samples = 0;
    this.#interpreted = 0;
    return share;
  }
}
