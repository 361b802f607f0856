import { BoxTrapError } from '../../errors.ts';
import type { PackLibrary } from '../pack-library.ts';
import type { ProcessCode } from '../process-code.ts';
import { gatherPages, type HotPages, hotPages } from './gather-pages.ts';
import { LaterRequest } from './later-request.ts';
import type { TranslatorReply, TranslatorRequest } from './messages.ts';
import { Profile } from './profile.ts';
import { Sampler, type Share } from './sampler.ts';
import type { JitThresholds } from './thresholds.ts';
import { Translator } from './translator.ts';

/** Bytes of modules that a box may have translated, all processes together: their machine code takes some times as much. */
const MAX_CODE_BYTES = 16 * 1024 * 1024;
/** A round that leaves more than this of the interpreted share has been in vain. */
const VAIN_SHARE = 0.8;
/** The process that is running must have this much of what is hot for its code to be translated. */
const LEAST_WEIGHT = 0.2;
/** Pages that are hashed at once. */
const HASHED_PAGES = 512;
/** The thread is ended when nothing was asked of it for so long. */
const IDLE_MS = 5000;

/** Pages that are hashed at once while there is time, lest the end of the box waits for it. */
const HASHED_AHEAD = 64;

/** Only tests wait. */
const FORCED_WAIT_MS = 60_000;
const nobody = new Int32Array(new SharedArrayBuffer(4));

/** What is being done for the next round: looked whether it pays, looked where, translated. */
type Phase = 'watching' | 'sampling' | 'translating';

const shareOf = ({ samples, interpreted }: Share) => (samples === 0 ? 0 : interpreted / samples);

/** Translates what a box spends its time on, in another thread, while the interpreter goes on. */
export class JustInTime {
  readonly sampler: Sampler;
  readonly #library: PackLibrary;
  readonly #thresholds: JitThresholds;
  readonly #cacheFolder: string | undefined;
  readonly #profile = new Profile();
  #translator: Translator | undefined;
  #phase: Phase = 'watching';
  #executed = 0;
  /** When the phase may end. */
  #until: number;
  #rest: number;
  #rounds = 0;
  #codeBytes = 0;
  /** Of the samples of this round, once there are enough. */
  #share: Share | undefined;
  /** Of the samples before the last round. */
  #shareBefore: number | undefined;
  #lastUse = 0;
  readonly #later: LaterRequest;
  /** Whether samples are taken closely only for later runs. */
  #isForLater = false;
  /** Instructions that were sampled so. */
  #forLater = 0;
  /** What the translator is at. */
  #asked: TranslatorRequest | undefined;
  /** The process that the last request was for, until another program runs in it. */
  #target: ProcessCode | undefined;

  constructor(library: PackLibrary, thresholds: JitThresholds, cacheFolder: string | undefined) {
    this.#library = library;
    this.#thresholds = thresholds;
    this.#cacheFolder = cacheFolder;
    this.#until = thresholds.startAfter;
    this.#rest = thresholds.restInstructions;
    this.#later = new LaterRequest(this.#profile, thresholds, cacheFolder);
    this.sampler = new Sampler(thresholds.watchDistance, (process, places) =>
      this.#profile.add(process, places),
    );
  }

