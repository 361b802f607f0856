import type { Node, RegisterOperand } from '@boxer/a64';

/** An element of a vector register. */
export interface VectorElement {
  readonly register: number;
  readonly index: number;
}

/** Indices count on into the registers that follow: some instructions encode register and index as one number. */
export function elementOf(
  register: RegisterOperand | undefined,
  bits: number,
  index: Node | undefined,
): VectorElement {
  if (register?.number === undefined) throw new TypeError('A translated register has a number');
  const lanes = 128 / bits;
  const whole = Number(index?.value ?? 0n);
  return { register: (register.number + Math.floor(whole / lanes)) & 31, index: whole % lanes };
}
