import type { Instruction } from '../instruction.ts';
import { instruction } from '../instruction.ts';
import {
  addSaturated,
  doubled,
  elementBits,
  greater,
  greaterOrEqual,
  laneConstant,
  laneMaximum,
  laneMinimum,
  larger,
  multiply,
  multiplyLong,
  noteSaturation,
  odds,
  pairs,
  type Saturated,
  shapeOf,
  smaller,
} from '../lanes.ts';
import type { Machine } from '../machine.ts';
import type { ElementBits, Vector } from '../value.ts';

/** Whatever the operation, the fields are the same; the type of one opcode stands for all. */
type VectorPattern = '0 Q U 01110 size:2 1 Vm:5 00000 1 Vn:5 Vd:5';
type ScalarPattern = '01 U 11110 size:2 1 Vm:5 00000 1 Vn:5 Vd:5';

interface Operands {
  readonly bits: ElementBits;
  /** Field U clear, which in most of this class means "signed". */
  readonly signed: boolean;
  readonly a: Vector;
  readonly b: Vector;
  /** The destination's old value. */
  readonly d: Vector;
  readonly Q: number;
}

interface Operation {
  readonly opcode: string;
  /** Mnemonics for U = 0 and U = 1; undefined: that half of the encoding is something else. */
  readonly names: readonly [string | undefined, string | undefined];
  /** Element sizes as the field `size`. */
  readonly sizes: readonly number[];
  /** Sizes of the scalar form; none when left out. */
  readonly scalarSizes?: readonly number[];
  readonly hot?: boolean;
  readonly compute: (m: Machine, operands: Operands) => Vector | Saturated;
}

const small = [0, 1, 2];
const all = [0, 1, 2, 3];

