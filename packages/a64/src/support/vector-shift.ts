import type { SupportFunction } from './support-function.ts';

/**
 * How {@link vectorShift} shifts, as bits of its `control` operand: 0–1 log2 of the element's bytes.
 *
 * @source Arm ARM DDI 0487, "SSHL", "URSHL", "SQRSHL" and relatives
 */
export const shiftControl = { unsigned: 4, rounded: 8, saturating: 16 } as const;

interface Shifted {
  readonly value: bigint;
  readonly saturated: boolean;
}

/** One element: left by the signed lowest byte of `amount`, to the right when that is negative. */
function shiftElement(bits: number, control: number, element: bigint, amount: bigint): Shifted {
  const unsigned = (control & shiftControl.unsigned) !== 0;
  const number = unsigned ? element : BigInt.asIntN(bits, element);
  const left = BigInt.asIntN(8, amount);
  if (left < 0n) {
    const rounding = control & shiftControl.rounded ? 1n << (-left - 1n) : 0n;
    return { value: BigInt.asUintN(bits, (number + rounding) >> -left), saturated: false };
  }
  const exact = number << left;
  const [least, greatest] = unsigned
    ? [0n, (1n << BigInt(bits)) - 1n]
    : [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n];
  const limited = exact < least ? least : exact > greatest ? greatest : exact;
  const saturated = (control & shiftControl.saturating) !== 0 && limited !== exact;
  return { value: BigInt.asUintN(bits, saturated ? limited : exact), saturated };
}

function eachElement(
  [a = 0n, amounts = 0n, control = 0n]: readonly bigint[],
  choose: (shifted: Shifted, bits: number) => bigint,
): bigint {
  const bits = 8 << (Number(control) & 3);
  let result = 0n;
  for (let at = 0n; at < 128n; at += BigInt(bits)) {
    const shifted = shiftElement(bits, Number(control), BigInt.asUintN(bits, a >> at), amounts >> at);
    result |= choose(shifted, bits) << at;
  }
  return result;
}

export const vectorShift = {
  /** `(elements, amounts, control)` → each element shifted by the signed lowest byte of its amount. */
  shiftElements: {
    params: ['v128', 'v128', 32],
    result: 'v128',
    reference: (...operands) => eachElement(operands, ({ value }) => value),
  },
  /** The same operands → all ones in the elements that saturate. */
  shiftSaturates: {
    params: ['v128', 'v128', 32],
    result: 'v128',
    reference: (...operands) =>
      eachElement(operands, ({ saturated }, bits) => (saturated ? (1n << BigInt(bits)) - 1n : 0n)),
  },
} as const satisfies Record<string, SupportFunction>;
