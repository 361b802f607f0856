import { type Instruction, instruction } from '../instruction.ts';
import { addPairsLong, doubled, elementBits, foldLanes, larger, shapeOf, smaller } from '../lanes.ts';
import type { Machine } from '../machine.ts';
import type { ElementBits, Vector } from '../value.ts';

interface Operation {
  readonly opcode: string;
  readonly names: readonly [string | undefined, string | undefined];
  /** Whether the result has twice the element size. */
  readonly long?: boolean;
  readonly compute: (m: Machine, bits: ElementBits, signed: boolean, Q: number, a: Vector) => Vector;
}

const operations: readonly Operation[] = [
  {
    opcode: '00011',
    names: ['saddlv', 'uaddlv'],
    long: true,
    compute: (m, bits, signed, Q, a) => {
      const wide = doubled(bits);
      const add = (x: Vector, y: Vector) => m.wasm(`${shapeOf(wide)}.add`, x, y);
      return foldLanes(m, wide, Q, addPairsLong(m, bits, signed, a), add);
    },
  },
  {
    opcode: '01010',
    names: ['smaxv', 'umaxv'],
    compute: (m, bits, signed, Q, a) => foldLanes(m, bits, Q, a, (x, y) => larger(m, bits, signed, x, y)),
  },
  {
    opcode: '11010',
    names: ['sminv', 'uminv'],
    compute: (m, bits, signed, Q, a) => foldLanes(m, bits, Q, a, (x, y) => smaller(m, bits, signed, x, y)),
  },
  {
    opcode: '11011',
    names: ['addv', undefined],
    compute: (m, bits, _signed, Q, a) =>
      foldLanes(m, bits, Q, a, (x, y) => m.wasm(`${shapeOf(bits)}.add`, x, y)),
  },
];

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD across lanes", integer part */
export const vectorAcross: readonly Instruction[] = [
  ...operations.map(({ opcode, names, long, compute }) =>
    instruction({
      name: names.filter(Boolean).join('/').toUpperCase(),
      pattern:
        `0 Q U 01110 size:2 11000 ${opcode} 10 Vn:5 Vd:5` as '0 Q U 01110 size:2 11000 00000 10 Vn:5 Vd:5',
      // The 32-bit form needs four elements.
      when: (f) => names[f.U] !== undefined && (f.size < 2 || (f.size === 2 && f.Q === 1)),
      assembly: (f) => `${names[f.U]} {Vd:${'bhsd'[f.size + (long ? 1 : 0)]}}, {Vn.T}`,
      semantics(m, { Q, U, size, Vn, Vd }) {
        const bits = elementBits(size);
        const result = compute(m, bits, U === 0, Q, m.readV(Vn));
        const width = long ? doubled(bits) : bits;
        m.writeScalar(Vd, width, m.extract(shapeOf(width), result, 0));
      },
    }),
  ),
  instruction({
    name: 'ADDP (scalar)',
    pattern: '01 0 11110 11 11000 11011 10 Vn:5 Vd:5',
    assembly: 'addp {Vd:d}, {Vn:2d}',
    semantics(m, { Vn, Vd }) {
      const a = m.readV(Vn);
      const sum = m.add(m.extract<64>('i64x2', a, 0), m.extract<64>('i64x2', a, 1));
      m.writeScalar(Vd, 64, sum);
    },
  }),
];
