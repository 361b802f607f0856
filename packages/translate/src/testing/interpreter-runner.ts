import { cpuState, engineCells, exitReasons, pagePermissions } from '@boxer/abi';
import { BareProcess } from './bare-process.ts';
import type { EngineModules } from './engine-modules.ts';
import {
  BLOCK_BYTES,
  blockAddress,
  BRANCH_DISTANCE,
  CASES_AT,
  type MachineState,
  type Outcome,
  type TestCase,
  type TestResult,
  WINDOW_BYTES,
  windowAddress,
  wordAddress,
} from './machine-state.ts';

/** Breakpoints, from the start of a case's block on. */
const AROUND = Array.from({ length: WINDOW_BYTES / 4 }, () => 0xd420_0000);
const ALL = pagePermissions.read | pagePermissions.write | pagePermissions.execute;
const PLENTY = 1_000_000n;

/** Executes test cases in the process module. */
export class InterpreterRunner {
  readonly #process: BareProcess;

  constructor(
    options: EngineModules,
    capacity: number,
    /** Is called before the words at `pc` are executed. */
    readonly prepare: (process: BareProcess, pc: number) => void = () => undefined,
  ) {
    this.#process = new BareProcess({ ...options, guestBytes: CASES_AT + (capacity + 1) * BLOCK_BYTES });
  }

  #start(index: number, { words, before, window }: TestCase, permissions: number): number {
    const process = this.#process;
    const at = blockAddress(index);
    const tested = wordAddress(index, words);
    process.writeWords(at, AROUND);
    process.writeWords(tested - 4 * (words.length - 1), words);
    process.guest(windowAddress(index), WINDOW_BYTES).set(window);
    process.forgetCode(at, BLOCK_BYTES);
    process.permit(at, BLOCK_BYTES, permissions);
    before.x.forEach((value, i) => process.setX(i, value));
    before.v.forEach((value, i) => process.setV(i, value));
    process.flags = before.nzcv;
    process.view.setUint32(cpuState.fpcr, before.fpcr, true);
    process.view.setUint32(cpuState.fpsr, before.fpsr, true);
    process.view.setBigInt64(cpuState.exclusiveAddress, -1n, true);
    process.pc = BigInt(tested - 4 * (words.length - 1));
    process.fuel = PLENTY;
    this.prepare(process, Number(process.pc));
    try {
      return process.run();
    } finally {
      // Other cases must not get at it: under qemu they would change what it executes.
      process.permit(at, BLOCK_BYTES, 0);
    }
  }

  /** The address that the tested instruction accesses first, if it does. */
  firstAccess(index: number, testCase: TestCase): bigint | undefined {
    const reason = this.#start(index, testCase, pagePermissions.execute);
    const execute = this.#process.view.getUint32(engineCells.faultAccess, true) === pagePermissions.execute;
    if (reason !== exitReasons.fault || execute) return undefined;
    return this.#process.view.getBigUint64(engineCells.faultAddress, true);
  }

  run(index: number, testCase: TestCase): TestResult {
    const reason = this.#start(index, testCase, ALL);
    const process = this.#process;
    const distance = Number(process.pc) - wordAddress(index, testCase.words);
    return {
      outcome: this.#outcome(reason, distance),
      after: this.#state(),
      window: Uint8Array.from(process.guest(windowAddress(index), WINDOW_BYTES)),
    };
  }

  #outcome(reason: number, distance: number): Outcome {
    const stopped = reason === exitReasons.breakpoint || reason === exitReasons.yield;
    if (stopped && distance === 4) return 'next';
    if (stopped && distance === BRANCH_DISTANCE) return 'branched';
    if (reason === exitReasons.undefined && distance === 0) return 'undefined';
    if (reason === exitReasons.fault && distance === 0) return 'fault';
    throw new Error(`Left for reason ${reason}, ${distance} bytes from the tested instruction`);
  }

  #state(): MachineState {
    const process = this.#process;
    return {
      x: Array.from({ length: 32 }, (_, i) => process.x(i)),
      v: Array.from({ length: 32 }, (_, i) => process.v(i)),
      nzcv: process.flags,
      fpcr: process.view.getUint32(cpuState.fpcr, true),
      fpsr: process.view.getUint32(cpuState.fpsr, true),
    };
  }
}
