import type { Kind, Value } from '../value.ts';
import { cryptography } from './cryptography/index.ts';
import { halves } from './floating-point/halves.ts';
import { floatingPoint } from './floating-point/index.ts';
import { fusedMultiplyAdd } from './fused-multiply-add.ts';
import type { SupportFunction } from './support-function.ts';
import { vectorShift } from './vector-shift.ts';

/**
 * Functions that Wasm lacks: written in AssemblyScript (packages/translate/assembly, one file per topic), imported by
 * the process module from module "support" under these names. Each depends on its arguments alone.
 */
export const supportFunctions = {
  ...fusedMultiplyAdd,
  ...floatingPoint,
  ...halves,
  ...cryptography,
  ...vectorShift,
} as const satisfies Record<string, SupportFunction>;

export type SupportName = keyof typeof supportFunctions;

/** Position by position, so that a name chosen by a static field (`fma32` or `fma64`) takes operands of either kind. */
type Values<P extends readonly Kind[]> = [P] extends [readonly [Kind]]
  ? [a: Value<P[0]>]
  : [P] extends [readonly [Kind, Kind]]
    ? [a: Value<P[0]>, b: Value<P[1]>]
    : [P] extends [readonly [Kind, Kind, Kind]]
      ? [a: Value<P[0]>, b: Value<P[1]>, c: Value<P[2]>]
      : [P] extends [readonly [Kind, Kind, Kind, Kind]]
        ? [a: Value<P[0]>, b: Value<P[1]>, c: Value<P[2]>, d: Value<P[3]>]
        : [P] extends [readonly [Kind, Kind, Kind, Kind, Kind]]
          ? [a: Value<P[0]>, b: Value<P[1]>, c: Value<P[2]>, d: Value<P[3]>, e: Value<P[4]>]
          : never;
export type SupportArguments<N extends SupportName> = Values<(typeof supportFunctions)[N]['params']>;
export type SupportResult<N extends SupportName> = Value<(typeof supportFunctions)[N]['result']>;
