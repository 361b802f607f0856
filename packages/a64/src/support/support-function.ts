import type { Kind } from '../value.ts';

/** What a function of the support module takes and gives, and its meaning for the oracle. */
export interface SupportFunction {
  readonly params: readonly Kind[];
  readonly result: Kind;
  /**
   * The function on bit patterns, written independently of the AssemblyScript one, for the oracle.
   *
   * @returns the result's bits
   */
  readonly reference: (...operands: bigint[]) => bigint;
}
