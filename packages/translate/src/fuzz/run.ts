import { instructions } from '@boxer/a64';
import { RandomSource } from '../testing/random-source.ts';
import { Checker, type Mismatch, Tally } from './checker.ts';
import { FZ16, fpcrBits } from './float-control.ts';
import { Generator, mix } from './generator.ts';
import type { EngineModules } from '../testing/engine-modules.ts';
import { type ProcessorProfile, profileOf } from './processor-profile.ts';
import type { Batch } from './program.ts';
import { type Processor, processors } from './processors.ts';
import { QemuMachine, type QemuResult } from './qemu-machine.ts';
import { fuzzRows } from './rows.ts';
import { Shrinker } from './shrink.ts';

/** Batches of these processors follow each other. */
const ORDER: readonly Processor[] = ['max', 'cortex-a57', 'max', 'neoverse-n1'];
/** Mismatches that are shrunk; more of them seldom say more. */
const MOST_SHRUNK = 5;

export interface RunOptions extends EngineModules {
  readonly seed: number;
  /** Part of a row's name, in small letters; programs are made of such rows only. */
  readonly rows?: string;
  /** Ends the run when so many different words have been executed. */
  readonly words: number;
  /** Ends the run at this time, in milliseconds since 1970. */
  readonly deadline?: number;
  /** The program to execute, instead of many. */
  readonly program?: number;
  /** Number of a program with whose batch the run begins. */
  readonly from?: number;
  /** Is told of mismatches at once. */
  readonly onMismatch?: (mismatch: Mismatch) => void;
  /** Every so manieth program is also executed in translated code. */
  readonly lockstepEvery: number;
  /** Is told how far the run is, now and then. */
  readonly progress?: (run: RunResult) => void;
}

export interface RunResult {
  readonly seed: number;
  readonly tallies: Readonly<Record<Processor, Tally>>;
  readonly profiles: Readonly<Record<Processor, ProcessorProfile>>;
  /** As they were found; the first ones made small. */
  readonly mismatches: readonly Mismatch[];
  /** Rows that qemu has and that were asked for, but never executed. */
  readonly missing: readonly string[];
}

type Each<T> = Record<Processor, T>;
const names = Object.keys(processors) as Processor[];

async function forEach<T>(make: (processor: Processor) => Promise<T> | T): Promise<Each<T>> {
  const made = await Promise.all(names.map(async (name) => [name, await make(name)] as const));
  return Object.fromEntries(made) as Each<T>;
}

interface Pending {
  readonly index: number;
  readonly batch: Batch;
  readonly results: Promise<QemuResult[]>;
}

/** Random programs, executed under qemu, in the interpreter and in translated code. */
class Run {
  readonly mismatches: Mismatch[] = [];
  readonly tallies: Each<Tally>;
  readonly #checker: Checker;

  constructor(
    readonly options: RunOptions,
    readonly machines: Each<QemuMachine>,
    readonly profiles: Each<ProcessorProfile>,
    readonly generators: Each<Generator>,
  ) {
    this.#checker = new Checker(options);
    const tallies = names.map((name) => [name, new Tally(instructions.length)] as const);
    this.tallies = Object.fromEntries(tallies) as Each<Tally>;
  }

  get words(): number {
    return Object.values(this.tallies).reduce((sum, { words }) => sum + words, 0);
  }

  get #isOver(): boolean {
    const { words, deadline = Infinity } = this.options;
    return this.words >= words || Date.now() >= deadline;
  }

  #begin(index: number): Pending {
    const processor = ORDER[index % ORDER.length] ?? 'max';
    const generator = this.generators[processor];
    const { program } = this.options;
    const batch = program === undefined ? generator.batch(index) : generator.single(program);
    return { index, batch, results: this.machines[processor].run(batch) };
  }

  async #finish({ index, batch, results }: Pending): Promise<void> {
    const { seed, lockstepEvery, program } = this.options;
    const inLockstep = batch.programs.filter(
      ({ slot }) => program !== undefined || slot % lockstepEvery === 0,
    );
    const lockstepSeed = mix(seed, 5, index);
    const found = this.#checker.check(batch, await results, this.tallies[batch.processor], {
      inLockstep,
      seed: lockstepSeed,
    });
    for (const mismatch of found) {
      const shrinks = this.mismatches.length < MOST_SHRUNK;
      const shrinker = new Shrinker(this.#checker, this.machines[batch.processor], mismatch, lockstepSeed);
      const shown = shrinks ? await shrinker.shrink() : mismatch;
      this.mismatches.push(shown);
      this.options.onMismatch?.(shown);
    }
  }

  async execute(): Promise<void> {
    const { program } = this.options;
    if (program !== undefined) {
      await this.#finish(this.#begin(Math.floor(program / Generator.batchPrograms)));
      return;
    }
    // While we check one batch qemu executes the next, of another processor.
    const first = Math.floor((this.options.from ?? 0) / Generator.batchPrograms);
    let next = this.#begin(first);
    for (let index = first + 1; ; index++) {
      const current = next;
      const results = await current.results;
      next = this.#begin(index);
      next.results.catch(() => undefined);
      await this.#finish({ ...current, results: Promise.resolve(results) });
      this.options.progress?.(this.result);
      if (this.#isOver) break;
    }
    await next.results;
  }

  get result(): RunResult {
    const { seed, program } = this.options;
    const wanted = new Set(names.flatMap((name) => this.profiles[name].rows.map(({ index }) => index)));
    const missing = instructions.flatMap(({ name }, i) => {
      const executed = names.some((processor) => (this.tallies[processor].byRow[i] ?? 0) > 0);
      return wanted.has(i) && !executed && program === undefined ? [name] : [];
    });
    return { seed, tallies: this.tallies, profiles: this.profiles, mismatches: this.mismatches, missing };
  }
}

/** Compares our engine with qemu on random programs. */
export async function runFuzzer(options: RunOptions): Promise<RunResult> {
  const machines = await forEach((processor) => new QemuMachine(processor));
  try {
    const all = fuzzRows(new RandomSource(1));
    const wanted = all.filter(({ name }) => name.toLowerCase().includes(options.rows ?? ''));
    const profiles = await forEach((processor) => profileOf(machines[processor], wanted));
    const generators = await forEach(
      (processor) =>
        new Generator({
          processor,
          rows: profiles[processor].rows,
          seed: options.seed,
          traits: profiles[processor].traits,
          // Armv8.0 has none.
          halfFlush: processor !== 'cortex-a57' && (fpcrBits() & FZ16) !== 0,
        }),
    );
    const run = new Run(options, machines, profiles, generators);
    await run.execute();
    return run.result;
  } finally {
    for (const machine of Object.values(machines)) machine.close();
  }
}
