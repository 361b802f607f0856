import type { Instruction } from '@boxer/a64';
import type { EngineModules } from './engine-modules.ts';
import { InterpreterRunner } from './interpreter-runner.ts';
import { differences, type TestCase, type TestResult } from './machine-state.ts';
import { runInOracle } from './oracle-runner.ts';
import { runUnderQemu } from './qemu-program.ts';
import { randomCase } from './random-cases.ts';
import { RandomSource } from './random-source.ts';

export interface Comparison extends EngineModules {
  readonly rows: readonly Instruction[];
  readonly wordsPerRow: number;
  readonly seed: number;
}

export interface Mismatch {
  readonly row: string;
  /** The case's words in hexadecimal. */
  readonly words: string;
  readonly lines: readonly string[];
  readonly testCase: TestCase;
}

/** Cases that one qemu process executes. */
const BATCH = 4000;

/** What differs from qemu's result, each line headed by who differs. */
function deviations(who: string, run: () => TestResult, expected: TestResult): string[] {
  try {
    return differences(run(), expected).map((line) => `${who}: ${line}`);
  } catch (error) {
    return [`${who}: ${String(error)}`];
  }
}

/** What differs from qemu's result, for each of at most {@link BATCH} cases. */
function deviationsIn(runner: InterpreterRunner, cases: readonly TestCase[]): string[][] {
  const theirs = runUnderQemu(cases);
  return cases.map((testCase, i) => {
    const expected = theirs[i];
    if (!expected) return ['qemu has no result'];
    return [
      ...deviations('interpreter', () => runner.run(i, testCase), expected),
      ...deviations('oracle', () => runInOracle(i, testCase), expected),
    ];
  });
}

/** Executes cases in the interpreter, in the oracle and under qemu. @returns what differs, for each case */
export function deviationsOf(cases: readonly TestCase[], modules: EngineModules): string[][] {
  return deviationsIn(new InterpreterRunner(modules, cases.length), cases);
}

/** Does the same with random words of rows. */
export function compareWithQemu(comparison: Comparison): {
  readonly tested: number;
  readonly mismatches: Mismatch[];
} {
  const random = new RandomSource(comparison.seed);
  const runner = new InterpreterRunner(comparison, BATCH);
  const mismatches: Mismatch[] = [];
  let tested = 0;
  let batch: TestCase[] = [];
  const flush = () => {
    if (batch.length === 0) return;
    const all = deviationsIn(runner, batch);
    batch.forEach((testCase, i) => {
      const lines = all[i] ?? [];
      if (lines.length === 0) return;
      const words = testCase.words.map((word) => word.toString(16).padStart(8, '0')).join(' ');
      mismatches.push({ row: testCase.name, words, lines, testCase });
    });
    tested += batch.length;
    batch = [];
  };
  for (const row of comparison.rows) {
    for (let i = 0; i < comparison.wordsPerRow; i++) {
      const testCase = randomCase(random, row, batch.length, runner);
      if (testCase) batch.push(testCase);
      if (batch.length === BATCH) flush();
    }
  }
  flush();
  return { tested, mismatches };
}
