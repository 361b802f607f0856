import { type Instruction, instruction } from '../instruction.ts';
import { elementBits, laneConstant } from '../lanes.ts';
import type { Vector } from '../value.ts';

const names = [undefined, 'uzp1', 'trn1', 'zip1', undefined, 'uzp2', 'trn2', 'zip2'];

/**
 * Byte numbers of a shuffle that takes whole elements; elements of the second vector count on from those of the first.
 * Without Q a vector has 8 bytes.
 */
function elementShuffle(
  bytes: number,
  Q: number,
  element: (index: number, count: number) => number,
): number[] {
  const count = (Q ? 16 : 8) / bytes;
  const chosen = Array.from({ length: count }, (_, index) => element(index, count));
  const lanes = chosen.flatMap((number) => {
    const start = number < count ? number * bytes : 16 + (number - count) * bytes;
    return Array.from({ length: bytes }, (_, i) => start + i);
  });
  return [...lanes, ...Array.from({ length: 16 - lanes.length }, () => 0)];
}

/** Which element becomes element `index`: UZP the even or odd ones, TRN pairs of one column, ZIP alternating. */
function permutation(opcode: number, index: number, count: number): number {
  const second = opcode >> 2;
  switch (opcode & 3) {
    case 1:
      return 2 * index + second;
    case 2:
      return (index & ~1) + second + (index & 1) * count;
    default:
      return (index >> 1) + second * (count / 2) + (index & 1) * count;
  }
}

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD permute", "extract", "table lookup" */
export const vectorPermute: readonly Instruction[] = [
  instruction({
    name: 'UZP/TRN/ZIP',
    pattern: '0 Q 001110 size:2 0 Vm:5 0 opcode:3 10 Vn:5 Vd:5',
    when: (f) => names[f.opcode] !== undefined && (f.size < 3 || f.Q === 1),
    assembly: (f) => `${names[f.opcode]} {Vd.T}, {Vn.T}, {Vm.T}`,
    semantics(m, { Q, size, Vm, opcode, Vn, Vd }) {
      const lanes = elementShuffle(elementBits(size) / 8, Q, (index, count) =>
        permutation(opcode, index, count),
      );
      m.writeV(Vd, m.shuffle(m.readV(Vn), m.readV(Vm), lanes), Q ? 128 : 64);
    },
  }),
  instruction({
    name: 'EXT',
    pattern: '0 Q 101110 000 Vm:5 0 index:4 0 Vn:5 Vd:5',
    when: (f) => f.Q === 1 || f.index < 8,
    assembly: (f) =>
      `ext {Vd:${f.Q ? '16b' : '8b'}}, {Vn:${f.Q ? '16b' : '8b'}}, {Vm:${f.Q ? '16b' : '8b'}}, #{index}`,
    semantics(m, { Q, Vm, index, Vn, Vd }) {
      const lanes = elementShuffle(1, Q, (byte) => byte + index);
      m.writeV(Vd, m.shuffle(m.readV(Vn), m.readV(Vm), lanes), Q ? 128 : 64);
    },
  }),
  instruction({
    name: 'TBL/TBX',
    pattern: '0 Q 001110 000 Vm:5 0 len:2 op 00 Vn:5 Vd:5',
    assembly: (f) =>
      `${f.op ? 'tbx' : 'tbl'} {Vd:${f.Q ? '16b' : '8b'}}, {Vn*${f.len + 1}:16b}, {Vm:${f.Q ? '16b' : '8b'}}`,
    semantics(m, { Q, Vm, len, op, Vn, Vd }) {
      const indices = m.readV(Vm);
      let found: Vector | undefined;
      for (let i = 0; i <= len; i++) {
        // An index outside this register's 16 bytes gives 0, so the registers' bytes can be joined.
        const local = i === 0 ? indices : m.wasm('i8x16.sub', indices, laneConstant(m, 8, BigInt(16 * i)));
        const bytes = m.wasm('i8x16.swizzle', m.readV(m.nextV(Vn, i)), local);
        found = found === undefined ? bytes : m.wasm('v128.or', found, bytes);
      }
      if (found === undefined) return;
      const limit = laneConstant(m, 8, BigInt(16 * (len + 1)));
      const outside = m.wasm('i8x16.ge_u', indices, limit);
      m.writeV(Vd, op ? m.bitselect(m.readV(Vd), found, outside) : found, Q ? 128 : 64);
    },
  }),
];
