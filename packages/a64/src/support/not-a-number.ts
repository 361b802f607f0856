import type { SupportFunction } from './support-function.ts';

/** The NaN that an operation on two operands gives: signalling before quiet, first before second, else the default. */
function choose(bits: 32 | 64, operands: readonly bigint[]): bigint {
  const fraction = bits === 32 ? 23n : 52n;
  const infinity = bits === 32 ? 0x7f80_0000n : 0x7ff0_0000_0000_0000n;
  const quiet = 1n << (fraction - 1n);
  const nans = operands.filter((operand) => BigInt.asUintN(bits - 1, operand) > infinity);
  const chosen = nans.find((nan) => (nan & quiet) === 0n) ?? nans[0] ?? infinity;
  return chosen | quiet;
}

function chooseInLanes(bits: 32 | 64, a: bigint, b: bigint, result: bigint): bigint {
  const infinity = bits === 32 ? 0x7f80_0000n : 0x7ff0_0000_0000_0000n;
  let out = 0n;
  for (let at = 0n; at < 128n; at += BigInt(bits)) {
    const [x, y, r] = [a, b, result].map((vector) => BigInt.asUintN(bits, vector >> at));
    const lane =
      r !== undefined && BigInt.asUintN(bits - 1, r) <= infinity ? r : choose(bits, [x ?? 0n, y ?? 0n]);
    out |= lane << at;
  }
  return out;
}

/**
 * Wasm leaves the bits of a NaN result open; Arm defines them. Called only when a result is NaN.
 *
 * @source Arm ARM DDI 0487, shared/functions/float/fpprocessnans, FPProcessNaNs; FPCR.DN = 0
 */
export const notANumber = {
  /** `(a, b)` → the NaN that an operation on a and b gives; pass the operand twice for one of one operand. */
  nan64: { params: ['f64', 'f64'], result: 'f64', reference: (...operands) => choose(64, operands) },
  nan32: { params: ['f32', 'f32'], result: 'f32', reference: (...operands) => choose(32, operands) },
  /** `(a, b, result)` → the result with each NaN lane replaced by the NaN that lane's operands give. */
  nan64x2: {
    params: ['v128', 'v128', 'v128'],
    result: 'v128',
    reference: (...[a = 0n, b = 0n, result = 0n]) => chooseInLanes(64, a, b, result),
  },
  nan32x4: {
    params: ['v128', 'v128', 'v128'],
    result: 'v128',
    reference: (...[a = 0n, b = 0n, result = 0n]) => chooseInLanes(32, a, b, result),
  },
} as const satisfies Record<string, SupportFunction>;
