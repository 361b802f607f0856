import { blankState, execute, OracleFault, type OracleMemory, type OracleState } from '@boxer/a64';
import {
  BRANCH_DISTANCE,
  type Outcome,
  type TestCase,
  type TestResult,
  WINDOW_BYTES,
  windowAddress,
  wordAddress,
} from './machine-state.ts';

/** AArch64 Linux ignores the top byte of data addresses. */
const untagged = (address: bigint) => BigInt.asUintN(56, address);

/** The window of a case; everything else is not mapped. */
function windowMemory(index: number, window: Uint8Array): OracleMemory {
  const start = BigInt(windowAddress(index));
  return {
    read(tagged, bytes, access) {
      const address = untagged(tagged);
      const at = address - start;
      if (at < 0n || at + BigInt(bytes) > BigInt(WINDOW_BYTES)) throw new OracleFault(address, access);
      let value = 0n;
      for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(window[Number(at) + i] ?? 0);
      return value;
    },
    write(tagged, bytes, value) {
      const address = untagged(tagged);
      for (let i = 0; i < bytes; i++)
        window[Number(address - start) + i] = Number((value >> BigInt(8 * i)) & 255n);
    },
  };
}

/** Executes a test case on BigInts. */
export function runInOracle(index: number, { words, before, window: initial }: TestCase): TestResult {
  const window = Uint8Array.from(initial);
  const memory = windowMemory(index, window);
  const tested = wordAddress(index, words);
  const flag = (bit: number) => BigInt((before.nzcv >> bit) & 1);
  const blank = blankState(BigInt(tested - 4 * (words.length - 1)));
  const state: OracleState = {
    ...blank,
    x: [...before.x],
    v: [...before.v],
    flags: { n: flag(3), z: flag(2), c: flag(1), v: flag(0) },
    cells: { ...blank.cells, fpcr: BigInt(before.fpcr), fpsr: BigInt(before.fpsr) },
  };
  const ends = words.map((word) => execute(state, memory, word));
  const end = ends.at(-1);
  const outcome: Outcome = end === 'undefined' || end === 'fault' || end === 'branched' ? end : 'next';
  if (outcome === 'branched' && state.pc !== BigInt(tested + BRANCH_DISTANCE)) {
    throw new Error(`The branch went to 0x${state.pc.toString(16)}`);
  }
  const { n, z, c, v } = state.flags;
  return {
    outcome,
    after: {
      x: state.x,
      v: state.v,
      nzcv: Number((n << 3n) | (z << 2n) | (c << 1n) | v),
      fpcr: Number(state.cells.fpcr),
      fpsr: Number(state.cells.fpsr),
    },
    window,
  };
}
