import type { Access, FlagName, StateName } from '../machine.ts';

/** Memory as the oracle sees it. Both methods throw {@link OracleFault} when the access is not permitted. */
export interface OracleMemory {
  read(address: bigint, bytes: number, access: Access): bigint;
  write(address: bigint, bytes: number, value: bigint): void;
}

/** State of one thread. */
export interface OracleState {
  /** X0…X30, then SP. */
  x: bigint[];
  v: bigint[];
  flags: Record<FlagName, bigint>;
  cells: Record<StateName, bigint>;
  pc: bigint;
}

/** The access is not permitted; nothing has changed. */
export class OracleFault extends Error {
  override readonly name = 'OracleFault';

  constructor(
    readonly address: bigint,
    readonly access: Access,
  ) {
    super(`${access} at 0x${address.toString(16)} is not permitted`);
  }
}

/** What ended the instruction. */
export type OracleOutcome =
  'next' | 'branched' | 'undefined' | 'fault' | 'supervisorCall' | 'breakpoint' | 'yield';

/** A thread whose registers are all 0, and that watches no address. */
export function blankState(pc = 0n): OracleState {
  const zeros = () => Array.from({ length: 32 }, () => 0n);
  return {
    x: zeros(),
    v: zeros(),
    flags: { n: 0n, z: 0n, c: 0n, v: 0n },
    cells: {
      exclusiveAddress: 2n ** 64n - 1n,
      exclusiveLow: 0n,
      exclusiveHigh: 0n,
      tpidr: 0n,
      fpcr: 0n,
      fpsr: 0n,
    },
    pc,
  };
}
