import { pagePermissions } from '@boxer/abi';
import { blocksOf, hotBlocks, TriedCode } from '../later/tried-code.ts';
import type { ProcessCode } from '../process-code.ts';
import { choosePages, copyPages, type GatheredPages, hotPages } from './gather-pages.ts';
import type { TranslatorRequest } from './messages.ts';
import type { Profile } from './profile.ts';
import type { Steps } from './steps.ts';
import type { JitThresholds } from './thresholds.ts';

/** Fewer than what a round asks for: nobody waits for this code to be compiled. */
const LEAST_SAMPLES = 2;
/** Hot code that was never tried must make up this much of all that the box has executed. */
const WORTHWHILE_SHARE = 0.1;
/** Pages are chosen again when the box has executed so many times as much. */
const GROWTH = 1.6;

/** Pages of a process that would be translated, had the box ended. */
interface Choice {
  readonly process: ProcessCode;
  readonly pages: GatheredPages;
}

/**
 * What a box would have had translated, had it gone on for longer. Pages are chosen now and then while it runs, and copied
 * when it ends, or the process does: nobody waits for that.
 */
export class LaterRequest {
  readonly #profile: Profile;
  readonly #thresholds: JitThresholds;
  readonly #tried: TriedCode | undefined;
  #nextAt: number;
  #choice: Choice | undefined;
  #request: TranslatorRequest | undefined;

  /** @param cacheFolder - that packs are kept in; undefined: nothing is */
  constructor(profile: Profile, thresholds: JitThresholds, cacheFolder: string | undefined) {
    this.#profile = profile;
    this.#thresholds = thresholds;
    this.#nextAt = thresholds.laterAfter;
    this.#tried = cacheFolder === undefined ? undefined : new TriedCode(cacheFolder);
  }

  /** Whether there is a folder to leave anything in. */
  get isPossible(): boolean {
    return this.#tried !== undefined && this.#nextAt < Infinity;
  }

  /** Whether pages are to be chosen (again). */
  isDue(executed: number): boolean {
    return this.#tried !== undefined && executed >= this.#nextAt;
  }

  /** Chooses pages of a process, in a box that has executed so much, in steps. */
  *prepare(process: ProcessCode, executed: number): Steps<void> {
    this.#nextAt = executed * GROWTH;
    const { pages } = yield* hotPages(process, this.#profile, LEAST_SAMPLES);
    // What is made at run time will hardly be the same again.
    const fixed = pages.filter(({ page }) => (process.guest.permissions(page) & pagePermissions.write) === 0);
    const sampled = fixed.map((each) => ({ ...each, hash: process.hashOf(each.page) ?? 0 }));
    if (!this.#isMuch(hotBlocks(sampled, LEAST_SAMPLES), executed)) return;
    this.#choice = { process, pages: yield* choosePages(process, this.#profile, fixed) };
  }

  #isMuch(blocks: ReadonlyMap<number, number>, executed: number): boolean {
    const least = (WORTHWHILE_SHARE * executed) / this.#thresholds.sampleDistance;
    return this.#tried !== undefined && this.#tried.untried(blocks) >= least;
  }

  /** Whether a request that the translator of this run has not answered is worth leaving. */
  isWorthwhile(request: TranslatorRequest, executed: number): boolean {
    return this.#isMuch(blocksOf(request), executed);
  }

  /** A process ends, but is still there. */
  ends(process: ProcessCode): void {
    if (this.#choice?.process !== process) return;
    const pages = copyPages(process.guest, this.#choice.pages);
    this.#choice = undefined;
    this.#request = { id: 0, leastSamples: LEAST_SAMPLES, pages };
  }

  /** Nothing is left of a process. */
  forget(process: ProcessCode): void {
    if (this.#choice?.process === process) this.#choice = undefined;
  }

  /** The box ends. @returns what processes have left, that included which is still there */
  finish(): TranslatorRequest | undefined {
    if (this.#choice) this.ends(this.#choice.process);
    return this.#request;
  }
}
