import type { OracleMemory, OracleState } from '../oracle/state.ts';

/** A thread whose registers are all 0, and memory that reads as 0 everywhere. */
export function emptyMachine(): { state: OracleState; memory: OracleMemory } {
  const zeros = () => Array.from({ length: 32 }, () => 0n);
  const state: OracleState = {
    x: zeros(),
    v: zeros(),
    flags: { n: 0n, z: 0n, c: 0n, v: 0n },
    cells: { exclusiveAddress: 0n, exclusiveLow: 0n, exclusiveHigh: 0n, tpidr: 0n, fpcr: 0n, fpsr: 0n },
    pc: 0n,
  };
  return { state, memory: { read: () => 0n, write() {} } };
}
