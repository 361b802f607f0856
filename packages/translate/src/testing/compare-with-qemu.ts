import type { Instruction } from '@boxer/a64';
import { InterpreterRunner } from './interpreter-runner.ts';
import { differences, type TestCase, type TestResult } from './machine-state.ts';
import { runUnderQemu } from './qemu-program.ts';
import { randomCase } from './random-cases.ts';
import { RandomSource } from './random-source.ts';

export interface Comparison {
  readonly rows: readonly Instruction[];
  readonly wordsPerRow: number;
  readonly seed: number;
  readonly processModule: WebAssembly.Module;
  readonly supportModule: WebAssembly.Module;
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

function ours(runner: InterpreterRunner, index: number, testCase: TestCase): TestResult | string {
  try {
    return runner.run(index, testCase);
  } catch (error) {
    return String(error);
  }
}

/** Executes random words of rows in the interpreter and under qemu. */
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
    const theirs = runUnderQemu(batch);
    batch.forEach((testCase, i) => {
      const result = ours(runner, i, testCase);
      const expected = theirs[i];
      const lines =
        typeof result === 'string' || !expected ? [String(result)] : differences(result, expected);
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
