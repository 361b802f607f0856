import { formatOf, isFormat, letterOf, readBits, writeBits } from '../float/format.ts';
import { fpNegate, negateBits } from '../float/arithmetic.ts';
import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Value } from '../value.ts';
import { conditionNames } from './names.ts';

/**
 * The 8-bit immediate as a number: sign, exponent -3…4, four fraction bits.
 *
 * @source Arm ARM DDI 0487, "VFPExpandImm"
 */
export function expandImmediate(m: Machine, size: number, imm8: Value<32>): Value<64> {
  const constant = (value: number) => m.constant(32, value);
  const fraction = size === 64 ? 52 : size === 32 ? 23 : 10;
  const exponentBits = size - 1 - fraction;
  // Bit 6 is the exponent's top bit inverted and all but the lowest two of the rest.
  const top = 1 << (exponentBits + 3);
  const exponent = m.select(
    m.and(m.lsr(imm8, constant(6)), constant(1)),
    constant(top - 0x40),
    constant(top),
  );
  const sign = m.shl(m.and(m.lsr(imm8, constant(7)), constant(1)), constant(exponentBits + 4));
  const upper = m.or(m.or(sign, exponent), m.and(imm8, constant(0x3f)));
  return m.shl(m.zext(upper), m.constant(64, fraction - 4));
}

/** @returns the 8-bit immediate as assembly writes the number */
export function floatImmediateText(imm8: number): string {
  const exponent = (((imm8 >> 4) & 7) ^ 4) - 3;
  const magnitude = (1 + (imm8 & 15) / 16) * 2 ** exponent;
  const text = (imm8 & 0x80 ? -magnitude : magnitude).toExponential(18);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** @source Arm ARM DDI 0487, "Floating-point data-processing (1 source)", "Conversion between floating-point and integer", "Floating-point immediate", "Floating-point conditional select" */
export const fpMove = [
  instruction({
    name: 'FMOV (register)',
    pattern: '00011110 ftype:2 1 000000 10000 Vn:5 Vd:5',
    when: (f) => isFormat(f.ftype),
    assembly: (f) => `fmov {Vd:${letterOf(f.ftype)}}, {Vn:${letterOf(f.ftype)}}`,
    hot: (f) => f.ftype !== 3,
    semantics(m, { ftype, Vn, Vd }) {
      writeBits(m, Vd, formatOf(ftype), readBits(m, Vn, formatOf(ftype)));
    },
  }),
  instruction({
    name: 'FABS (scalar)',
    pattern: '00011110 ftype:2 1 000001 10000 Vn:5 Vd:5',
    when: (f) => isFormat(f.ftype),
    assembly: (f) => `fabs {Vd:${letterOf(f.ftype)}}, {Vn:${letterOf(f.ftype)}}`,
    hot: (f) => f.ftype === 1,
    semantics(m, { ftype, Vn, Vd }) {
      const size = formatOf(ftype);
      if (size === 16) writeBits(m, Vd, size, m.and(readBits(m, Vn, size), m.constant(64, 0x7fff)));
      else m.writeF(Vd, m.floatUnary('abs', m.readF(Vn, size)));
    },
  }),
  instruction({
    name: 'FNEG (scalar)',
    pattern: '00011110 ftype:2 1 000010 10000 Vn:5 Vd:5',
    when: (f) => isFormat(f.ftype),
    assembly: (f) => `fneg {Vd:${letterOf(f.ftype)}}, {Vn:${letterOf(f.ftype)}}`,
    hot: (f) => f.ftype === 1,
    semantics(m, { ftype, Vn, Vd }) {
      const size = formatOf(ftype);
      if (size === 16) writeBits(m, Vd, size, negateBits(m, size, readBits(m, Vn, size)));
      else m.writeF(Vd, fpNegate(m, m.readF(Vn, size)));
    },
  }),
  instruction({
    name: 'FMOV (scalar, immediate)',
    pattern: '00011110 ftype:2 1 #imm8:8 100 00000 Vd:5',
    when: (f) => isFormat(f.ftype),
    assembly: (f) => `fmov {Vd:${letterOf(f.ftype)}}, #{number}`,
    operands: (f) => ({ number: floatImmediateText(f.imm8) }),
    hot: (f) => f.ftype === 1,
    semantics(m, { ftype, imm8, Vd }) {
      const size = formatOf(ftype);
      writeBits(m, Vd, size, expandImmediate(m, size, imm8));
    },
  }),
  instruction({
    name: 'FMOV (general, to general)',
    pattern: 'sf 0011110 ftype:2 1 00 110 000000 Vn:5 Rd:5',
    when: (f) => f.ftype === f.sf || f.ftype === 3,
    assembly: (f) => `fmov {Rd}, {Vn:${letterOf(f.ftype)}}`,
    hot: (f) => f.ftype !== 3,
    semantics(m, { sf, ftype, Vn, Rd }) {
      m.writeX(Rd, m.resize(readBits(m, Vn, formatOf(ftype)), sf ? 64 : 32));
    },
  }),
  instruction({
    name: 'FMOV (general, from general)',
    pattern: 'sf 0011110 ftype:2 1 00 111 000000 Rn:5 Vd:5',
    when: (f) => f.ftype === f.sf || f.ftype === 3,
    assembly: (f) => `fmov {Vd:${letterOf(f.ftype)}}, {Rn}`,
    hot: (f) => f.ftype !== 3,
    semantics(m, { sf, ftype, Rn, Vd }) {
      m.writeScalar(Vd, formatOf(ftype), m.readX(Rn, sf ? 64 : 32));
    },
  }),
  instruction({
    name: 'FMOV (general, from upper half)',
    pattern: '1 0011110 10 1 01 110 000000 Vn:5 Rd:5',
    assembly: 'fmov {Rd}, {Vn:d}[1]',
    semantics(m, { Vn, Rd }) {
      m.writeX(Rd, m.readElement(Vn, 64, 1, { width: 64 }));
    },
  }),
  instruction({
    name: 'FMOV (general, to upper half)',
    pattern: '1 0011110 10 1 01 111 000000 Rn:5 Vd:5',
    assembly: 'fmov {Vd:d}[1], {Rn}',
    semantics(m, { Rn, Vd }) {
      m.writeElement(Vd, 64, 1, m.readX(Rn));
    },
  }),
  instruction({
    name: 'FCSEL',
    pattern: '00011110 ftype:2 1 Vm:5 #cond:4 11 Vn:5 Vd:5',
    when: (f) => isFormat(f.ftype),
    assembly: (f) =>
      `fcsel {Vd:${letterOf(f.ftype)}}, {Vn:${letterOf(f.ftype)}}, {Vm:${letterOf(f.ftype)}}, {condition}`,
    operands: (f) => ({ condition: conditionNames[f.cond] ?? '' }),
    hot: (f) => f.ftype !== 3,
    semantics(m, { ftype, Vm, cond, Vn, Vd }) {
      const size = formatOf(ftype);
      writeBits(m, Vd, size, m.select(m.condition(cond), readBits(m, Vn, size), readBits(m, Vm, size)));
    },
  }),
];
