import type { MessagePort } from 'node:worker_threads';
import { GuestCode } from './guest-code.ts';
import { JustInTime } from './jit/just-in-time.ts';
import type { Sampler } from './jit/sampler.ts';
import type { JitThresholds } from './jit/thresholds.ts';
import { leaveRequest } from './later/request-file.ts';
import { PackLibrary } from './pack-library.ts';
import type { LoadedPack } from './pack-source.ts';
import { ProcessCode } from './process-code.ts';

/** What of a box's code is translated, and how. Plain data, but for the port. */
export interface CodePlan {
  /** To the supplier of packs; absent: only what is translated while the box runs is used. */
  readonly supply: MessagePort | undefined;
  /** Absent: nothing is translated while the box runs. */
  readonly jit: JitThresholds | undefined;
  /** Instructions after which packs are used that V8 has yet to compile: shorter boxes lose more than they gain. */
  readonly warmUpInstructions: number;
  /** Instructions of a program before packs are put into its process: that takes some milliseconds, more than many a subshell. */
  readonly patienceInstructions: number;
  /** The box waits for packs. For tests. */
  readonly waitsForPacks: boolean;
  /** Where packs are kept for later runs. */
  readonly cacheFolder: string | undefined;
}

/** The translated code of a box. */
export class BoxCode {
  readonly #library: PackLibrary;
  readonly #jit: JustInTime | undefined;
  readonly #cacheFolder: string | undefined;
  /** Packs that have come since a process ran last: looking whether it executes what they have takes a while. */
  readonly #offers = new Map<ProcessCode, LoadedPack[]>();
  readonly #patience: number;
  /** Instructions until packs are used that V8 has yet to compile. */
  #coldInstructions: number;

  constructor({
    supply,
    jit,
    warmUpInstructions,
    patienceInstructions,
    waitsForPacks,
    cacheFolder,
  }: CodePlan) {
    this.#coldInstructions = warmUpInstructions;
    this.#patience = patienceInstructions;
    this.#cacheFolder = cacheFolder;
    const listener = {
      packCame: (pack: LoadedPack) => this.#offers.forEach((packs) => packs.push(pack)),
      catalogueCame: () => this.#offers.forEach((_, process) => process.searchAll()),
    };
    this.#library = new PackLibrary(supply, listener, waitsForPacks);
    this.#jit = jit && new JustInTime(this.#library, jit, cacheFolder);
  }

  /** Wants to know where processes are more often than at the end of a slice. */
  get sampler(): Sampler | undefined {
    return this.#jit?.sampler;
  }

  /** @returns the code of a new process, when its module takes translated code */
  attach(
    memory: WebAssembly.Memory,
    exports: WebAssembly.Instance['exports'],
    support: WebAssembly.Instance['exports'],
  ): ProcessCode | undefined {
    if (!GuestCode.supports(exports)) return undefined;
    const process = new ProcessCode(new GuestCode(memory, exports, support), this.#library, this.#patience);
    this.#offers.set(process, []);
    return process;
  }

  /** Another program will run in the process. */
  clear(process: ProcessCode): void {
    this.#jit?.forget(process);
    this.#offers.set(process, []);
    process.clear();
  }

  /** The process ends, but is still there. */
  ends(process: ProcessCode): void {
    this.#jit?.ends(process);
  }

  /** The process is gone. */
  drop(process: ProcessCode): void {
    this.#offers.delete(process);
    this.#jit?.forget(process);
  }

  /** Is called whenever a process has executed for a while. */
  afterRun(process: ProcessCode, instructions: number): void {
    process.checkEpoch();
    process.ran(instructions);
    if (this.#library.isWaiting) this.#library.poll();
    for (const pack of this.#offers.get(process)?.splice(0) ?? []) process.offer(pack);
    if (this.#coldInstructions >= 0) {
      this.#coldInstructions -= instructions;
      if (this.#coldInstructions < 0) this.#library.warm();
    }
    this.#jit?.afterRun(process, instructions);
  }

  /** The box has ended by itself. @returns whether it left something to translate for the next run */
  leave(): boolean {
    const request = this.#jit?.finish();
    return (
      request !== undefined && this.#cacheFolder !== undefined && leaveRequest(this.#cacheFolder, request)
    );
  }

  close(): void {
    this.#jit?.close();
    this.#library.close();
  }
}
