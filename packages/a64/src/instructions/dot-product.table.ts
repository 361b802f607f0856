import { type Instruction, instruction } from '../instruction.ts';
import { addPairsLong, multiplyLong, pairs } from '../lanes.ts';
import type { Machine } from '../machine.ts';
import type { Vector } from '../value.ts';

const mnemonic = (f: { readonly U: number }) => (f.U ? 'udot' : 'sdot');
const arrangements = (f: { readonly Q: number }) =>
  f.Q ? (['4s', '16b'] as const) : (['2s', '8b'] as const);

/** Each 32-bit element of `addend` plus the sum of the products of the four bytes in its place. */
function accumulate(m: Machine, signed: boolean, addend: Vector, a: Vector, b: Vector): Vector {
  const sums = (half: 'low' | 'high') => addPairsLong(m, 16, signed, multiplyLong(m, 8, signed, half, a, b));
  const [first, second] = pairs(m, 32, 1, sums('low'), sums('high'));
  return m.wasm('i32x4.add', addend, m.wasm('i32x4.add', first, second));
}

/** @source Arm ARM DDI 0487, "SDOT (vector)", "SDOT (by element)", "UDOT (vector)", "UDOT (by element)" (FEAT_DotProd) */
export const dotProduct: readonly Instruction[] = [
  instruction({
    name: 'SDOT/UDOT (vector)',
    pattern: '0 Q U 01110 10 0 Vm:5 100101 Vn:5 Vd:5',
    assembly(f) {
      const [wide, bytes] = arrangements(f);
      return `${mnemonic(f)} {Vd:${wide}}, {Vn:${bytes}}, {Vm:${bytes}}`;
    },
    semantics(m, { Q, U, Vm, Vn, Vd }) {
      m.writeV(Vd, accumulate(m, U === 0, m.readV(Vd), m.readV(Vn), m.readV(Vm)), Q ? 128 : 64);
    },
  }),
  instruction({
    name: 'SDOT/UDOT (by element)',
    pattern: '0 Q U 01111 10 #L:1 Vm:5 1110 #H:1 0 Vn:5 Vd:5',
    assembly(f) {
      const [wide, bytes] = arrangements(f);
      return `${mnemonic(f)} {Vd:${wide}}, {Vn:${bytes}}, {Vm}.4b[{index}]`;
    },
    operands: (f) => ({ index: (f.H << 1) | f.L }),
    semantics(m, { Q, U, L, Vm, H, Vn, Vd }) {
      const four = m.splatElement(Vm, 32, m.or(m.shl(H, m.constant(32, 1)), L));
      m.writeV(Vd, accumulate(m, U === 0, m.readV(Vd), m.readV(Vn), four), Q ? 128 : 64);
    },
  }),
];
