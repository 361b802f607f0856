import { exitReasons } from '@boxer/abi';
import { type Difference, ExpectedMemory, stateDifferences } from './compare.ts';
import { GUEST_BYTES, signals, slotAddress, STATE_BYTES, stateOffsets } from './layout.ts';
import { Lockstep } from './lockstep.ts';
import { withoutOpenResults } from './open-results.ts';
import type { EngineModules } from '../testing/engine-modules.ts';
import { OurProcess, PLENTY } from './our-process.ts';
import type { Batch, Program } from './program.ts';
import type { QemuResult } from './qemu-machine.ts';

/** A program that does not do the same everywhere. */
export interface Mismatch {
  /** Who differs: the interpreter from qemu, or translated code from the interpreter. */
  readonly who: 'interpreter' | 'translator';
  readonly program: Program;
  readonly batch: Batch;
  readonly differences: readonly Difference[];
}

/** What was executed. */
export class Tally {
  /** Words executed at least once, by row. */
  readonly byRow: Uint32Array;
  /** Words that were translated, in programs that were executed so. */
  readonly translatedByRow: Uint32Array;
  /** Words at which programs ended by SIGSEGV or SIGBUS. */
  readonly faultsByRow: Uint32Array;
  programs = 0;
  translatedPrograms = 0;
  /** Instructions executed, those in loops as often as they were. */
  instructions = 0;
  /** How programs ended, by signal. */
  readonly endings = new Map<number, number>();

  constructor(rowCount: number) {
    this.byRow = new Uint32Array(rowCount);
    this.translatedByRow = new Uint32Array(rowCount);
    this.faultsByRow = new Uint32Array(rowCount);
  }

  /** Different words executed: each word of a program counts once. */
  get words(): number {
    return this.byRow.reduce((sum, count) => sum + count, 0);
  }
}

/** Compares our engine with what qemu made of programs. */
export class Checker {
  readonly #interpreter: OurProcess;
  readonly #lockstep: Lockstep;
  readonly #state = new Uint8Array(STATE_BYTES);

  constructor(modules: EngineModules) {
    this.#interpreter = new OurProcess(modules);
    this.#lockstep = new Lockstep(modules);
  }

  /**
   * Compares a batch.
   *
   * @param inLockstep - programs that are also executed with some of their code translated
   * @param seed - decides on what is translated, and on slices
   */
  check(
    batch: Batch,
    results: readonly QemuResult[],
    tally: Tally,
    { inLockstep, seed }: { readonly inLockstep: readonly Program[]; readonly seed: number },
  ): Mismatch[] {
    const memory = new ExpectedMemory(batch.image);
    this.#interpreter.load(batch);
    const mismatches = batch.programs.flatMap((program, i): Mismatch[] => {
      const result = results[i];
      if (!result) throw new RangeError('A program has no result');
      const differences = this.#compare(program, result, memory);
      this.#count(program, tally);
      return differences.length > 0 ? [{ who: 'interpreter', program, batch, differences }] : [];
    });
    return [...mismatches, ...this.#inLockstep(batch, inLockstep, seed, tally)];
  }

  /** Runs one program in the interpreter alone. @returns its exit reason: `fuel` when it does not end */
  rehearse(batch: Batch, program: Program): number {
    this.#interpreter.load(batch);
    this.#interpreter.start(program);
    return this.#interpreter.run(PLENTY);
  }

  /** Whether what was rehearsed last did not fault at an address that only rubbish leads to. */
  get endedNearby(): boolean {
    return this.#interpreter.faultAddress < BigInt(GUEST_BYTES);
  }

  #compare(program: Program, result: QemuResult, memory: ExpectedMemory): Difference[] {
    const process = this.#interpreter;
    process.start(program);
    const reason = process.run(PLENTY);
    process.collect(reason, this.#state);
    if (reason === exitReasons.fuel) return [{ what: 'end', ours: 'none', expected: 'one' }];
    const differences = [
      ...stateDifferences(this.#state, result.state),
      ...memory.differences(process, result),
    ];
    return differences.length > 0 ? withoutOpenResults(differences, program, this.#state) : [];
  }

  #count({ slot, rows }: Program, tally: Tally): void {
    const process = this.#interpreter;
    tally.programs += 1;
    tally.instructions += Number(PLENTY - process.box.fuel);
    const signal = new DataView(this.#state.buffer).getUint32(stateOffsets.signal, true);
    tally.endings.set(signal, (tally.endings.get(signal) ?? 0) + 1);
    const start = slotAddress(slot);
    if (signal === signals.fault || signal === signals.bus) {
      const row = rows[(Number(process.box.pc) - start) / 4] ?? -1;
      if (row >= 0) tally.faultsByRow[row] = (tally.faultsByRow[row] ?? 0) + 1;
    }
    rows.forEach((row, i) => {
      if (row >= 0 && process.wasExecuted(start + 4 * i)) tally.byRow[row] = (tally.byRow[row] ?? 0) + 1;
    });
  }

  #inLockstep(batch: Batch, programs: readonly Program[], seed: number, tally: Tally): Mismatch[] {
    if (programs.length === 0) return [];
    this.#lockstep.load(batch, programs, seed);
    return programs.flatMap((program): Mismatch[] => {
      const differences = this.#lockstep.run(program, seed + program.number);
      tally.translatedPrograms += 1;
      const start = slotAddress(program.slot);
      program.rows.forEach((row, i) => {
        if (row >= 0 && this.#lockstep.wasTranslated(start + 4 * i))
          tally.translatedByRow[row] = (tally.translatedByRow[row] ?? 0) + 1;
      });
      return differences.length > 0 ? [{ who: 'translator', program, batch, differences }] : [];
    });
  }
}
