import { type Instruction, instruction } from '../instruction.ts';
import {
  addPairsLong,
  addSaturated,
  clampToHalf,
  countLeadingZeros,
  doubled,
  elementBits,
  extend,
  greater,
  greaterOrEqual,
  laneConstant,
  laneMaximum,
  laneMinimum,
  narrowed,
  noteSaturation,
  reverseBitsOfBytes,
  reverseElements,
  type Saturated,
  shapeOf,
  signMask,
} from '../lanes.ts';
import type { Machine } from '../machine.ts';
import type { ElementBits, Vector } from '../value.ts';

interface Operands {
  readonly bits: ElementBits;
  readonly U: number;
  readonly a: Vector;
  readonly d: Vector;
}

interface Operation {
  readonly opcode: string;
  /** Mnemonics for U = 0 and U = 1; undefined: unallocated, or another row's. */
  readonly names: readonly [string | undefined, string | undefined];
  /** The name that disassembly prefers. */
  readonly alias?: string;
  readonly sizes: readonly number[];
  readonly scalarSizes?: readonly number[];
  readonly compute: (m: Machine, operands: Operands) => Vector | Saturated;
  /** Text behind the operands, such as the zero of a comparison. */
  readonly suffix?: string;
}

const all = [0, 1, 2, 3];

const operations: readonly Operation[] = [
  {
    opcode: '00000',
    names: ['rev64', undefined],
    sizes: [0, 1, 2],
    compute: (m, { bits, a }) => reverseElements(m, bits, 64, a),
  },
  {
    opcode: '00000',
    names: [undefined, 'rev32'],
    sizes: [0, 1],
    compute: (m, { bits, a }) => reverseElements(m, bits, 32, a),
  },
  {
    opcode: '00001',
    names: ['rev16', undefined],
    sizes: [0],
    compute: (m, { bits, a }) => reverseElements(m, bits, 16, a),
  },
  {
    opcode: '00011',
    names: ['suqadd', 'usqadd'],
    sizes: all,
    scalarSizes: all,
    compute: (m, { bits, U, a, d }) =>
      U ? addSignedToUnsigned(m, bits, d, a) : addUnsignedToSigned(m, bits, d, a),
  },
  {
    opcode: '00100',
    names: ['cls', 'clz'],
    sizes: [0, 1, 2],
    compute: (m, { bits, U, a }) => {
      if (U) return countLeadingZeros(m, bits, a);
      // Bits equal to the sign, the sign itself not counted.
      const differing = m.wasm('v128.xor', a, signMask(m, bits, a));
      return m.wasm(`${shapeOf(bits)}.sub`, countLeadingZeros(m, bits, differing), laneConstant(m, bits, 1n));
    },
  },
  {
    opcode: '00101',
    names: ['cnt', undefined],
    sizes: [0],
    compute: (m, { a }) => m.wasm('i8x16.popcnt', a),
  },
  {
    opcode: '00101',
    names: [undefined, 'not'],
    alias: 'mvn',
    sizes: [0],
    compute: (m, { a }) => m.wasm('v128.not', a),
  },
  {
    opcode: '00111',
    names: ['sqabs', 'sqneg'],
    sizes: all,
    scalarSizes: all,
    compute: (m, { bits, U, a }) => {
      const saturated = m.wasm(`${shapeOf(bits)}.eq`, a, laneConstant(m, bits, laneMinimum(bits, true)));
      const wrapped = m.wasm(`${shapeOf(bits)}.${U ? 'neg' : 'abs'}`, a);
      // The least number is its own negative; one less in binary is the greatest.
      return { result: m.wasm('v128.xor', wrapped, saturated), saturated };
    },
  },
  {
    opcode: '01000',
    names: ['cmgt', 'cmge'],
    sizes: all,
    scalarSizes: [3],
    suffix: ', #0',
    compute: (m, { bits, U, a }) =>
      (U ? greaterOrEqual : greater)(m, bits, true, a, laneConstant(m, bits, 0n)),
  },
  {
    opcode: '01001',
    names: ['cmeq', 'cmle'],
    sizes: all,
    scalarSizes: [3],
    suffix: ', #0',
    compute: (m, { bits, U, a }) => {
      const zero = laneConstant(m, bits, 0n);
      return U ? greaterOrEqual(m, bits, true, zero, a) : m.wasm(`${shapeOf(bits)}.eq`, a, zero);
    },
  },
  {
    opcode: '01010',
    names: ['cmlt', undefined],
    sizes: all,
    scalarSizes: [3],
    suffix: ', #0',
    compute: (m, { bits, a }) => signMask(m, bits, a),
  },
  {
    opcode: '01011',
    names: ['abs', 'neg'],
    sizes: all,
    scalarSizes: [3],
    compute: (m, { bits, U, a }) => m.wasm(`${shapeOf(bits)}.${U ? 'neg' : 'abs'}`, a),
  },
];

