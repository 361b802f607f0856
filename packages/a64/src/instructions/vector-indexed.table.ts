import { type Instruction, instruction } from '../instruction.ts';
import { doubled, multiply, multiplyLong, noteSaturation, type Saturated, shapeOf } from '../lanes.ts';
import type { Machine } from '../machine.ts';
import type { Value, Vector } from '../value.ts';
import { doublingMultiply } from './vector-three-different.table.ts';
import { doublingMultiplyHigh } from './vector-three-same.table.ts';

/**
 * The element is that of one register for all lanes. With 16-bit elements the register field has 4 bits (V0…V15) and
 * M belongs to the index; with 32-bit ones it has 5 bits.
 */
export const indexedSizes = [
  { bits: 16, letter: 'h', fields: '01 #L:1 #M:1 #vm:4', index: '#H:1' },
  { bits: 32, letter: 's', fields: '10 #L:1 #M:1 #vm:4', index: '#H:1' },
] as const;

type Size = (typeof indexedSizes)[number];
type VectorPattern = '0 Q U 01111 01 #L:1 #M:1 #vm:4 0000 #H:1 0 Vn:5 Vd:5';
type ScalarPattern = '01 U 11111 01 #L:1 #M:1 #vm:4 0000 #H:1 0 Vn:5 Vd:5';

interface Operands {
  readonly bits: 16 | 32;
  readonly signed: boolean;
  readonly half: 'low' | 'high';
  readonly a: Vector;
  /** The element in all lanes. */
  readonly b: Vector;
  readonly d: Vector;
}

interface Operation {
  readonly opcode: string;
  readonly names: readonly [string | undefined, string | undefined];
  readonly long: boolean;
  readonly scalar?: boolean;
  readonly compute: (m: Machine, operands: Operands) => Vector | Saturated;
}

const lane = (bits: 16 | 32) => shapeOf(bits);
const wide = (bits: 16 | 32) => shapeOf(doubled(bits));

const operations: readonly Operation[] = [
  {
    opcode: '0000',
    names: [undefined, 'mla'],
    long: false,
    compute: (m, { bits, a, b, d }) => m.wasm(`${lane(bits)}.add`, d, multiply(m, bits, a, b)),
  },
  {
    opcode: '0100',
    names: [undefined, 'mls'],
    long: false,
    compute: (m, { bits, a, b, d }) => m.wasm(`${lane(bits)}.sub`, d, multiply(m, bits, a, b)),
  },
  {
    opcode: '1000',
    names: ['mul', undefined],
    long: false,
    compute: (m, { bits, a, b }) => multiply(m, bits, a, b),
  },
  {
    opcode: '0010',
    names: ['smlal', 'umlal'],
    long: true,
    compute: (m, { bits, signed, half, a, b, d }) =>
      m.wasm(`${wide(bits)}.add`, d, multiplyLong(m, bits, signed, half, a, b)),
  },
  {
    opcode: '0110',
    names: ['smlsl', 'umlsl'],
    long: true,
    compute: (m, { bits, signed, half, a, b, d }) =>
      m.wasm(`${wide(bits)}.sub`, d, multiplyLong(m, bits, signed, half, a, b)),
  },
  {
    opcode: '1010',
    names: ['smull', 'umull'],
    long: true,
    compute: (m, { bits, signed, half, a, b }) => multiplyLong(m, bits, signed, half, a, b),
  },
  {
    opcode: '0011',
    names: ['sqdmlal', undefined],
    long: true,
    scalar: true,
    compute: (m, operands) => doublingMultiply(m, operands, 'add'),
  },
  {
    opcode: '0111',
    names: ['sqdmlsl', undefined],
    long: true,
    scalar: true,
    compute: (m, operands) => doublingMultiply(m, operands, 'sub'),
  },
  {
    opcode: '1011',
    names: ['sqdmull', undefined],
    long: true,
    scalar: true,
    compute: (m, operands) => doublingMultiply(m, operands, 'none'),
  },
  {
    opcode: '1100',
    names: ['sqdmulh', undefined],
    long: false,
    scalar: true,
    compute: (m, { bits, a, b }) => doublingMultiplyHigh(m, bits, false, a, b),
  },
  {
    opcode: '1101',
    names: ['sqrdmulh', undefined],
    long: false,
    scalar: true,
    compute: (m, { bits, a, b }) => doublingMultiplyHigh(m, bits, true, a, b),
  },
];

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD vector x indexed element" and the scalar form, integer part */
export const vectorIndexed: readonly Instruction[] = indexedSizes.flatMap((size) => [
  ...operations.map((operation) => vectorRow(operation, size)),
  ...operations.filter(({ scalar }) => scalar).map((operation) => scalarRow(operation, size)),
]);