  /** A process ends, but is still there. */
  ends(process: ProcessCode): void {
    if (this.#rounds === 0) this.#later.ends(process);
  }

  /** The box has ended. @returns what is worth translating for the next run */
  finish(): TranslatorRequest | undefined {
    if (this.#asked) return this.#later.isWorthwhile(this.#asked, this.#executed) ? this.#asked : undefined;
    return this.#rounds === 0 ? this.#later.finish() : undefined;
  }

  /** Another program runs in the process from now on, or none. */
  forget(process: ProcessCode): void {
    this.sampler.flush(process);
    this.#later.forget(process);
    if (this.#target === process) this.#target = undefined;
  }

  /** Is called when a process has executed a slice, or a part of one. */
  afterRun(process: ProcessCode, instructions: number): void {
    this.#executed += instructions;
    if (this.#isForLater) this.#forLater += instructions;
    switch (this.#phase) {
      case 'watching':
        return this.#watch(process);
      case 'sampling':
        return this.#finishSampling(process);
      case 'translating':
        return this.#takeReplies();
    }
  }

  #enter(phase: Phase, instructions: number): void {
    const { sampleDistance, watchDistance } = this.#thresholds;
    this.#share = undefined;
    this.sampler.newShare();
    this.sampler.distance = phase === 'sampling' ? sampleDistance : watchDistance;
    this.#isForLater = false;
    this.#phase = phase;
    this.#until = this.#executed + instructions;
  }

  #watch(process: ProcessCode): void {
    const { watchSamples, leastShare, sampledInstructions, mostRounds } = this.#thresholds;
    const { watchDistance, sampleDistance } = this.#thresholds;
    const samples = this.#isForLater ? (watchSamples * watchDistance) / sampleDistance : watchSamples;
    if (this.sampler.samples < samples) return;
    const share = shareOf(this.sampler.newShare());
    if (this.#translator && performance.now() - this.#lastUse > IDLE_MS) this.close();
    if (this.#shareBefore !== undefined) {
      if (share > VAIN_SHARE * this.#shareBefore) this.#rest *= 2;
      this.#shareBefore = undefined;
    }
    const isDone = this.#rounds >= mostRounds || this.#codeBytes > MAX_CODE_BYTES;
    if (this.#executed >= this.#until && share >= leastShare && !isDone)
      return this.#enter('sampling', sampledInstructions);
    this.#watchForLater(process, share);
  }

  /** Boxes that end before anything of them is translated have it done for the next run. */
  #watchForLater(process: ProcessCode, share: number): void {
    const { laterAfter, leastShare, sampleDistance, watchDistance } = this.#thresholds;
    const isWanted = this.#cacheFolder !== undefined && this.#rounds === 0 && this.#executed >= laterAfter;
    const isForLater = isWanted && share >= leastShare;
    if (this.#isForLater) this.#prepareLater(process);
    if (isForLater === this.#isForLater) return;
    this.#isForLater = isForLater;
    this.sampler.distance = isForLater ? sampleDistance : watchDistance;
  }

  #prepareLater(process: ProcessCode): void {
    process.hashMore(HASHED_AHEAD);
    if (!this.#later.isDue(this.#executed)) return;
    this.sampler.flush(process);
    this.#later.prepare(process, this.#executed);
  }

  /** One step a slice, so that nobody waits for long. */
  #finishSampling(process: ProcessCode): void {
    if (this.#executed < this.#until) return;
    const { leastShare, sampledInstructions } = this.#thresholds;
    const share = (this.#share ??= this.sampler.newShare());
    if (shareOf(share) < leastShare) return this.#enter('watching', 0);
    if (!this.#translator) return this.#start();
    if (process.hashMore(HASHED_PAGES)) return;
    this.sampler.flushAll();
    const hot = hotPages(process, this.#profile, this.#leastSamples);
    if (hot.samples >= LEAST_WEIGHT * share.interpreted && hot.pages.length > 0)
      return this.#request(process, hot, shareOf(share));
    // Another process may be the one, or nothing is hot.
    this.#share = undefined;
    this.#until = this.#executed + sampledInstructions / 8;
  }

  /** How much was sampled for this round, in times of what is needed: more when that began for the sake of later runs. */
  get #excess(): number {
    return 1 + this.#forLater / this.#thresholds.sampledInstructions;
  }

  get #leastSamples(): number {
    return Math.round(this.#thresholds.leastSamples * this.#excess);
  }

  #start(): void {
    this.#translator = Translator.start({ cacheFolder: this.#cacheFolder });
    this.#lastUse = performance.now();
    if (!this.#translator) this.#enter('watching', Infinity);
  }

  #request(process: ProcessCode, hot: HotPages, share: number): void {
    this.#shareBefore = share;
    this.#rounds++;
    this.#target = process;
    this.#enter('translating', 0);
    const pages = gatherPages(process, this.#profile, hot);
    this.#asked = { id: this.#rounds, leastSamples: this.#leastSamples, pages };
    this.#translator?.post(this.#asked);
    this.#profile.fade(2 * this.#excess);
    this.#forLater = 0;
    if (this.#thresholds.isForced) this.#wait();
  }

  #wait(): void {
    for (const started = performance.now(); this.#phase === 'translating'; this.#takeReplies()) {
      if (performance.now() - started > FORCED_WAIT_MS)
        throw new BoxTrapError('its translator does not answer');
      Atomics.wait(nobody, 0, 0, 1);
    }
  }

  #takeReplies(): void {
    for (let reply = this.#translator?.poll(); reply; reply = this.#translator?.poll()) this.#take(reply);
  }

  #take(reply: TranslatorReply): void {
    this.#lastUse = performance.now();
    switch (reply.type) {
      case 'code':
        this.#codeBytes += reply.sizeBytes;
        this.#library.add(reply.pack);
        this.#target?.place(reply.pack, reply.base);
        return;
      case 'done':
        this.#asked = undefined;
        return this.#enter('watching', this.#rest);
    }
  }

  close(): void {
    this.#translator?.close();
    this.#translator = undefined;
  }
}
