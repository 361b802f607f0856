import { describeIf } from '@boxer/foundation/testing';
import { describeMismatch } from './describe-program.ts';
import { whyNoQemu } from './qemu-machine.ts';
import { type EngineModules, makeEngineModules } from '../testing/engine-modules.ts';
import { runFuzzer } from './run.ts';
import { runFloatTables } from './tables-run.ts';

const seed = Number(process.env['BOXER_SEED'] ?? 20261120);
/** A batch of each processor: each row comes about 80 times. */
const words = Number(process.env['BOXER_WORDS'] ?? 80_000);
/** Every so manieth program of the tables. */
const tablesEvery = Number(process.env['BOXER_TABLES_EVERY'] ?? 397);

// Oracle: qemu-aarch64-static. `pnpm fuzz:a64` runs more of the same.
describeIf(whyNoQemu(), `random programs, seed ${seed}`, () => {
  let modules: EngineModules;
  beforeAll(async () => {
    modules = await makeEngineModules();
  }, 120_000);

  test('do the same under qemu, in the interpreter and in translated code', async () => {
    const result = await runFuzzer({ ...modules, seed, words, lockstepEvery: 16 });
    expect(result.mismatches.map((mismatch) => describeMismatch(mismatch, seed))).toEqual([]);
    expect(result.missing).toEqual([]);
  }, 300_000);

  test('that are tables of edge values for floating-point rows do so, too', async () => {
    const { mismatches, tally } = await runFloatTables({ ...modules, every: tablesEvery, lockstepEvery: 8 });
    expect(mismatches.map((mismatch) => describeMismatch(mismatch, 0))).toEqual([]);
    expect(tally.instructions).toBeGreaterThan(10_000);
  }, 300_000);
});