const operations: readonly Operation[] = [
  {
    // Halving without a carry out: the common bits and half of the others.
    opcode: '00000',
    names: ['shadd', 'uhadd'],
    sizes: small,
    compute: (m, { bits, signed, a, b }) => {
      const shape = shapeOf(bits);
      const half = m.wasm(`${shape}.shr_${signed ? 's' : 'u'}`, m.wasm('v128.xor', a, b), m.constant(32, 1));
      return m.wasm(`${shape}.add`, m.wasm('v128.and', a, b), half);
    },
  },
  {
    opcode: '00001',
    names: ['sqadd', 'uqadd'],
    sizes: all,
    scalarSizes: all,
    compute: (m, { bits, signed, a, b }) => addSaturated(m, bits, signed, 'add', a, b),
  },
  {
    opcode: '00010',
    names: ['srhadd', 'urhadd'],
    sizes: small,
    compute: (m, { bits, signed, a, b }) => {
      const shape = shapeOf(bits);
      const half = m.wasm(`${shape}.shr_${signed ? 's' : 'u'}`, m.wasm('v128.xor', a, b), m.constant(32, 1));
      return m.wasm(`${shape}.sub`, m.wasm('v128.or', a, b), half);
    },
  },
  {
    opcode: '00100',
    names: ['shsub', 'uhsub'],
    sizes: small,
    compute: (m, { bits, signed, a, b }) => {
      const shape = shapeOf(bits);
      const differs = m.wasm('v128.xor', a, b);
      const half = m.wasm(`${shape}.shr_${signed ? 's' : 'u'}`, differs, m.constant(32, 1));
      // a - b = (a ^ b) - 2 (~a & b), halved.
      return m.wasm(`${shape}.sub`, half, m.wasm('v128.andnot', b, a));
    },
  },
  {
    opcode: '00101',
    names: ['sqsub', 'uqsub'],
    sizes: all,
    scalarSizes: all,
    compute: (m, { bits, signed, a, b }) => addSaturated(m, bits, signed, 'sub', a, b),
  },
  {
    opcode: '00110',
    names: ['cmgt', 'cmhi'],
    sizes: all,
    scalarSizes: [3],
    compute: (m, { bits, signed, a, b }) => greater(m, bits, signed, a, b),
  },
  {
    opcode: '00111',
    names: ['cmge', 'cmhs'],
    sizes: all,
    scalarSizes: [3],
    hot: true,
    compute: (m, { bits, signed, a, b }) => greaterOrEqual(m, bits, signed, a, b),
  },
  {
    opcode: '01100',
    names: ['smax', 'umax'],
    sizes: small,
    compute: (m, { bits, signed, a, b }) => larger(m, bits, signed, a, b),
  },
  {
    opcode: '01101',
    names: ['smin', 'umin'],
    sizes: small,
    compute: (m, { bits, signed, a, b }) => smaller(m, bits, signed, a, b),
  },
  {
    opcode: '01110',
    names: ['sabd', 'uabd'],
    sizes: small,
    compute: absoluteDifference,
  },
  {
    opcode: '01111',
    names: ['saba', 'uaba'],
    sizes: small,
    compute: (m, operands) =>
      m.wasm(`${shapeOf(operands.bits)}.add`, operands.d, absoluteDifference(m, operands)),
  },
  {
    opcode: '10000',
    names: ['add', 'sub'],
    sizes: all,
    scalarSizes: [3],
    hot: true,
    compute: (m, { bits, signed, a, b }) => m.wasm(`${shapeOf(bits)}.${signed ? 'add' : 'sub'}`, a, b),
  },
  {
    opcode: '10001',
    names: ['cmtst', 'cmeq'],
    sizes: all,
    scalarSizes: [3],
    hot: true,
    compute: (m, { bits, signed, a, b }) => {
      const shape = shapeOf(bits);
      if (!signed) return m.wasm(`${shape}.eq`, a, b);
      return m.wasm(`${shape}.ne`, m.wasm('v128.and', a, b), laneConstant(m, bits, 0n));
    },
  },
  {
    opcode: '10010',
    names: ['mla', 'mls'],
    sizes: small,
    compute: (m, { bits, signed, a, b, d }) =>
      m.wasm(`${shapeOf(bits)}.${signed ? 'add' : 'sub'}`, d, multiply(m, bits, a, b)),
  },
  {
    opcode: '10011',
    names: ['mul', undefined],
    sizes: small,
    compute: (m, { bits, a, b }) => multiply(m, bits, a, b),
  },
  {
    opcode: '10011',
    names: [undefined, 'pmul'],
    sizes: [0],
    compute: (m, { a, b }) => multiplyPolynomials(m, a, b),
  },
  {
    opcode: '10100',
    names: ['smaxp', 'umaxp'],
    sizes: small,
    hot: true,
    compute: (m, { bits, signed, a, b, Q }) => larger(m, bits, signed, ...pairs(m, bits, Q, a, b)),
  },
  {
    opcode: '10101',
    names: ['sminp', 'uminp'],
    sizes: small,
    compute: (m, { bits, signed, a, b, Q }) => smaller(m, bits, signed, ...pairs(m, bits, Q, a, b)),
  },
  {
    opcode: '10110',
    names: ['sqdmulh', 'sqrdmulh'],
    sizes: [1, 2],
    scalarSizes: [1, 2],
    compute: (m, { bits, signed, a, b }) => doublingMultiplyHigh(m, bits, !signed, a, b),
  },
  {
    opcode: '10111',
    names: ['addp', undefined],
    sizes: all,
    hot: true,
    compute: (m, { bits, a, b, Q }) => m.wasm(`${shapeOf(bits)}.add`, ...pairs(m, bits, Q, a, b)),
  },
];

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD three same" and "Advanced SIMD scalar three same", integer part */
export const vectorThreeSame: readonly Instruction[] = [
  ...operations.map(vectorRow),
  ...operations.filter(({ scalarSizes }) => scalarSizes !== undefined).map(scalarRow),
  logicalRow(),
];

function vectorRow({ opcode, names, sizes, hot, compute }: Operation): Instruction {
  return instruction({
    name: `${names.filter(Boolean).join('/').toUpperCase()} (vector)`,
    pattern: `0 Q U 01110 size:2 1 Vm:5 ${opcode} 1 Vn:5 Vd:5` as VectorPattern,
    when: (f) => names[f.U] !== undefined && sizes.includes(f.size) && (f.size < 3 || f.Q === 1),
    assembly: (f) => `${names[f.U]} {Vd.T}, {Vn.T}, {Vm.T}`,
    // What string functions do: bytes, whole registers, unsigned.
    hot: (f) => hot === true && f.Q === 1 && f.size === 0 && (f.U === 1 || names[1] === undefined),
    semantics(m, { Q, U, size, Vm, Vn, Vd }) {
      const [a, b, d] = [m.readV(Vn), m.readV(Vm), m.readV(Vd)];
      const computed = compute(m, { bits: elementBits(size), signed: U === 0, a, b, d, Q });
      const { result, saturated } = asSaturated(computed);
      m.writeV(Vd, result, Q ? 128 : 64);
      if (saturated) noteSaturation(m, saturated, Q ? 'all' : 'low');
    },
  });
}

