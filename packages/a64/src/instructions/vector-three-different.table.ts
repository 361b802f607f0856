import { type Instruction, instruction } from '../instruction.ts';
import {
  addSaturated,
  doubled,
  elementBits,
  extend,
  laneConstant,
  multiplyLong,
  narrowed,
  noteSaturation,
  type Saturated,
  shapeOf,
} from '../lanes.ts';
import type { Machine } from '../machine.ts';
import type { ElementBits, Vector } from '../value.ts';

type Pattern = '0 Q U 01110 size:2 1 Vm:5 0000 00 Vn:5 Vd:5';

interface Operands {
  /** Size of the narrow elements. */
  readonly bits: ElementBits;
  readonly signed: boolean;
  /** Q: the narrow elements are those of the upper half. */
  readonly half: 'low' | 'high';
  readonly a: Vector;
  readonly b: Vector;
  readonly d: Vector;
}

interface Operation {
  readonly opcode: string;
  /** Mnemonics for U = 0 and U = 1; undefined: unallocated, or another row's. */
  readonly names: readonly [string | undefined, string | undefined];
  /** Which operands have wide elements: destination only, also the first source, or only the sources. */
  readonly form: 'long' | 'wide' | 'narrow';
  readonly sizes?: readonly number[];
  readonly compute: (m: Machine, operands: Operands) => Vector | Saturated;
}

const operations: readonly Operation[] = [
  { opcode: '0000', names: ['saddl', 'uaddl'], form: 'long', compute: long('add') },
  { opcode: '0001', names: ['saddw', 'uaddw'], form: 'wide', compute: wide('add') },
  { opcode: '0010', names: ['ssubl', 'usubl'], form: 'long', compute: long('sub') },
  { opcode: '0011', names: ['ssubw', 'usubw'], form: 'wide', compute: wide('sub') },
  { opcode: '0100', names: ['addhn', 'raddhn'], form: 'narrow', compute: highHalf('add') },
  { opcode: '0110', names: ['subhn', 'rsubhn'], form: 'narrow', compute: highHalf('sub') },
  { opcode: '0101', names: ['sabal', 'uabal'], form: 'long', compute: accumulate('add', absoluteDifference) },
  { opcode: '0111', names: ['sabdl', 'uabdl'], form: 'long', compute: absoluteDifference },
  { opcode: '1000', names: ['smlal', 'umlal'], form: 'long', compute: accumulate('add', product) },
  { opcode: '1010', names: ['smlsl', 'umlsl'], form: 'long', compute: accumulate('sub', product) },
  { opcode: '1100', names: ['smull', 'umull'], form: 'long', compute: product },
  {
    opcode: '1001',
    names: ['sqdmlal', undefined],
    form: 'long',
    sizes: [1, 2],
    compute: (m, operands) => doublingMultiply(m, operands, 'add'),
  },
  {
    opcode: '1011',
    names: ['sqdmlsl', undefined],
    form: 'long',
    sizes: [1, 2],
    compute: (m, operands) => doublingMultiply(m, operands, 'sub'),
  },
  {
    opcode: '1101',
    names: ['sqdmull', undefined],
    form: 'long',
    sizes: [1, 2],
    compute: (m, operands) => doublingMultiply(m, operands, 'none'),
  },
];

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD three different"; PMULL stands with the cryptographic rows */
export const vectorThreeDifferent: readonly Instruction[] = [
  ...operations.map(vectorRow),
  ...operations.filter(({ names }) => names[0]?.startsWith('sqdm')).map(scalarRow),
];

const arrangement = (size: number, Q: number) =>
  ['8b', '16b', '4h', '8h', '2s', '4s', '1d', '2d'][size * 2 + Q];

function vectorRow({ opcode, names, form, sizes = [0, 1, 2], compute }: Operation): Instruction {
  return instruction({
    name: `${names.filter(Boolean).join('/').toUpperCase()} (vector)`,
    pattern: `0 Q U 01110 size:2 1 Vm:5 ${opcode} 00 Vn:5 Vd:5` as Pattern,
    when: (f) => names[f.U] !== undefined && sizes.includes(f.size),
    assembly: (f) => {
      const [narrow, wider] = [arrangement(f.size, f.Q), arrangement(f.size + 1, 1)];
      const [d, n, second] = {
        long: [wider, narrow, narrow],
        wide: [wider, wider, narrow],
        narrow: [narrow, wider, wider],
      }[form];
      return `${names[f.U]}${f.Q ? '2' : ''} {Vd:${d}}, {Vn:${n}}, {Vm:${second}}`;
    },
    semantics(m, { Q, U, size, Vm, Vn, Vd }) {
      const [a, b, d] = [m.readV(Vn), m.readV(Vm), m.readV(Vd)];
      const bits = elementBits(size);
      const computed = compute(m, { bits, signed: U === 0, half: Q ? 'high' : 'low', a, b, d });
      const result = 'saturated' in computed ? computed.result : computed;
      if (form === 'narrow') m.writeV(Vd, narrowed(m, bits, Q, d, result), Q ? 128 : 64);
      else m.writeV(Vd, result);
      if ('saturated' in computed) noteSaturation(m, computed.saturated, 'all');
    },
  });
}

