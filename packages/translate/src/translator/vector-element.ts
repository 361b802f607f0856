import type { Node, RegisterOperand } from '@boxer/a64';

/** An element of a vector register. */
export interface VectorElement {
  readonly register: number;
  readonly index: number;
}

const wholeIndex = (index: Node | undefined) => Number(index?.value ?? 0n);

/** How many registers behind the named one an element lies: some instructions encode register and index as one number. */
export function distanceOf(bits: number, index: Node | undefined): number {
  return Math.floor((wholeIndex(index) * bits) / 128);
}

/** @param word - the instruction */
export function elementOf(
  word: number,
  register: RegisterOperand | undefined,
  bits: number,
  index: Node | undefined,
): VectorElement {
  if (!register) throw new TypeError('An element belongs to no register');
  return {
    register: (register.numberIn(word) + distanceOf(bits, index)) & 31,
    index: wholeIndex(index) % (128 / bits),
  };
}
