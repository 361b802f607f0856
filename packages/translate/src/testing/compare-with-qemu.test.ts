import { instructions } from '@boxer/a64';
import { describeIf, whyNoCommand } from '@boxer/foundation/testing';
import { compareWithQemu, deviationsOf } from './compare-with-qemu.ts';
import { type EngineModules, makeEngineModules } from './engine-modules.ts';
import { BRANCH_DISTANCE, type TestCase, WINDOW_BYTES, wordAddress } from './machine-state.ts';

const seed = Number(process.env['BOXER_SEED'] ?? 20261120);
const wordsPerRow = Number(process.env['BOXER_WORDS'] ?? 2);
/** Where the harness expects a taken branch of the first case to go. */
const BRANCH_TARGET = BigInt(wordAddress(0, [0]) + BRANCH_DISTANCE);

// Oracle: qemu-aarch64-static. `pnpm --filter @boxer/translate fuzz:words` runs more of the same.
describeIf(
  whyNoCommand('qemu-aarch64-static'),
  'the instruction table, in the interpreter and on BigInts',
  () => {
    let modules: EngineModules;

    beforeAll(async () => {
      modules = await makeEngineModules();
    }, 120_000);

    it(`agrees with qemu on ${wordsPerRow} random words of every row (seed ${seed})`, () => {
      const { mismatches, tested } = compareWithQemu({ rows: instructions, wordsPerRow, seed, ...modules });
      expect(
        mismatches.map(({ row, words, lines }) => `${row} ${words}: ${lines.slice(0, 3).join('; ')}`),
      ).toEqual([]);
      expect(tested).toBeGreaterThan(instructions.length * wordsPerRow * 0.8);
    }, 120_000);

    // Each was wrong once.
    it.each([
      ['BLR X30 branches to the old X30', [0xd63f03c0], { 30: 'branch target' }],
      ['CASP with an odd register is unallocated', [0x08247c21], {}],
      ['CASP of 64 bits with an odd register is unallocated', [0x487f7d60], {}],
    ] as const)('%s', (_, words, registers) => {
      const x = Array.from({ length: 32 }, (_unused, i) =>
        i in registers ? BRANCH_TARGET : BigInt(i) << 32n,
      );
      const testCase: TestCase = {
        name: 'regression',
        words,
        before: { x, v: Array.from({ length: 32 }, (_unused, i) => BigInt(i)), nzcv: 5, fpcr: 0, fpsr: 0 },
        window: new Uint8Array(WINDOW_BYTES),
      };
      expect(deviationsOf([testCase], modules)).toEqual([[]]);
    });
  },
);
