import { type Instruction, instruction } from '../instruction.ts';
import {
  clampToHalf,
  doubled,
  extend,
  laneConstant,
  laneMaximum,
  narrowed,
  noteSaturation,
  type Saturated,
  shapeOf,
  shiftRight,
  shiftRightRounded,
  signedLimit,
  signMask,
} from '../lanes.ts';
import type { Machine } from '../machine.ts';
import type { ElementBits, Value, Vector } from '../value.ts';

/** Field immh:immb: its highest one bit tells the element size, the bits below it the amount. */
const sizes = [
  { bits: 8, letter: 'b', immediate: '0001 #imm:3' },
  { bits: 16, letter: 'h', immediate: '001 #imm:4' },
  { bits: 32, letter: 's', immediate: '01 #imm:5' },
  { bits: 64, letter: 'd', immediate: '1 #imm:6' },
] as const satisfies readonly {
  readonly bits: ElementBits;
  readonly letter: string;
  readonly immediate: string;
}[];

type Size = (typeof sizes)[number];
type VectorPattern = '0 Q U 011110 0001 #imm:3 00000 1 Vn:5 Vd:5';
type ScalarPattern = '01 U 111110 0001 #imm:3 00000 1 Vn:5 Vd:5';

interface Operands {
  readonly bits: ElementBits;
  readonly U: number;
  readonly a: Vector;
  readonly d: Vector;
  /** 1 to `bits`, for shifts to the right. */
  readonly right: Value<32>;
  /** 0 to `bits` - 1, for shifts to the left. */
  readonly left: Value<32>;
}

interface Operation {
  readonly opcode: string;
  /** Mnemonics for U = 0 and U = 1; undefined: unallocated. */
  readonly names: readonly [string | undefined, string | undefined];
  readonly direction: 'left' | 'right';
  /** Which sizes the scalar form has: 64 bits, all, or none. */
  readonly scalar: 'double' | 'all';
  readonly compute: (m: Machine, operands: Operands) => Vector | Saturated;
}

const operations: readonly Operation[] = [
  {
    opcode: '00000',
    names: ['sshr', 'ushr'],
    direction: 'right',
    scalar: 'double',
    compute: (m, { bits, U, a, right }) => shiftRight(m, bits, U === 0, a, right),
  },
  {
    opcode: '00010',
    names: ['ssra', 'usra'],
    direction: 'right',
    scalar: 'double',
    compute: (m, { bits, U, a, d, right }) =>
      m.wasm(`${shapeOf(bits)}.add`, d, shiftRight(m, bits, U === 0, a, right)),
  },
  {
    opcode: '00100',
    names: ['srshr', 'urshr'],
    direction: 'right',
    scalar: 'double',
    compute: (m, { bits, U, a, right }) => shiftRightRounded(m, bits, U === 0, a, right),
  },
  {
    opcode: '00110',
    names: ['srsra', 'ursra'],
    direction: 'right',
    scalar: 'double',
    compute: (m, { bits, U, a, d, right }) =>
      m.wasm(`${shapeOf(bits)}.add`, d, shiftRightRounded(m, bits, U === 0, a, right)),
  },
  {
    opcode: '01000',
    names: [undefined, 'sri'],
    direction: 'right',
    scalar: 'double',
    compute: (m, { bits, a, d, right }) => {
      const inserted = shiftRight(m, bits, false, laneConstant(m, bits, -1n), right);
      return m.bitselect(shiftRight(m, bits, false, a, right), d, inserted);
    },
  },
  {
    opcode: '01010',
    names: ['shl', 'sli'],
    direction: 'left',
    scalar: 'double',
    compute: (m, { bits, U, a, d, left }) => {
      const shl = `${shapeOf(bits)}.shl` as const;
      const shifted = m.wasm(shl, a, left);
      if (!U) return shifted;
      return m.bitselect(shifted, d, m.wasm(shl, laneConstant(m, bits, -1n), left));
    },
  },
  {
    opcode: '01100',
    names: [undefined, 'sqshlu'],
    direction: 'left',
    scalar: 'all',
    compute: (m, { bits, a, left }) => {
      // Negative numbers become 0, the others are shifted as unsigned ones.
      const negative = signMask(m, bits, a);
      const shifted = shiftLeftSaturated(m, bits, false, m.wasm('v128.andnot', a, negative), left);
      return { result: shifted.result, saturated: m.wasm('v128.or', shifted.saturated, negative) };
    },
  },
  {
    opcode: '01110',
    names: ['sqshl', 'uqshl'],
    direction: 'left',
    scalar: 'all',
    compute: (m, { bits, U, a, left }) => shiftLeftSaturated(m, bits, U === 0, a, left),
  },
];

