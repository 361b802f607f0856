import { type HalfLanes, halfLanesOf } from '../float/halves.ts';
import { type Instruction, instruction } from '../instruction.ts';
import { pairs } from '../lanes.ts';
import type { Machine } from '../machine.ts';
import type { Vector, VectorRegister } from '../value.ts';
import { expandImmediate, floatImmediateText } from './fp-move.table.ts';
import { floatAcrossOperations, floatPairOperations } from './vector-float-across.table.ts';
import { floatIndexedOperations } from './vector-float-indexed.table.ts';
import { floatThreeSameOperations } from './vector-float-three-same.table.ts';
import { floatTwoRegisterOperations } from './vector-float-two-register.table.ts';
import { elementText, splatIndexed } from './vector-indexed.table.ts';

const arrangement = (f: { readonly Q: number }) => (f.Q ? '8h' : '4h');
const upper = (mnemonic: string) => mnemonic.toUpperCase();
const SCALAR: HalfLanes = { size: 16, count: 1 };

function writeLowest(m: Machine, register: VectorRegister, result: Vector): void {
  m.writeScalar(register, 16, m.extract('i16x8', result, 0));
}

/**
 * Advanced SIMD on halves (FEAT_FP16): the operations of singles and doubles under encodings of their own.
 *
 * @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD three same (FP16)", "two-register miscellaneous (FP16)", their scalar
 *   forms, "across lanes", "scalar pairwise", "vector x indexed element", "modified immediate"
 */