/** Narrowing of elements twice as large as `size` says. */
const narrowing: readonly Omit<Operation, 'sizes' | 'scalarSizes'>[] = [
  { opcode: '10010', names: ['xtn', undefined], compute: (_m, { a }) => a },
  {
    opcode: '10010',
    names: [undefined, 'sqxtun'],
    compute: (m, { bits, a }) => clampToHalf(m, doubled(bits), true, false, a),
  },
  {
    opcode: '10100',
    names: ['sqxtn', 'uqxtn'],
    compute: (m, { bits, U, a }) => clampToHalf(m, doubled(bits), U === 0, U === 0, a),
  },
];

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD two-register miscellaneous", integer part */
export const vectorTwoRegister: readonly Instruction[] = [
  ...operations.map(vectorRow),
  ...operations.filter(({ scalarSizes }) => scalarSizes !== undefined).map(scalarRow),
  ...narrowing.flatMap((operation) => [
    narrowingRow(operation),
    ...(operation.names[0] === 'xtn' ? [] : [scalarNarrowingRow(operation)]),
  ]),
  instruction({
    name: 'RBIT (vector)',
    pattern: '0 Q 101110 01 10000 00101 10 Vn:5 Vd:5',
    assembly: (f) => `rbit {Vd:${f.Q ? '16b' : '8b'}}, {Vn:${f.Q ? '16b' : '8b'}}`,
    semantics(m, { Q, Vn, Vd }) {
      m.writeV(Vd, reverseBitsOfBytes(m, m.readV(Vn)), Q ? 128 : 64);
    },
  }),
  instruction({
    name: 'SADDLP/UADDLP/SADALP/UADALP',
    pattern: '0 Q U 01110 size:2 10000 00 accumulate 10 10 Vn:5 Vd:5',
    when: (f) => f.size < 3,
    assembly: (f) =>
      `${f.U ? 'u' : 's'}ad${f.accumulate ? 'a' : 'd'}lp {Vd:${['4h', '8h', '2s', '4s', '1d', '2d'][f.size * 2 + f.Q]}}, {Vn.T}`,
    semantics(m, { Q, U, size, accumulate, Vn, Vd }) {
      const bits = elementBits(size);
      const sums = addPairsLong(m, bits, U === 0, m.readV(Vn));
      const result = accumulate ? m.wasm(`${shapeOf(doubled(bits))}.add`, m.readV(Vd), sums) : sums;
      m.writeV(Vd, result, Q ? 128 : 64);
    },
  }),
  instruction({
    name: 'SHLL',
    pattern: '0 Q 101110 size:2 10000 10011 10 Vn:5 Vd:5',
    when: (f) => f.size < 3,
    assembly: (f) => `shll${f.Q ? '2' : ''} {Vd:${['8h', '4s', '2d'][f.size]}}, {Vn.T}, #${8 << f.size}`,
    semantics(m, { Q, size, Vn, Vd }) {
      const bits = elementBits(size);
      const wide = extend(m, bits, false, Q ? 'high' : 'low', m.readV(Vn));
      m.writeV(Vd, m.wasm(`${shapeOf(doubled(bits))}.shl`, wide, m.constant(32, bits)));
    },
  }),
];

function nameOf(names: Operation['names']): string {
  return names.filter(Boolean).join('/').toUpperCase();
}

function vectorRow({ opcode, names, alias, sizes, compute, suffix = '' }: Operation): Instruction {
  return instruction({
    name: `${nameOf(names)} (vector${suffix && ', zero'}, two registers)`,
    pattern:
      `0 Q U 01110 size:2 10000 ${opcode} 10 Vn:5 Vd:5` as '0 Q U 01110 size:2 10000 00000 10 Vn:5 Vd:5',
    when: (f) => names[f.U] !== undefined && sizes.includes(f.size) && (f.size < 3 || f.Q === 1),
    assembly: (f) => `${names[f.U]} {Vd.T}, {Vn.T}${suffix}`,
    ...(alias ? { aliases: [{ when: () => true, assembly: `${alias} {Vd.T}, {Vn.T}` }] } : {}),
    semantics(m, { Q, U, size, Vn, Vd }) {
      const computed = compute(m, { bits: elementBits(size), U, a: m.readV(Vn), d: m.readV(Vd) });
      m.writeV(Vd, 'saturated' in computed ? computed.result : computed, Q ? 128 : 64);
      if ('saturated' in computed) noteSaturation(m, computed.saturated, Q ? 'all' : 'low');
    },
  });
}