interface Narrowing {
  readonly opcode: string;
  readonly names: readonly [string, string];
  readonly rounded: boolean;
  /** Signedness of the result of the saturating forms by U; the source is signed unless both are unsigned. */
  readonly saturates: readonly [false | 'signed' | 'unsigned', 'signed to unsigned' | 'unsigned'];
}

const narrowing: readonly Narrowing[] = [
  { opcode: '10000', names: ['shrn', 'sqshrun'], rounded: false, saturates: [false, 'signed to unsigned'] },
  { opcode: '10001', names: ['rshrn', 'sqrshrun'], rounded: true, saturates: [false, 'signed to unsigned'] },
  { opcode: '10010', names: ['sqshrn', 'uqshrn'], rounded: false, saturates: ['signed', 'unsigned'] },
  { opcode: '10011', names: ['sqrshrn', 'uqrshrn'], rounded: true, saturates: ['signed', 'unsigned'] },
];

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD shift by immediate" and the scalar form, integer part */
export const vectorShift: readonly Instruction[] = sizes.flatMap((size) => [
  ...operations.flatMap((operation) => [
    vectorRow(operation, size),
    ...(size.bits === 64 || operation.scalar === 'all' ? [scalarRow(operation, size)] : []),
  ]),
  ...(size.bits === 64
    ? []
    : [
        ...narrowing.flatMap((operation) => [
          narrowingRow(operation, size),
          scalarNarrowingRow(operation, size),
        ]),
        longRow(size),
      ]),
]);

const arrangement = (letter: string, bits: number, Q: number) => `${(Q ? 128 : 64) / bits}${letter}`;
function nameOf(names: Operation['names']): string {
  return names.filter(Boolean).join('/').toUpperCase();
}

function amounts(m: Machine, bits: ElementBits, imm: Value<32>): Pick<Operands, 'left' | 'right'> {
  return { left: imm, right: m.sub(m.constant(32, bits), imm) };
}

function vectorRow(
  { opcode, names, direction, compute }: Operation,
  { bits, letter, immediate }: Size,
): Instruction {
  return instruction({
    name: `${nameOf(names)} (vector, immediate, ${bits} bits)`,
    pattern: `0 Q U 011110 ${immediate} ${opcode} 1 Vn:5 Vd:5` as VectorPattern,
    when: (f) => names[f.U] !== undefined && (bits < 64 || f.Q === 1),
    assembly: (f) => {
      const size = arrangement(letter, bits, f.Q);
      return `${names[f.U]} {Vd:${size}}, {Vn:${size}}, #{amount}`;
    },
    operands: (f) => ({ amount: direction === 'left' ? f.imm : bits - f.imm }),
    semantics(m, { Q, U, imm, Vn, Vd }) {
      const computed = compute(m, { bits, U, a: m.readV(Vn), d: m.readV(Vd), ...amounts(m, bits, imm) });
      m.writeV(Vd, 'saturated' in computed ? computed.result : computed, Q ? 128 : 64);
      if ('saturated' in computed) noteSaturation(m, computed.saturated, Q ? 'all' : 'low');
    },
  });
}

function scalarRow(
  { opcode, names, direction, compute }: Operation,
  { bits, letter, immediate }: Size,
): Instruction {
  return instruction({
    name: `${nameOf(names)} (scalar, immediate, ${bits} bits)`,
    pattern: `01 U 111110 ${immediate} ${opcode} 1 Vn:5 Vd:5` as ScalarPattern,
    when: (f) => names[f.U] !== undefined,
    assembly: (f) => `${names[f.U]} {Vd:${letter}}, {Vn:${letter}}, #{amount}`,
    operands: (f) => ({ amount: direction === 'left' ? f.imm : bits - f.imm }),
    semantics(m, { U, imm, Vn, Vd }) {
      const computed = compute(m, { bits, U, a: m.readV(Vn), d: m.readV(Vd), ...amounts(m, bits, imm) });
      const result = 'saturated' in computed ? computed.result : computed;
      m.writeScalar(Vd, bits, m.extract(shapeOf(bits), result, 0));
      if ('saturated' in computed) noteSaturation(m, computed.saturated, bits);
    },
  });
}

