import { compileSupportModule } from '../build/compile-support.ts';
import { generateProcessModule } from '../process/process-module.ts';
import { describeMismatch } from './describe-program.ts';
import { qemuMissing } from './qemu-machine.ts';
import { runFuzzer } from './run.ts';

const seed = Number(process.env['BOXER_SEED'] ?? 20261120);
/** A few batches: each row comes about 50 times. */
const words = Number(process.env['BOXER_WORDS'] ?? 40_000);
const missing = qemuMissing();
if (missing) console.warn(`Skipped: ${missing}`);

// Oracle: qemu-aarch64-static. `pnpm fuzz:a64` runs more of the same.
(missing ? describe.skip : describe)(`random programs, seed ${seed}`, () => {
  test('do the same under qemu, in the interpreter and in translated code', async () => {
    const result = await runFuzzer({
      processModule: await WebAssembly.compile(generateProcessModule({ registration: 'exports' })),
      supportModule: await WebAssembly.compile(await compileSupportModule()),
      seed,
      words,
      lockstepEvery: 16,
    });
    expect(result.mismatches.map((mismatch) => describeMismatch(mismatch, seed))).toEqual([]);
    expect(result.missing).toEqual([]);
  }, 300_000);
});
