import { type Instruction, instruction } from '../instruction.ts';
import {
  clampToHalf,
  doubled,
  elementBits,
  evens,
  extend,
  laneConstant,
  multiplyLong,
  noteSaturation,
  type Saturated,
  shapeOf,
} from '../lanes.ts';
import type { Machine } from '../machine.ts';
import type { Vector } from '../value.ts';
import { elementText, indexedSizes, splatIndexed } from './vector-indexed.table.ts';

type Bits = 16 | 32;
type VectorPattern = '0 Q 1 01111 01 #L:1 #M:1 #vm:4 11 s 1 #H:1 0 Vn:5 Vd:5';
type ScalarPattern = '01 1 11111 01 #L:1 #M:1 #vm:4 11 s 1 #H:1 0 Vn:5 Vd:5';

const mnemonic = (f: { readonly s: number }) => (f.s ? 'sqrdmlsh' : 'sqrdmlah');
const letterOf = (bits: number) => (bits === 16 ? 'h' : 's');
const bitsOf = (size: number): Bits => (elementBits(size) === 16 ? 16 : 32);

/** `addend ± a × b × 2^(1 - bits)`, rounded and saturated once. */
function accumulate(
  m: Machine,
  bits: Bits,
  operation: 'add' | 'sub',
  addend: Vector,
  [a, b]: [Vector, Vector],
): Saturated {
  const wide = doubled(bits);
  const shape = shapeOf(wide);
  const places = m.constant(32, bits - 1);
  const half = (which: 'low' | 'high') => {
    // Neither the shifted addend nor the product reaches 2^(2 × bits - 2) by more than the least number does.
    const shifted = m.wasm(`${shape}.shl`, extend(m, bits, true, which, addend), places);
    const sum = m.wasm(`${shape}.${operation}`, shifted, multiplyLong(m, bits, true, which, a, b));
    const rounded = m.wasm(`${shape}.add`, sum, laneConstant(m, wide, 1n << BigInt(bits - 2)));
    return clampToHalf(m, wide, true, true, m.wasm(`${shape}.shr_s`, rounded, places));
  };
  const [low, high] = [half('low'), half('high')];
  return {
    result: evens(m, bits, low.result, high.result),
    // What is beyond the range by less than the range itself differs in the lower half already.
    saturated: evens(m, bits, low.saturated, high.saturated),
  };
}

/** @source Arm ARM DDI 0487, "SQRDMLAH" and "SQRDMLSH", vector and by element (FEAT_RDM) */
export const roundingDoubling: readonly Instruction[] = [
  instruction({
    name: 'SQRDMLAH/SQRDMLSH (vector)',
    pattern: '0 Q 1 01110 size:2 0 Vm:5 1000 s 1 Vn:5 Vd:5',
    when: (f) => f.size === 1 || f.size === 2,
    assembly: (f) => `${mnemonic(f)} {Vd.T}, {Vn.T}, {Vm.T}`,
    semantics(m, { Q, size, Vm, s, Vn, Vd }) {
      const factors: [Vector, Vector] = [m.readV(Vn), m.readV(Vm)];
      const sum = accumulate(m, bitsOf(size), s ? 'sub' : 'add', m.readV(Vd), factors);
      m.writeV(Vd, sum.result, Q ? 128 : 64);
      noteSaturation(m, sum.saturated, Q ? 'all' : 'low');
    },
  }),
  instruction({
    name: 'SQRDMLAH/SQRDMLSH (scalar)',
    pattern: '01 1 11110 size:2 0 Vm:5 1000 s 1 Vn:5 Vd:5',
    when: (f) => f.size === 1 || f.size === 2,
    assembly(f) {
      const letter = letterOf(bitsOf(f.size));
      return `${mnemonic(f)} {Vd:${letter}}, {Vn:${letter}}, {Vm:${letter}}`;
    },
    semantics(m, { size, Vm, s, Vn, Vd }) {
      const bits = bitsOf(size);
      const factors: [Vector, Vector] = [m.readV(Vn), m.readV(Vm)];
      const sum = accumulate(m, bits, s ? 'sub' : 'add', m.readV(Vd), factors);
      m.writeScalar(Vd, bits, m.extract(shapeOf(bits), sum.result, 0));
      noteSaturation(m, sum.saturated, bits);
    },
  }),
  ...indexedSizes.flatMap(({ bits, letter, fields, index }) => [
    instruction({
      name: `SQRDMLAH/SQRDMLSH (by element, ${bits} bits)`,
      pattern: `0 Q 1 01111 ${fields} 11 s 1 ${index} 0 Vn:5 Vd:5` as VectorPattern,
      assembly(f) {
        const arrangement = `${(f.Q ? 128 : 64) / bits}${letter}`;
        return `${mnemonic(f)} {Vd:${arrangement}}, {Vn:${arrangement}}, {element}`;
      },
      operands: (f) => elementText(bits, f),
      semantics(m, { Q, s, Vn, Vd, ...element }) {
        const factors: [Vector, Vector] = [m.readV(Vn), splatIndexed(m, bits, element)];
        const sum = accumulate(m, bits, s ? 'sub' : 'add', m.readV(Vd), factors);
        m.writeV(Vd, sum.result, Q ? 128 : 64);
        noteSaturation(m, sum.saturated, Q ? 'all' : 'low');
      },
    }),
    instruction({
      name: `SQRDMLAH/SQRDMLSH (scalar, by element, ${bits} bits)`,
      pattern: `01 1 11111 ${fields} 11 s 1 ${index} 0 Vn:5 Vd:5` as ScalarPattern,
      assembly: (f) => `${mnemonic(f)} {Vd:${letter}}, {Vn:${letter}}, {element}`,
      operands: (f) => elementText(bits, f),
      semantics(m, { s, Vn, Vd, ...element }) {
        const factors: [Vector, Vector] = [m.readV(Vn), splatIndexed(m, bits, element)];
        const sum = accumulate(m, bits, s ? 'sub' : 'add', m.readV(Vd), factors);
        m.writeScalar(Vd, bits, m.extract(shapeOf(bits), sum.result, 0));
        noteSaturation(m, sum.saturated, bits);
      },
    }),
  ]),
];
