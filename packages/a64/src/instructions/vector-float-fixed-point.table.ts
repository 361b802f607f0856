import { halfLanesOf } from '../float/halves.ts';
import { lanesOf } from '../float/vector.ts';
import { vectorFromInteger, vectorToInteger } from '../float/vector-conversion.ts';
import { type Instruction, instruction } from '../instruction.ts';
import { shapeOf } from '../lanes.ts';

/** The size and the fraction bits share a field. */
const fixedSizes = [
  { bits: 16, immediate: '001 #imm:4', letter: 'h' },
  { bits: 32, immediate: '01 #imm:5', letter: 's' },
  { bits: 64, immediate: '1 #imm:6', letter: 'd' },
] as const;

type FixedPattern = '0 Q U 011110 01 #imm:5 11100 1 Vn:5 Vd:5';
type FixedScalarPattern = '01 U 111110 01 #imm:5 11100 1 Vn:5 Vd:5';

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD scalar shift by immediate" and "shift by immediate", floating point */
export const vectorFloatFixedPoint: readonly Instruction[] = fixedSizes.flatMap((size) => [
  fixedRow(size, 'from'),
  fixedRow(size, 'to'),
  fixedScalarRow(size, 'from'),
  fixedScalarRow(size, 'to'),
]);

function fixedCompute(direction: 'from' | 'to') {
  return direction === 'from' ? vectorFromInteger : vectorToInteger;
}

const fixedMnemonic = (direction: 'from' | 'to', U: number) =>
  direction === 'from' ? `${U ? 'u' : 's'}cvtf` : `fcvtz${U ? 'u' : 's'}`;

function fixedRow(
  { bits, immediate, letter }: (typeof fixedSizes)[number],
  direction: 'from' | 'to',
): Instruction {
  const opcode = direction === 'from' ? '11100' : '11111';
  return instruction({
    name: `${direction === 'from' ? 'SCVTF/UCVTF' : 'FCVTZS/FCVTZU'} (vector, fixed-point, ${bits} bits)`,
    pattern: `0 Q U 011110 ${immediate} ${opcode} 1 Vn:5 Vd:5` as FixedPattern,
    when: (f) => bits < 64 || f.Q === 1,
    assembly: (f) => {
      const arrangement = `${(f.Q ? 128 : 64) / bits}${letter}`;
      return `${fixedMnemonic(direction, f.U)} {Vd:${arrangement}}, {Vn:${arrangement}}, #{fraction}`;
    },
    operands: (f) => ({ fraction: bits - f.imm }),
    semantics(m, { Q, U, imm, Vn, Vd }) {
      const scale = m.sub(m.constant(32, bits), imm);
      const lanes = bits === 16 ? halfLanesOf(Q) : lanesOf(bits, Q);
      const result = fixedCompute(direction)(m, lanes, m.readV(Vn), { unsigned: U === 1, scale });
      m.writeV(Vd, result, Q ? 128 : 64);
    },
  });
}

function fixedScalarRow(
  { bits, immediate, letter }: (typeof fixedSizes)[number],
  direction: 'from' | 'to',
): Instruction {
  const opcode = direction === 'from' ? '11100' : '11111';
  return instruction({
    name: `${direction === 'from' ? 'SCVTF/UCVTF' : 'FCVTZS/FCVTZU'} (scalar, Advanced SIMD, fixed-point, ${bits} bits)`,
    pattern: `01 U 111110 ${immediate} ${opcode} 1 Vn:5 Vd:5` as FixedScalarPattern,
    assembly: (f) => `${fixedMnemonic(direction, f.U)} {Vd:${letter}}, {Vn:${letter}}, #{fraction}`,
    operands: (f) => ({ fraction: bits - f.imm }),
    semantics(m, { U, imm, Vn, Vd }) {
      const scale = m.sub(m.constant(32, bits), imm);
      const result = fixedCompute(direction)(m, { size: bits, count: 1 }, m.readV(Vn), {
        unsigned: U === 1,
        scale,
      });
      m.writeScalar(Vd, bits, m.extract(shapeOf(bits), result, 0));
    },
  });
}
