import type { SupportFunction } from '../support-function.ts';
import {
  add,
  compare,
  divide,
  extreme,
  multiply,
  multiplyAdd,
  squareRoot,
  step,
  subtract,
} from './arithmetic.ts';
import { Environment, modes } from './control.ts';
import { convert, fromFixed, toFixed, toIntegral } from './conversion.ts';
import { reciprocalEstimate, reciprocalExponent, reciprocalSquareRootEstimate } from './estimate.ts';
import { type Format, formatOf } from './number.ts';

/** Computes a result, and collects the exceptions in the environment. */
type Operation = (e: Environment, format: Format, ...operands: readonly [bigint, bigint, bigint]) => bigint;

/** The result in the lower half, the exceptions as FPSR bits in the upper one. */
function withFlags(fpcr: bigint, compute: (e: Environment) => bigint): bigint {
  const e = new Environment(Number(fpcr));
  const result = compute(e);
  return result | (e.flags << 64n);
}

const unary = (operation: Operation) =>
  ({
    params: [32, 64, 32],
    result: 'v128',
    reference: (...[size = 0n, a = 0n, fpcr = 0n]: bigint[]) =>
      withFlags(fpcr, (e) => operation(e, formatOf(Number(size)), a, 0n, 0n)),
  }) as const satisfies SupportFunction;

const binary = (operation: Operation) =>
  ({
    params: [32, 64, 64, 32],
    result: 'v128',
    reference: (...[size = 0n, a = 0n, b = 0n, fpcr = 0n]: bigint[]) =>
      withFlags(fpcr, (e) => operation(e, formatOf(Number(size)), a, b, 0n)),
  }) as const satisfies SupportFunction;

const ternary = (operation: Operation) =>
  ({
    params: [32, 64, 64, 64, 32],
    result: 'v128',
    reference: (...[size = 0n, a = 0n, b = 0n, c = 0n, fpcr = 0n]: bigint[]) =>
      withFlags(fpcr, (e) => operation(e, formatOf(Number(size)), a, b, c)),
  }) as const satisfies SupportFunction;

/** An operation whose first parameter packs what a row knows beforehand. */
const described = (operation: (e: Environment, description: number, operand: bigint) => bigint) =>
  ({
    params: [32, 64, 32],
    result: 'v128',
    reference: (...[description = 0n, a = 0n, fpcr = 0n]: bigint[]) =>
      withFlags(fpcr, (e) => operation(e, Number(description), a)),
  }) as const satisfies SupportFunction;

const modeOf = (number: number) => modes[number] ?? 'even';

/** See `fixedPointDescription` in floating-point.ts. */
const fixedPointOf = (description: number) => ({
  scale: description & 127,
  unsigned: ((description >> 7) & 1) === 1,
  mode: modeOf((description >> 8) & 7),
});
const formatAt = (description: number, shift: number) => formatOf((description >> shift) & 127);

/**
 * Floating point as the Arm ARM defines it, in all rounding modes, with every NaN and exception. Each function takes the
 * size of its format in bits (16, 32, 64), operands as bit patterns and FPCR, and gives the result's bits in the lower
 * half of a vector and the exceptions that it raised, as bits of FPSR, in the upper half.
 *
 * The references compute with exact fractions, so they share no method with the AssemblyScript functions.
 *
 * @source Arm ARM DDI 0487, shared/functions/float
 */
export const floatingPoint = {
  fpAdd: binary(add),
  fpSubtract: binary(subtract),
  fpMultiply: binary((e, format, a, b) => multiply(e, format, a, b, false)),
  fpMultiplyExtended: binary((e, format, a, b) => multiply(e, format, a, b, true)),
  fpDivide: binary(divide),
  fpMaximum: binary((e, format, a, b) => extreme(e, format, a, b, { which: 'max', number: false })),
  fpMinimum: binary((e, format, a, b) => extreme(e, format, a, b, { which: 'min', number: false })),
  fpMaximumNumber: binary((e, format, a, b) => extreme(e, format, a, b, { which: 'max', number: true })),
  fpMinimumNumber: binary((e, format, a, b) => extreme(e, format, a, b, { which: 'min', number: true })),
  /** The flags N, Z, C, V as bits 3 to 0; only a signalling NaN is invalid. */
  fpCompare: binary((e, format, a, b) => compare(e, format, a, b, false)),
  /** The same, where every NaN is invalid. */
  fpCompareSignalling: binary((e, format, a, b) => compare(e, format, a, b, true)),
  /** `(size, addend, a, b, fpcr)` → `addend + a × b`, rounded once. */
  fpMultiplyAdd: ternary(multiplyAdd),
  /** `2 - a × b` */
  fpReciprocalStep: binary((e, format, a, b) => step(e, format, a, b, { constant: 2n, halvings: 0 })),
  /** `(3 - a × b) / 2` */
  fpReciprocalSquareRootStep: binary((e, format, a, b) =>
    step(e, format, a, b, { constant: 3n, halvings: 1 }),
  ),
  fpSquareRoot: unary(squareRoot),
  fpReciprocalEstimate: unary(reciprocalEstimate),
  fpReciprocalSquareRootEstimate: unary(reciprocalSquareRootEstimate),
  fpReciprocalExponent: unary(reciprocalExponent),
  /** Description: bits 0–6 scale, 7 unsigned, 8–10 mode, 11–17 size, 18–24 width of the integer. */
  fpToFixed: described((e, d, a) => toFixed(e, formatAt(d, 11), a, (d >> 18) & 127, fixedPointOf(d))),
  /** The operand is extended to 64 bits. Description: bits 0–6 scale, 7 unsigned, 8–10 mode, 11–17 size. */
  fpFromFixed: described((e, d, a) => fromFixed(e, formatAt(d, 11), a, fixedPointOf(d))),
  /** Description: bit 7 whether a change is inexact, 8–10 mode, 11–17 size. */
  fpToIntegral: described((e, d, a) =>
    toIntegral(e, formatAt(d, 11), a, modeOf((d >> 8) & 7), ((d >> 7) & 1) === 1),
  ),
  /** Description: bits 0–6 size to, 8–10 mode, 11–17 size from. */
  fpConvert: described((e, d, a) => convert(e, formatAt(d, 11), formatAt(d, 0), a, modeOf((d >> 8) & 7))),
} as const satisfies Record<string, SupportFunction>;