/** Elements twice as large as the result's, shifted right and cut to half their size. */
function narrow(
  m: Machine,
  bits: ElementBits,
  U: number,
  operation: Narrowing,
  a: Vector,
  imm: Value<32>,
): Saturated {
  const wide = doubled(bits);
  const mode = operation.saturates[U];
  const fromSigned = mode === 'signed' || mode === 'signed to unsigned';
  const { right } = amounts(m, bits, imm);
  const shifted = (operation.rounded ? shiftRightRounded : shiftRight)(m, wide, fromSigned, a, right);
  if (!mode) return { result: shifted, saturated: laneConstant(m, wide, 0n) };
  return clampToHalf(m, wide, fromSigned, mode === 'signed', shifted);
}

function narrowingRow(operation: Narrowing, { bits, letter, immediate }: Size): Instruction {
  const { opcode, names, saturates } = operation;
  const next = { b: 'h', h: 's', s: 'd', d: '' }[letter];
  return instruction({
    name: `${nameOf(names)} (vector, immediate, ${bits} bits)`,
    pattern: `0 Q U 011110 ${immediate} ${opcode} 1 Vn:5 Vd:5` as VectorPattern,
    assembly: (f) =>
      `${names[f.U]}${f.Q ? '2' : ''} {Vd:${arrangement(letter, bits, f.Q)}}, {Vn:${arrangement(next, bits * 2, 1)}}, #{amount}`,
    operands: (f) => ({ amount: bits - f.imm }),
    semantics(m, { Q, U, imm, Vn, Vd }) {
      const d = m.readV(Vd);
      const { result, saturated } = narrow(m, bits, U, operation, m.readV(Vn), imm);
      m.writeV(Vd, narrowed(m, bits, Q, d, result), Q ? 128 : 64);
      if (saturates[U as 0 | 1]) noteSaturation(m, saturated, 'all');
    },
  });
}

function scalarNarrowingRow(operation: Narrowing, { bits, letter, immediate }: Size): Instruction {
  const { opcode, names, saturates } = operation;
  const next = { b: 'h', h: 's', s: 'd', d: '' }[letter];
  return instruction({
    name: `${nameOf(names)} (scalar, immediate, ${bits} bits)`,
    pattern: `01 U 111110 ${immediate} ${opcode} 1 Vn:5 Vd:5` as ScalarPattern,
    when: (f) => saturates[f.U] !== false,
    assembly: (f) => `${names[f.U]} {Vd:${letter}}, {Vn:${next}}, #{amount}`,
    operands: (f) => ({ amount: bits - f.imm }),
    semantics(m, { U, imm, Vn, Vd }) {
      const { result, saturated } = narrow(m, bits, U, operation, m.readV(Vn), imm);
      m.writeScalar(Vd, bits, m.extract(shapeOf(bits), result, 0));
      noteSaturation(m, saturated, doubled(bits));
    },
  });
}

/** SSHLL and USHLL, with amount 0 known as SXTL and UXTL. */
function longRow({ bits, letter, immediate }: Size): Instruction {
  const next = { b: 'h', h: 's', s: 'd', d: '' }[letter];
  return instruction({
    name: `SSHLL/USHLL (${bits} bits)`,
    pattern: `0 Q U 011110 ${immediate} 10100 1 Vn:5 Vd:5` as VectorPattern,
    assembly: (f) =>
      `${f.U ? 'u' : 's'}shll${f.Q ? '2' : ''} {Vd:${arrangement(next, bits * 2, 1)}}, {Vn:${arrangement(letter, bits, f.Q)}}, #{imm}`,
    aliases: [
      {
        when: (f) => f.imm === 0,
        assembly: (f) =>
          `${f.U ? 'u' : 's'}xtl${f.Q ? '2' : ''} {Vd:${arrangement(next, bits * 2, 1)}}, {Vn:${arrangement(letter, bits, f.Q)}}`,
      },
    ],
    semantics(m, { Q, U, imm, Vn, Vd }) {
      const wide = extend(m, bits, U === 0, Q ? 'high' : 'low', m.readV(Vn));
      m.writeV(Vd, m.wasm(`${shapeOf(doubled(bits))}.shl`, wide, imm));
    },
  });
}

/** Saturates when shifting back does not give the number again. */
function shiftLeftSaturated(
  m: Machine,
  bits: ElementBits,
  signed: boolean,
  a: Vector,
  amount: Value<32>,
): Saturated {
  const shape = shapeOf(bits);
  const shifted = m.wasm(`${shape}.shl`, a, amount);
  const back = m.wasm(`${shape}.shr_${signed ? 's' : 'u'}`, shifted, amount);
  const saturated = m.wasm(`${shape}.ne`, back, a);
  const limit = signed ? signedLimit(m, bits, a) : laneConstant(m, bits, laneMaximum(bits, false));
  return { result: m.bitselect(limit, shifted, saturated), saturated };
}