function scalarRow({ opcode, names, scalarSizes = [], compute }: Operation): Instruction {
  return instruction({
    name: `${names.filter(Boolean).join('/').toUpperCase()} (scalar)`,
    pattern: `01 U 11110 size:2 1 Vm:5 ${opcode} 1 Vn:5 Vd:5` as ScalarPattern,
    when: (f) => names[f.U] !== undefined && scalarSizes.includes(f.size),
    assembly: (f) => `${names[f.U]} {Vd:${'bhsd'[f.size]}}, {Vn:${'bhsd'[f.size]}}, {Vm:${'bhsd'[f.size]}}`,
    semantics(m, { U, size, Vm, Vn, Vd }) {
      const bits = elementBits(size);
      const [a, b, d] = [m.readV(Vn), m.readV(Vm), m.readV(Vd)];
      const { result, saturated } = asSaturated(compute(m, { bits, signed: U === 0, a, b, d, Q: 1 }));
      m.writeScalar(Vd, bits, m.extract(shapeOf(bits), result, 0));
      if (saturated) noteSaturation(m, saturated, bits);
    },
  });
}

function asSaturated(computed: Vector | Saturated): { result: Vector; saturated?: Vector } {
  return 'saturated' in computed ? computed : { result: computed };
}

/** AND, BIC, ORR, ORN, EOR, BSL, BIT, BIF: `size` selects the operation. */
function logicalRow(): Instruction {
  const names = ['and', 'bic', 'orr', 'orn', 'eor', 'bsl', 'bit', 'bif'];
  return instruction({
    name: 'AND/BIC/ORR/ORN/EOR/BSL/BIT/BIF (vector)',
    pattern: '0 Q U 01110 opc:2 1 Vm:5 00011 1 Vn:5 Vd:5',
    assembly: (f) =>
      `${names[f.U * 4 + f.opc]} {Vd:${f.Q ? '16b' : '8b'}}, {Vn:${f.Q ? '16b' : '8b'}}, {Vm:${f.Q ? '16b' : '8b'}}`,
    aliases: [
      {
        when: (f) => f.U === 0 && f.opc === 2 && f.Vn === f.Vm,
        assembly: (f) => `mov {Vd:${f.Q ? '16b' : '8b'}}, {Vn:${f.Q ? '16b' : '8b'}}`,
      },
    ],
    hot: ({ Q }) => Q === 1,
    semantics(m, { Q, U, opc, Vm, Vn, Vd }) {
      const [a, b] = [m.readV(Vn), m.readV(Vm)];
      const compute = [
        () => m.wasm('v128.and', a, b),
        () => m.wasm('v128.andnot', a, b),
        () => m.wasm('v128.or', a, b),
        () => m.wasm('v128.or', a, m.wasm('v128.not', b)),
        () => m.wasm('v128.xor', a, b),
        () => m.bitselect(a, b, m.readV(Vd)),
        () => m.bitselect(a, m.readV(Vd), b),
        () => m.bitselect(m.readV(Vd), a, b),
      ][U * 4 + opc];
      m.writeV(Vd, compute?.() ?? a, Q ? 128 : 64);
    },
  });
}

function absoluteDifference(m: Machine, { bits, signed, a, b }: Operands): Vector {
  return m.wasm(`${shapeOf(bits)}.sub`, larger(m, bits, signed, a, b), smaller(m, bits, signed, a, b));
}

/** Carry-less product of bytes, its lower 8 bits: one shifted copy for each bit of `b`. */
function multiplyPolynomials(m: Machine, a: Vector, b: Vector): Vector {
  let result = laneConstant(m, 8, 0n);
  for (let bit = 0; bit < 8; bit++) {
    // Brings the bit to the sign position and from there into all bits of the byte.
    const chosen = m.wasm('i8x16.shr_s', m.wasm('i8x16.shl', b, m.constant(32, 7 - bit)), m.constant(32, 7));
    const shifted = m.wasm('i8x16.shl', a, m.constant(32, bit));
    result = m.wasm('v128.xor', result, m.wasm('v128.and', shifted, chosen));
  }
  return result;
}

/** The upper half of `2 a b`, rounded or not; only the least number squared saturates. */
export function doublingMultiplyHigh(
  m: Machine,
  bits: ElementBits,
  rounded: boolean,
  a: Vector,
  b: Vector,
): Saturated {
  const shape = shapeOf(bits);
  const wide = doubled(bits);
  const least = laneConstant(m, bits, laneMinimum(bits, true));
  const saturated = m.wasm('v128.and', m.wasm(`${shape}.eq`, a, least), m.wasm(`${shape}.eq`, a, b));
  const product = (half: 'low' | 'high') => {
    const exact = multiplyLong(m, bits, true, half, a, b);
    const twice = m.wasm(`${shapeOf(wide)}.add`, exact, exact);
    if (!rounded) return twice;
    return m.wasm(`${shapeOf(wide)}.add`, twice, laneConstant(m, wide, 1n << BigInt(bits - 1)));
  };
  const high = odds(m, bits, product('low'), product('high'));
  return { result: m.bitselect(laneConstant(m, bits, laneMaximum(bits, true)), high, saturated), saturated };
}