type ElementFields = {
  readonly L: Value<32>;
  readonly M: Value<32>;
  readonly H: Value<32>;
  readonly vm: Value<32>;
};

/**
 * The chosen element in all lanes. Register and index together number an element of the whole register file, counted
 * from V0, since registers lie one after the other.
 */
export function splatIndexed(m: Machine, bits: 16 | 32, { L, M, H, vm }: ElementFields): Vector {
  const shl = (value: Value<32>, amount: number) => m.shl(value, m.constant(32, amount));
  const number =
    bits === 16
      ? m.or(shl(vm, 3), m.or(shl(H, 2), m.or(shl(L, 1), M)))
      : m.or(shl(m.or(shl(M, 4), vm), 2), m.or(shl(H, 1), L));
  return m.splatElement(m.v(0), bits, number);
}

export function elementText(
  bits: 16 | 32,
  f: { L: number; M: number; H: number; vm: number },
): { element: string } {
  const text =
    bits === 16
      ? `v${f.vm}.h[${(f.H << 2) | (f.L << 1) | f.M}]`
      : `v${(f.M << 4) | f.vm}.s[${(f.H << 1) | f.L}]`;
  return { element: text };
}

function nameOf(names: Operation['names']): string {
  return names.filter(Boolean).join('/').toUpperCase();
}

function vectorRow(
  { opcode, names, long, compute }: Operation,
  { bits, letter, fields, index }: Size,
): Instruction {
  const narrow = (Q: number) => `${(Q ? 128 : 64) / bits}${letter}`;
  const wider = bits === 16 ? '4s' : '2d';
  return instruction({
    name: `${nameOf(names)} (by element, ${bits} bits)`,
    pattern: `0 Q U 01111 ${fields} ${opcode} ${index} 0 Vn:5 Vd:5` as VectorPattern,
    when: (f) => names[f.U] !== undefined,
    assembly: (f) =>
      `${names[f.U]}${long && f.Q ? '2' : ''} {Vd:${long ? wider : narrow(f.Q)}}, {Vn:${narrow(f.Q)}}, {element}`,
    operands: (f) => elementText(bits, f),
    semantics(m, { Q, U, Vn, Vd, ...element }) {
      const [a, b, d] = [m.readV(Vn), splatIndexed(m, bits, element), m.readV(Vd)];
      const computed = compute(m, { bits, signed: U === 0, half: Q ? 'high' : 'low', a, b, d });
      m.writeV(Vd, 'saturated' in computed ? computed.result : computed, long || Q ? 128 : 64);
      if ('saturated' in computed) noteSaturation(m, computed.saturated, long || Q ? 'all' : 'low');
    },
  });
}

function scalarRow(
  { opcode, names, long, compute }: Operation,
  { bits, letter, fields, index }: Size,
): Instruction {
  const result = long ? doubled(bits) : bits;
  return instruction({
    name: `${nameOf(names)} (scalar, by element, ${bits} bits)`,
    pattern: `01 U 11111 ${fields} ${opcode} ${index} 0 Vn:5 Vd:5` as ScalarPattern,
    when: (f) => names[f.U] !== undefined,
    assembly: `${names[0] ?? ''} {Vd:${long ? (bits === 16 ? 's' : 'd') : letter}}, {Vn:${letter}}, {element}`,
    operands: (f) => elementText(bits, f),
    semantics(m, { Vn, Vd, U, ...element }) {
      const [a, b, d] = [m.readV(Vn), splatIndexed(m, bits, element), m.readV(Vd)];
      const computed = compute(m, { bits, signed: U === 0, half: 'low', a, b, d });
      const value = 'saturated' in computed ? computed.result : computed;
      m.writeScalar(Vd, result, m.extract(shapeOf(result), value, 0));
      if ('saturated' in computed) noteSaturation(m, computed.saturated, result);
    },
  });
}