export const vectorHalf: readonly Instruction[] = [
  ...floatThreeSameOperations.map(({ mnemonic, encoding: [U, a, opcode], pairwise, compute }) =>
    instruction({
      name: `${upper(mnemonic)} (vector, half)`,
      pattern:
        `0 Q ${U} 01110 ${a} 10 Vm:5 00 ${opcode.slice(2)} 1 Vn:5 Vd:5` as '0 Q 0 01110 0 10 Vm:5 00 000 1 Vn:5 Vd:5',
      assembly: (f) => `${mnemonic} {Vd:${arrangement(f)}}, {Vn:${arrangement(f)}}, {Vm:${arrangement(f)}}`,
      semantics(m, { Q, Vm, Vn, Vd }) {
        const [n, second] = [m.readV(Vn), m.readV(Vm)];
        const [left, right] = pairwise ? pairs(m, 16, Q, n, second) : [n, second];
        m.writeV(Vd, compute(m, halfLanesOf(Q), { a: left, b: right, d: m.readV(Vd) }), Q ? 128 : 64);
      },
    }),
  ),
  ...floatThreeSameOperations
    .filter(({ scalar }) => scalar)
    .map(({ mnemonic, encoding: [U, a, opcode], compute }) =>
      instruction({
        name: `${upper(mnemonic)} (scalar, Advanced SIMD, half)`,
        pattern:
          `01 ${U} 11110 ${a} 10 Vm:5 00 ${opcode.slice(2)} 1 Vn:5 Vd:5` as '01 0 11110 0 10 Vm:5 00 000 1 Vn:5 Vd:5',
        assembly: `${mnemonic} {Vd:h}, {Vn:h}, {Vm:h}`,
        semantics(m, { Vm, Vn, Vd }) {
          const operands = { a: m.readV(Vn), b: m.readV(Vm), d: m.readV(Vd) };
          writeLowest(m, Vd, compute(m, SCALAR, operands));
        },
      }),
    ),
  ...floatTwoRegisterOperations
    .filter(({ forms }) => forms !== 'scalar')
    .map(({ mnemonic, encoding: [U, a, opcode], suffix = '', compute }) =>
      instruction({
        name: `${upper(mnemonic)} (vector${suffix && ', zero'}, half)`,
        pattern:
          `0 Q ${U} 01110 ${a} 111100 ${opcode} 10 Vn:5 Vd:5` as '0 Q 0 01110 0 111100 00000 10 Vn:5 Vd:5',
        assembly: (f) => `${mnemonic} {Vd:${arrangement(f)}}, {Vn:${arrangement(f)}}${suffix}`,
        semantics(m, { Q, Vn, Vd }) {
          m.writeV(Vd, compute(m, halfLanesOf(Q), m.readV(Vn)), Q ? 128 : 64);
        },
      }),
    ),
  ...floatTwoRegisterOperations
    .filter(({ forms }) => forms !== 'vector')
    .map(({ mnemonic, encoding: [U, a, opcode], suffix = '', compute }) =>
      instruction({
        name: `${upper(mnemonic)} (scalar, Advanced SIMD${suffix && ', zero'}, half)`,
        pattern:
          `01 ${U} 11110 ${a} 111100 ${opcode} 10 Vn:5 Vd:5` as '01 0 11110 0 111100 00000 10 Vn:5 Vd:5',
        assembly: `${mnemonic} {Vd:h}, {Vn:h}${suffix}`,
        semantics(m, { Vn, Vd }) {
          writeLowest(m, Vd, compute(m, SCALAR, m.readV(Vn)));
        },
      }),
    ),
  ...floatIndexedOperations.map(({ mnemonic, encoding: [U, opcode], compute }) =>
    instruction({
      name: `${upper(mnemonic)} (by element, 16 bits)`,
      pattern:
        `0 Q ${U} 01111 00 #L:1 #M:1 #vm:4 ${opcode} #H:1 0 Vn:5 Vd:5` as '0 Q 0 01111 00 #L:1 #M:1 #vm:4 0001 #H:1 0 Vn:5 Vd:5',
      assembly: (f) => `${mnemonic} {Vd:${arrangement(f)}}, {Vn:${arrangement(f)}}, {element}`,
      operands: (f) => elementText(16, f),
      semantics(m, { Q, Vn, Vd, ...index }) {
        const operands = { a: m.readV(Vn), b: splatIndexed(m, 16, index), d: m.readV(Vd) };
        m.writeV(Vd, compute(m, halfLanesOf(Q), operands), Q ? 128 : 64);
      },
    }),
  ),
  ...floatIndexedOperations.map(({ mnemonic, encoding: [U, opcode], compute }) =>
    instruction({
      name: `${upper(mnemonic)} (scalar, by element, 16 bits)`,
      pattern:
        `01 ${U} 11111 00 #L:1 #M:1 #vm:4 ${opcode} #H:1 0 Vn:5 Vd:5` as '01 0 11111 00 #L:1 #M:1 #vm:4 0001 #H:1 0 Vn:5 Vd:5',
      assembly: `${mnemonic} {Vd:h}, {Vn:h}, {element}`,
      operands: (f) => elementText(16, f),
      semantics(m, { Vn, Vd, ...index }) {
        const operands = { a: m.readV(Vn), b: splatIndexed(m, 16, index), d: m.readV(Vd) };
        writeLowest(m, Vd, compute(m, SCALAR, operands));
      },
    }),
  ),
  ...floatAcrossOperations.map(({ mnemonic, encoding: [a, opcode], combine }) =>
    instruction({
      name: `${upper(mnemonic)}V (half)`,
      pattern:
        `0 Q 0 01110 ${a} 0 11000 ${opcode} 10 Vn:5 Vd:5` as '0 Q 0 01110 0 0 11000 00000 10 Vn:5 Vd:5',
      assembly: (f) => `${mnemonic}v {Vd:h}, {Vn:${arrangement(f)}}`,
      semantics(m, { Q, Vn, Vd }) {
        // Neighbours first, then neighbours of the results: which NaN wins depends on the order.
        let left = m.readV(Vn);
        for (const count of Q ? ([4, 2, 1] as const) : ([2, 1] as const)) {
          left = combine(m, { size: 16, count }, ...pairs(m, 16, 1, left, left));
        }
        writeLowest(m, Vd, left);
      },
    }),
  ),
  ...floatPairOperations.map(({ mnemonic, encoding: [a, opcode], combine }) =>
    instruction({
      name: `${upper(mnemonic)}P (scalar, half)`,
      pattern: `01 0 11110 ${a} 0 11000 ${opcode} 10 Vn:5 Vd:5` as '01 0 11110 0 0 11000 00000 10 Vn:5 Vd:5',
      assembly: `${mnemonic}p {Vd:h}, {Vn:2h}`,
      semantics(m, { Vn, Vd }) {
        const both = m.readV(Vn);
        writeLowest(m, Vd, combine(m, SCALAR, ...pairs(m, 16, 1, both, both)));
      },
    }),
  ),
  instruction({
    name: 'FMOV (vector, immediate, half)',
    pattern: '0 Q 0 0111100000 #abc:3 1111 11 #defgh:5 Vd:5',
    assembly: (f) => `fmov {Vd:${arrangement(f)}}, #{number}`,
    operands: (f) => ({ number: floatImmediateText((f.abc << 5) | f.defgh) }),
    semantics(m, { Q, abc, defgh, Vd }) {
      const imm8 = m.or(m.shl(abc, m.constant(32, 5)), defgh);
      m.writeV(Vd, m.splat('i16x8', m.wrap(expandImmediate(m, 16, imm8))), Q ? 128 : 64);
    },
  }),
];
