import { type Instruction, instruction } from '../instruction.ts';
import { shapeOf } from '../lanes.ts';
import type { ElementBits } from '../value.ts';

/** Field imm5: its lowest one bit tells the element size, the bits above it the index. imm4: below the index, any. */
const elements = [
  { bits: 8, letter: 'b', imm5: '#index:4 1', scaledDown: '#source:4' },
  { bits: 16, letter: 'h', imm5: '#index:3 10', scaledDown: '#source:3 #ignored:1' },
  { bits: 32, letter: 's', imm5: '#index:2 100', scaledDown: '#source:2 #ignored:2' },
  { bits: 64, letter: 'd', imm5: '#index:1 1000', scaledDown: '#source:1 #ignored:3' },
] as const satisfies readonly {
  readonly bits: ElementBits;
  readonly letter: string;
  readonly imm5: string;
  readonly scaledDown: string;
}[];

/** The fields are named alike at every size. */
type Imm5 = '#index:4 1';
type Imm4 = '#source:4';

const arrangement = (letter: string, bits: number, Q: number) =>
  `${((Q ? 128 : 64) / bits).toString()}${letter}`;

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD copy" and "Advanced SIMD scalar copy" */
export const vectorCopy: readonly Instruction[] = elements.flatMap(({ bits, letter, imm5, scaledDown }) => [
  instruction({
    name: `DUP (element, ${bits} bits)`,
    pattern: `0 Q 0 01110000 ${imm5} 0 0000 1 Vn:5 Vd:5` as `0 Q 0 01110000 ${Imm5} 0 0000 1 Vn:5 Vd:5`,
    when: (f) => bits < 64 || f.Q === 1,
    assembly: (f) => `dup {Vd:${arrangement(letter, bits, f.Q)}}, {Vn:${letter}}[{index}]`,
    semantics(m, { Q, index, Vn, Vd }) {
      m.writeV(Vd, m.splatElement(Vn, bits, index), Q ? 128 : 64);
    },
  }),
  instruction({
    name: `DUP (scalar, ${bits} bits)`,
    pattern: `01 0 11110000 ${imm5} 0 0000 1 Vn:5 Vd:5` as `01 0 11110000 ${Imm5} 0 0000 1 Vn:5 Vd:5`,
    assembly: `dup {Vd:${letter}}, {Vn:${letter}}[{index}]`,
    aliases: [{ when: () => true, assembly: `mov {Vd:${letter}}, {Vn:${letter}}[{index}]` }],
    semantics(m, { index, Vn, Vd }) {
      m.writeScalar(Vd, bits, m.readElement(Vn, bits, index));
    },
  }),
  instruction({
    name: `DUP (general, ${bits} bits)`,
    pattern:
      `0 Q 0 01110000 ${imm5.replace(/#index:(\d)/, '#ignored:$1')} 0 0001 1 Rn:5 Vd:5` as '0 Q 0 01110000 #ignored:4 1 0 0001 1 Rn:5 Vd:5',
    when: (f) => bits < 64 || f.Q === 1,
    assembly: (f) => `dup {Vd:${arrangement(letter, bits, f.Q)}}, {Rn:${bits === 64 ? 'x' : 'w'}}`,
    hot: bits === 8,
    semantics(m, { Q, Rn, Vd }) {
      m.writeV(Vd, m.splat(shapeOf(bits), m.readX(Rn, bits === 64 ? 64 : 32)), Q ? 128 : 64);
    },
  }),
  instruction({
    name: `INS (general, ${bits} bits)`,
    pattern: `010 01110000 ${imm5} 0 0011 1 Rn:5 Vd:5` as `010 01110000 ${Imm5} 0 0011 1 Rn:5 Vd:5`,
    assembly: `ins {Vd:${letter}}[{index}], {Rn:${bits === 64 ? 'x' : 'w'}}`,
    aliases: [{ when: () => true, assembly: `mov {Vd:${letter}}[{index}], {Rn:${bits === 64 ? 'x' : 'w'}}` }],
    semantics(m, { index, Rn, Vd }) {
      m.writeElement(Vd, bits, index, m.readX(Rn, bits === 64 ? 64 : 32));
    },
  }),
  instruction({
    name: `INS (element, ${bits} bits)`,
    pattern:
      `011 01110000 ${imm5} 0 ${scaledDown} 1 Vn:5 Vd:5` as `011 01110000 ${Imm5} 0 ${Imm4} 1 Vn:5 Vd:5`,
    assembly: `ins {Vd:${letter}}[{index}], {Vn:${letter}}[{source}]`,
    aliases: [{ when: () => true, assembly: `mov {Vd:${letter}}[{index}], {Vn:${letter}}[{source}]` }],
    semantics(m, { index, source, Vn, Vd }) {
      m.writeElement(Vd, bits, index, m.readElement(Vn, bits, source));
    },
  }),
  instruction({
    name: `UMOV (${bits} bits)`,
    pattern: `0 Q 0 01110000 ${imm5} 0 0111 1 Vn:5 Rd:5` as `0 Q 0 01110000 ${Imm5} 0 0111 1 Vn:5 Rd:5`,
    when: (f) => f.Q === (bits === 64 ? 1 : 0),
    assembly: `umov {Rd:${bits === 64 ? 'x' : 'w'}}, {Vn:${letter}}[{index}]`,
    aliases: [
      { when: () => bits >= 32, assembly: `mov {Rd:${bits === 64 ? 'x' : 'w'}}, {Vn:${letter}}[{index}]` },
    ],
    hot: bits >= 32,
    semantics(m, { index, Vn, Rd }) {
      m.writeX(Rd, m.readElement(Vn, bits, index));
    },
  }),
  ...(bits === 64
    ? []
    : [
        instruction({
          name: `SMOV (${bits} bits)`,
          pattern: `0 Q 0 01110000 ${imm5} 0 0101 1 Vn:5 Rd:5` as `0 Q 0 01110000 ${Imm5} 0 0101 1 Vn:5 Rd:5`,
          when: (f) => bits < 32 || f.Q === 1,
          assembly: (f) => `smov {Rd:${f.Q ? 'x' : 'w'}}, {Vn:${letter}}[{index}]`,
          semantics(m, { Q, index, Vn, Rd }) {
            m.writeX(Rd, m.readElement(Vn, bits, index, { signed: true, width: Q ? 64 : 32 }));
          },
        }),
      ]),
]);