function scalarRow({ opcode, names, scalarSizes = [], compute, suffix = '' }: Operation): Instruction {
  return instruction({
    name: `${nameOf(names)} (scalar${suffix && ', zero'}, two registers)`,
    pattern: `01 U 11110 size:2 10000 ${opcode} 10 Vn:5 Vd:5` as '01 U 11110 size:2 10000 00000 10 Vn:5 Vd:5',
    when: (f) => names[f.U] !== undefined && scalarSizes.includes(f.size),
    assembly: (f) => `${names[f.U]} {Vd:${'bhsd'[f.size]}}, {Vn:${'bhsd'[f.size]}}${suffix}`,
    semantics(m, { U, size, Vn, Vd }) {
      const bits = elementBits(size);
      const computed = compute(m, { bits, U, a: m.readV(Vn), d: m.readV(Vd) });
      const result = 'saturated' in computed ? computed.result : computed;
      m.writeScalar(Vd, bits, m.extract(shapeOf(bits), result, 0));
      if ('saturated' in computed) noteSaturation(m, computed.saturated, bits);
    },
  });
}

function narrowingRow({ opcode, names, compute }: Omit<Operation, 'sizes'>): Instruction {
  return instruction({
    name: `${nameOf(names)} (vector)`,
    pattern:
      `0 Q U 01110 size:2 10000 ${opcode} 10 Vn:5 Vd:5` as '0 Q U 01110 size:2 10000 00000 10 Vn:5 Vd:5',
    when: (f) => names[f.U] !== undefined && f.size < 3,
    assembly: (f) => `${names[f.U]}${f.Q ? '2' : ''} {Vd.T}, {Vn:${['8h', '4s', '2d'][f.size]}}`,
    semantics(m, { Q, U, size, Vn, Vd }) {
      const bits = elementBits(size);
      const d = m.readV(Vd);
      const computed = compute(m, { bits, U, a: m.readV(Vn), d });
      const result = 'saturated' in computed ? computed.result : computed;
      m.writeV(Vd, narrowed(m, bits, Q, d, result), Q ? 128 : 64);
      if ('saturated' in computed) noteSaturation(m, computed.saturated, 'all');
    },
  });
}

function scalarNarrowingRow({ opcode, names, compute }: Omit<Operation, 'sizes'>): Instruction {
  return instruction({
    name: `${nameOf(names)} (scalar)`,
    pattern: `01 U 11110 size:2 10000 ${opcode} 10 Vn:5 Vd:5` as '01 U 11110 size:2 10000 00000 10 Vn:5 Vd:5',
    when: (f) => names[f.U] !== undefined && f.size < 3,
    assembly: (f) => `${names[f.U]} {Vd:${'bhs'[f.size]}}, {Vn:${'hsd'[f.size]}}`,
    semantics(m, { U, size, Vn, Vd }) {
      const bits = elementBits(size);
      const computed = compute(m, { bits, U, a: m.readV(Vn), d: m.readV(Vd) });
      const result = 'saturated' in computed ? computed.result : computed;
      m.writeScalar(Vd, bits, m.extract(shapeOf(bits), result, 0));
      if ('saturated' in computed) noteSaturation(m, computed.saturated, doubled(bits));
    },
  });
}

/** Signed accumulator plus unsigned addend, saturated as signed: only too large is possible. */
function addUnsignedToSigned(m: Machine, bits: ElementBits, accumulator: Vector, addend: Vector): Saturated {
  const sum = m.wasm(`${shapeOf(bits)}.add`, accumulator, addend);
  // As numbers without a sign the accumulator counts from the least one; the sum wrapped when it became smaller there.
  const shift = (v: Vector) => m.wasm('v128.xor', v, laneConstant(m, bits, laneMinimum(bits, true)));
  const saturated = greater(m, bits, false, shift(accumulator), shift(sum));
  return { result: m.bitselect(laneConstant(m, bits, laneMaximum(bits, true)), sum, saturated), saturated };
}

/** Unsigned accumulator plus signed addend, saturated as unsigned. */
function addSignedToUnsigned(m: Machine, bits: ElementBits, accumulator: Vector, addend: Vector): Saturated {
  const negative = signMask(m, bits, addend);
  const up = addSaturated(m, bits, false, 'add', accumulator, addend);
  const magnitude = m.wasm(`${shapeOf(bits)}.neg`, addend);
  const down = addSaturated(m, bits, false, 'sub', accumulator, magnitude);
  return {
    result: m.bitselect(down.result, up.result, negative),
    saturated: m.bitselect(down.saturated, up.saturated, negative),
  };
}
