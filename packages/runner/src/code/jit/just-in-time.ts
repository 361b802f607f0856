import { BoxTrapError } from '../../errors.ts';
import type { PackLibrary } from '../pack-library.ts';
import type { ProcessCode } from '../process-code.ts';
import { choosePages, copyPages, hotPages, markTried } from './gather-pages.ts';
import { LaterRequest } from './later-request.ts';
import type { TranslatorReply, TranslatorRequest } from './messages.ts';
import { Profile } from './profile.ts';
import { Rounds } from './rounds.ts';
import { Sampler } from './sampler.ts';
import { advance, type Steps } from './steps.ts';
import type { JitThresholds } from './thresholds.ts';
import { Translator } from './translator.ts';

/** Bytes of modules that a box may have translated, all processes together: their machine code takes some times as much. */
const MAX_CODE_BYTES = 16 * 1024 * 1024;
/** The thread is ended when nothing was asked of it for so long. */
const IDLE_MS = 2000;
/** Milliseconds of a slice that choosing code may take. */
const STEP_MS = 2;

/** Only tests wait. */
const FORCED_WAIT_MS = 60_000;
const nobody = new Int32Array(new SharedArrayBuffer(4));

/** Translates what a box spends its time on, in another thread, while the interpreter goes on. */
export class JustInTime {
  readonly sampler: Sampler;
  readonly #library: PackLibrary;
  readonly #thresholds: JitThresholds;
  readonly #cacheFolder: string | undefined;
  readonly #profile = new Profile();
  readonly #rounds: Rounds;
  readonly #later: LaterRequest;
  #translator: Translator | undefined;
  #executed = 0;
  #nextLook: number;
  #codeBytes = 0;
  #lastUse = 0;
  /** Code is being chosen, in this process. */
  #choosing: { readonly process: ProcessCode; readonly steps: Steps<void> } | undefined;
  /** What the translator is at. */
  #asked: TranslatorRequest | undefined;
  /** The process that the last request was for, until another program runs in it. */
  #target: ProcessCode | undefined;

  constructor(library: PackLibrary, thresholds: JitThresholds, cacheFolder: string | undefined) {
    this.#library = library;
    this.#thresholds = thresholds;
    this.#cacheFolder = cacheFolder;
    this.#nextLook = thresholds.lookInstructions;
    this.#rounds = new Rounds(thresholds);
    this.#later = new LaterRequest(this.#profile, thresholds, cacheFolder);
    this.sampler = new Sampler(thresholds.watchDistance, (process, places) =>
      this.#profile.add(process, places),
    );
    if (thresholds.closeAfter === 0) this.#sample(true);
  }

  /** A process ends, but is still there. */
  ends(process: ProcessCode): void {
    this.#later.ends(process);
  }

  /** The box has ended. @returns what is worth translating for the next run */
  finish(): TranslatorRequest | undefined {
    if (this.#asked) return this.#later.isWorthwhile(this.#asked, this.#executed) ? this.#asked : undefined;
    return this.#later.finish();
  }

  /** Another program runs in the process from now on, or none. */
  forget(process: ProcessCode): void {
    this.sampler.flush(process);
    this.#later.forget(process);
    if (this.#target === process) this.#target = undefined;
    if (this.#choosing?.process === process) this.#choosing = undefined;
  }

  /** Is called when a process has executed a slice, or a part of one. */
  afterRun(process: ProcessCode, instructions: number): void {
    this.#executed += instructions;
    if (this.#asked) this.#takeReplies();
    if (this.#choosing) this.#choose(STEP_MS);
    if (this.#executed >= this.#nextLook) this.#look(process);
  }

  #look(process: ProcessCode): void {
    const { lookInstructions, leastShare, leastProfile } = this.#thresholds;
    this.#nextLook = this.#executed + lookInstructions;
    const { samples, interpreted } = this.sampler.newShare();
    if (samples === 0) return;
    const share = interpreted / samples;
    if (this.#asked) return;
    if (this.#translator && performance.now() - this.#lastUse > IDLE_MS) this.close();
    this.#sample(share >= leastShare);
    if (share < leastShare) return;
    const places = this.#profile.samples + this.sampler.kept;
    if (this.#rounds.isDue(this.#executed) && places >= leastProfile)
      this.#begin(process, this.#round(process, share));
    else if (this.#later.isDue(this.#executed)) this.#begin(process, this.#prepareLater(process));
  }

  /** Samples closely while that is of use. */
  #sample(isInterpreted: boolean): void {
    const { closeAfter, sampleDistance, watchDistance } = this.#thresholds;
    const isWanted = !this.#rounds.areOver || this.#later.isPossible;
    const isClose = isInterpreted && isWanted && this.#executed >= closeAfter;
    if (isClose !== this.sampler.keepsPlaces)
      this.sampler.setDistance(isClose ? sampleDistance : watchDistance, isClose);
  }

  /** What was begun for another process has not come to an end, or has been begun again. */
  #begin(process: ProcessCode, steps: Steps<void>): void {
    this.#choosing = { process, steps };
    if (this.#thresholds.isForced) this.#choose(Infinity);
  }

  #choose(milliseconds: number): void {
    if (this.#choosing && advance(this.#choosing.steps, milliseconds)) this.#choosing = undefined;
  }

  *#prepareLater(process: ProcessCode): Steps<void> {
    this.sampler.flushAll();
    yield;
    yield* this.#later.prepare(process, this.#executed);
  }

  /** Has translated what is hot, if that is enough. */
  *#round(process: ProcessCode, share: number): Steps<void> {
    this.sampler.flushAll();
    yield;
    const { samples } = this.#profile;
    const leastSamples = this.#rounds.leastSamples(this.#executed, samples, share);
    const hot = yield* hotPages(process, this.#profile, leastSamples);
    if (!this.#rounds.isWorthwhile(this.#executed, share, hot.samples / samples))
      return this.#rounds.postpone(this.#executed);
    if (!this.#start()) return this.#rounds.stop();
    yield;
    const chosen = yield* choosePages(process, this.#profile, hot.pages);
    const pages = copyPages(process.guest, chosen);
    markTried(chosen.code.values(), leastSamples);
    yield;
    this.#rounds.begin();
    this.#target = process;
    this.#asked = { id: this.#rounds.count, leastSamples, pages };
    this.#translator?.post(this.#asked);
    this.#profile.fade();
    if (this.#thresholds.isForced) this.#wait();
  }

  /** @returns whether there is a translator */
  #start(): boolean {
    this.#translator ??= Translator.start({ cacheFolder: this.#cacheFolder });
    this.#lastUse = performance.now();
    return this.#translator !== undefined;
  }

  #wait(): void {
    for (const started = performance.now(); this.#asked; this.#takeReplies()) {
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
        this.sampler.newShare();
        if (this.#codeBytes > MAX_CODE_BYTES) this.#rounds.stop();
        return this.#rounds.end(this.#executed);
    }
  }

  close(): void {
    this.#translator?.close();
    this.#translator = undefined;
  }
}