/** SQDMULL and its accumulating forms on lane 0. */
function scalarRow({ opcode, names, compute }: Operation): Instruction {
  return instruction({
    name: `${names[0]?.toUpperCase()} (scalar)`,
    pattern:
      `01 0 11110 size:2 1 Vm:5 ${opcode} 00 Vn:5 Vd:5` as '01 0 11110 size:2 1 Vm:5 0000 00 Vn:5 Vd:5',
    when: (f) => f.size === 1 || f.size === 2,
    assembly: (f) => {
      const [narrow, wider] = f.size === 1 ? ['h', 's'] : ['s', 'd'];
      return `${names[0]} {Vd:${wider}}, {Vn:${narrow}}, {Vm:${narrow}}`;
    },
    semantics(m, { size, Vm, Vn, Vd }) {
      const bits = elementBits(size);
      const [a, b, d] = [m.readV(Vn), m.readV(Vm), m.readV(Vd)];
      const computed = compute(m, { bits, signed: true, half: 'low', a, b, d });
      const wider = doubled(bits);
      const result = 'saturated' in computed ? computed.result : computed;
      m.writeScalar(Vd, wider, m.extract(shapeOf(wider), result, 0));
      if ('saturated' in computed) noteSaturation(m, computed.saturated, wider);
    },
  });
}

function long(operation: 'add' | 'sub') {
  return (m: Machine, { bits, signed, half, a, b }: Operands) =>
    m.wasm(
      `${shapeOf(doubled(bits))}.${operation}`,
      extend(m, bits, signed, half, a),
      extend(m, bits, signed, half, b),
    );
}

function wide(operation: 'add' | 'sub') {
  return (m: Machine, { bits, signed, half, a, b }: Operands) =>
    m.wasm(`${shapeOf(doubled(bits))}.${operation}`, a, extend(m, bits, signed, half, b));
}

/** The upper half of each sum, in the even narrow lanes; U: rounded. */
function highHalf(operation: 'add' | 'sub') {
  return (m: Machine, { bits, signed: truncates, a, b }: Operands) => {
    const shape = shapeOf(doubled(bits));
    const sum = m.wasm(`${shape}.${operation}`, a, b);
    const unit = laneConstant(m, doubled(bits), 1n << BigInt(bits - 1));
    return m.wasm(
      `${shape}.shr_u`,
      truncates ? sum : m.wasm(`${shape}.add`, sum, unit),
      m.constant(32, bits),
    );
  };
}

function product(m: Machine, { bits, signed, half, a, b }: Operands): Vector {
  return multiplyLong(m, bits, signed, half, a, b);
}

function absoluteDifference(m: Machine, { bits, signed, half, a, b }: Operands): Vector {
  const shape = shapeOf(doubled(bits));
  // The difference of extended numbers fits into the wide element with its sign.
  return m.wasm(
    `${shape}.abs`,
    m.wasm(`${shape}.sub`, extend(m, bits, signed, half, a), extend(m, bits, signed, half, b)),
  );
}

function accumulate(operation: 'add' | 'sub', compute: (m: Machine, operands: Operands) => Vector) {
  return (m: Machine, operands: Operands) =>
    m.wasm(`${shapeOf(doubled(operands.bits))}.${operation}`, operands.d, compute(m, operands));
}

/** `2 a b` saturated, then added to or subtracted from the destination, saturated again. */
export function doublingMultiply(
  m: Machine,
  operands: Operands,
  accumulation: 'none' | 'add' | 'sub',
): Saturated {
  const { bits, half, a, b, d } = operands;
  const single = multiplyLong(m, bits, true, half, a, b);
  const twice = addSaturated(m, doubled(bits), true, 'add', single, single);
  if (accumulation === 'none') return twice;
  const total = addSaturated(m, doubled(bits), true, accumulation, d, twice.result);
  return { result: total.result, saturated: m.wasm('v128.or', twice.saturated, total.saturated) };
}
