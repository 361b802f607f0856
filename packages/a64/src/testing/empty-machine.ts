import { blankState, type OracleMemory, type OracleState } from '../oracle/state.ts';

/** A thread whose registers are all 0, and memory that reads as 0 everywhere. */
export function emptyMachine(): { state: OracleState; memory: OracleMemory } {
  return { state: blankState(), memory: { read: () => 0n, write() {} } };
}
