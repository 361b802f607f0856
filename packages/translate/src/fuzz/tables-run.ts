import { instructions } from '@boxer/a64';
import { RandomSource } from '../testing/random-source.ts';
import { Checker, type Mismatch, Tally } from './checker.ts';
import { fpcrBits } from './float-control.ts';
import { FloatTables } from './float-tables.ts';
import { BATCH_PROGRAMS, IMAGE_BYTES } from './layout.ts';
import type { EngineModules } from '../testing/engine-modules.ts';
import { profileOf } from './processor-profile.ts';
import { type Batch, makeBatch } from './program.ts';
import { QemuMachine, type QemuResult } from './qemu-machine.ts';
import { fuzzRows } from './rows.ts';
import { Shrinker } from './shrink.ts';

const PROCESSOR = 'max';
const FZ16 = 1 << 19;
const MOST_SHRUNK = 5;

export interface TablesOptions extends EngineModules {
  /** Part of a row's name, in small letters. */
  readonly rows?: string;
  /** Executes every so manieth program only. */
  readonly every: number;
  /** Every so manieth of those is also executed in translated code. */
  readonly lockstepEvery: number;
  /** Executes this program alone. */
  readonly program?: number;
  /** Is told of mismatches at once. */
  readonly onMismatch?: (mismatch: Mismatch) => void;
  readonly progress?: (result: TablesResult) => void;
}

export interface TablesResult {
  /** Rows in the tables, and programs that execute all combinations. */
  readonly rows: number;
  readonly length: number;
  readonly tally: Tally;
  readonly mismatches: readonly Mismatch[];
}

/** Executes floating-point rows on edge values: see {@link FloatTables}. */
export async function runFloatTables(options: TablesOptions): Promise<TablesResult> {
  const { every, lockstepEvery, program } = options;
  const qemu = new QemuMachine(PROCESSOR);
  try {
    const wanted = fuzzRows(new RandomSource(1)).filter(({ name }) =>
      name.toLowerCase().includes(options.rows ?? ''),
    );
    const { rows } = await profileOf(qemu, wanted);
    const tables = new FloatTables(rows, (fpcrBits() & FZ16) !== 0);
    const checker = new Checker(options);
    const tally = new Tally(instructions.length);
    const mismatches: Mismatch[] = [];
    const result = { rows: tables.rows, length: tables.length, tally, mismatches };
    const image = new Uint8Array(IMAGE_BYTES);
    const numbers =
      program === undefined
        ? Array.from({ length: Math.ceil(tables.length / every) }, (_, i) => i * every)
        : [program];
    const begin = (first: number): { batch: Batch; results: Promise<QemuResult[]> } => {
      const some = numbers.slice(first, first + BATCH_PROGRAMS);
      const programs = some.map((number, slot) => tables.program(number, slot));
      const batch = makeBatch(PROCESSOR, programs, image);
      return { batch, results: qemu.run(batch) };
    };
    let next = begin(0);
    for (let first = 0; first < numbers.length; first += BATCH_PROGRAMS) {
      const { batch, results } = next;
      const done = await results;
      // While we check one batch qemu executes the next.
      if (first + BATCH_PROGRAMS < numbers.length) next = begin(first + BATCH_PROGRAMS);
      next.results.catch(() => undefined);
      const inLockstep = batch.programs.filter(({ slot }) => slot % lockstepEvery === 0);
      for (const mismatch of checker.check(batch, done, tally, { inLockstep, seed: first })) {
        const shrinks = mismatches.length < MOST_SHRUNK;
        const shown = shrinks ? await new Shrinker(checker, qemu, mismatch, first).shrink() : mismatch;
        mismatches.push(shown);
        options.onMismatch?.(shown);
      }
      options.progress?.(result);
    }
    return result;
  } finally {
    qemu.close();
  }
}
