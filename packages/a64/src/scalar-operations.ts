/** Integer operations of the machine that fold when their operands are known. */
export interface ScalarOperation {
  readonly operands: 1 | 2;
  /** The result is 0 or 1, in 32 bits, whatever the operands' width. */
  readonly comparison: boolean;
  /** The result's bits, of operands given as unsigned numbers of `width` bits; may exceed the width. */
  readonly evaluate: (width: number, a: bigint, b: bigint) => bigint;
}

const signed = (width: number, a: bigint) => BigInt.asIntN(width, a);
const amount = (width: number, b: bigint) => b % BigInt(width);
const bit = (condition: boolean) => (condition ? 1n : 0n);

const unary = (evaluate: ScalarOperation['evaluate']): ScalarOperation => ({
  operands: 1,
  comparison: false,
  evaluate,
});
const binary = (evaluate: ScalarOperation['evaluate']): ScalarOperation => ({
  operands: 2,
  comparison: false,
  evaluate,
});
const comparison = (holds: (width: number, a: bigint, b: bigint) => boolean): ScalarOperation => ({
  operands: 2,
  comparison: true,
  evaluate: (width, a, b) => bit(holds(width, a, b)),
});

function trailingZeros(width: number, a: bigint): bigint {
  for (let i = 0; i < width; i++) if ((a >> BigInt(i)) & 1n) return BigInt(i);
  return BigInt(width);
}

export const scalarOperations = {
  add: binary((_, a, b) => a + b),
  sub: binary((_, a, b) => a - b),
  mul: binary((_, a, b) => a * b),
  and: binary((_, a, b) => a & b),
  or: binary((_, a, b) => a | b),
  xor: binary((_, a, b) => a ^ b),
  shl: binary((w, a, b) => a << amount(w, b)),
  lsr: binary((w, a, b) => a >> amount(w, b)),
  asr: binary((w, a, b) => signed(w, a) >> amount(w, b)),
  ror: binary((w, a, b) => (a >> amount(w, b)) | (a << (BigInt(w) - amount(w, b)))),
  udivRaw: binary((_, a, b) => (b === 0n ? 0n : a / b)),
  sdivRaw: binary((w, a, b) => (b === 0n ? 0n : signed(w, a) / signed(w, b))),
  clz: unary((w, a) => BigInt(w - (a === 0n ? 0 : a.toString(2).length))),
  ctz: unary(trailingZeros),
  popcnt: unary((_, a) => BigInt(a.toString(2).replaceAll('0', '').length)),
  sext8: unary((_, a) => BigInt.asIntN(8, a)),
  sext16: unary((_, a) => BigInt.asIntN(16, a)),
  sext32: unary((_, a) => BigInt.asIntN(32, a)),
  eqz: { operands: 1, comparison: true, evaluate: (_, a) => bit(a === 0n) },
  eq: comparison((_, a, b) => a === b),
  ne: comparison((_, a, b) => a !== b),
  lts: comparison((w, a, b) => signed(w, a) < signed(w, b)),
  ltu: comparison((_, a, b) => a < b),
  ges: comparison((w, a, b) => signed(w, a) >= signed(w, b)),
  geu: comparison((_, a, b) => a >= b),
} as const satisfies Record<string, ScalarOperation>;

export type ScalarOperationName = keyof typeof scalarOperations;
