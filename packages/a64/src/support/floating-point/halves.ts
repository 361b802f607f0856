import type { SupportFunction } from '../support-function.ts';
import { exceptions } from './control.ts';
import { floatingPoint } from './index.ts';

/** What {@link halves} may do with each half, by number; packages/translate/assembly/halves.ts has the same order. */
export const halfOperations = [
  'fpAdd',
  'fpSubtract',
  'fpMultiply',
  'fpMultiplyExtended',
  'fpDivide',
  'fpMaximum',
  'fpMinimum',
  'fpMaximumNumber',
  'fpMinimumNumber',
  'fpCompare',
  'fpCompareSignalling',
  'fpReciprocalStep',
  'fpReciprocalSquareRootStep',
  'fpSquareRoot',
  'fpReciprocalEstimate',
  'fpReciprocalSquareRootEstimate',
  'fpReciprocalExponent',
  'fpToFixed',
  'fpFromFixed',
  'fpToIntegral',
  'fpMultiplyAdd',
] as const;
export type HalfOperation = (typeof halfOperations)[number];

const HALF = 16n;
const UNSIGNED = 1n << 7n;

interface Operands {
  readonly description: bigint;
  /** One half of each operand. */
  readonly lanes: readonly bigint[];
  readonly fpcr: bigint;
}

/** One half through the function of that name: result in the lower half, exceptions in the upper one. */
function computeLane(name: HalfOperation, { description, lanes: [a = 0n, b = 0n, c = 0n], fpcr }: Operands) {
  switch (name) {
    case 'fpMultiplyAdd':
      return floatingPoint[name].reference(HALF, a, b, c, fpcr);
    case 'fpFromFixed': {
      const integer = description & UNSIGNED ? a : BigInt.asUintN(64, BigInt.asIntN(16, a));
      return floatingPoint[name].reference(description, integer, fpcr);
    }
    case 'fpToFixed':
    case 'fpToIntegral':
      return floatingPoint[name].reference(description, a, fpcr);
    case 'fpSquareRoot':
    case 'fpReciprocalEstimate':
    case 'fpReciprocalSquareRootEstimate':
    case 'fpReciprocalExponent':
      return floatingPoint[name].reference(HALF, a, fpcr);
    default:
      return floatingPoint[name].reference(HALF, a, b, fpcr);
  }
}

export const halves = {
  /**
   * `(how, a, b, c, control)`: the same operation on one to four halves that lie side by side in each operand; operands
   * that the operation does not have are ignored. Results side by side in the lower half, all exceptions in the upper.
   *
   * `how`: bits 0–24 the description of a conversion, 25–29 the number in {@link halfOperations}, 30–31 the number of
   * halves less one. `control`: FPCR, and in bit 4 whether "inexact" is set already; it is not raised again then.
   */
  fpHalves: {
    params: [32, 64, 64, 64, 32],
    result: 'v128',
    reference: (...[how = 0n, a = 0n, b = 0n, c = 0n, control = 0n]) => {
      const name = halfOperations[Number((how >> 25n) & 31n)];
      if (name === undefined) throw new RangeError(`Cannot find the operation of ${how.toString(16)}`);
      const description = BigInt.asUintN(25, how);
      const fpcr = control & ~exceptions.inexact;
      const count = BigInt.asUintN(32, how) >> 30n;
      let [results, raised] = [0n, 0n];
      for (let at = 0n; at <= count * 16n; at += 16n) {
        const lanes = [a, b, c].map((operand) => BigInt.asUintN(16, operand >> at));
        const lane = computeLane(name, { description, lanes, fpcr });
        results |= BigInt.asUintN(16, lane) << at;
        raised |= lane >> 64n;
      }
      return results | ((raised & ~(control & exceptions.inexact)) << 64n);
    },
  },
} as const satisfies Record<string, SupportFunction>;
