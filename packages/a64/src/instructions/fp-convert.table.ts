import {
  fpConvert,
  fpFromInteger,
  fpToInteger,
  fpToIntegral,
  rounding,
  type Rounding,
  type RoundingOrCurrent,
} from '../float/conversion.ts';
import { formatOf, isFormat, letterOf } from '../float/format.ts';
import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Immediate, Value } from '../value.ts';

/** The field `rmode` of conversions to integers. */
const directions: readonly Rounding[] = [rounding.nearest, rounding.plus, rounding.minus, rounding.zero];
const directionOf = (rmode: number): Rounding => directions[rmode] ?? rounding.zero;

const integral: readonly (readonly [string, RoundingOrCurrent, boolean] | undefined)[] = [
  ['frintn', rounding.nearest, false],
  ['frintp', rounding.plus, false],
  ['frintm', rounding.minus, false],
  ['frintz', rounding.zero, false],
  ['frinta', rounding.away, false],
  undefined,
  ['frintx', 'current', true],
  ['frinti', 'current', false],
];

/** Fraction bits from the field `scale`; a 32-bit integer has at most 32. */
function fractionBits(m: Machine, sf: number, scale: Immediate): Value<32> {
  if (!sf) m.undefinedIf(m.ltu(scale, m.constant(32, 32)));
  return m.sub(m.constant(32, 64), scale);
}

/** @source Arm ARM DDI 0487, "Floating-point data-processing (1 source)", "Conversion between floating-point and integer", "Conversion between floating-point and fixed-point" */
export const fpConvertRows = [
  instruction({
    name: 'FCVT',
    pattern: '00011110 ftype:2 1 0001 opc:2 10000 Vn:5 Vd:5',
    when: (f) => isFormat(f.ftype) && isFormat(f.opc) && f.ftype !== f.opc,
    feature: 'fp',
    assembly: (f) => `fcvt {Vd:${letterOf(f.opc)}}, {Vn:${letterOf(f.ftype)}}`,
    hot: (f) => f.ftype !== 3 && f.opc !== 3,
    semantics(m, { ftype, opc, Vn, Vd }) {
      fpConvert(m, formatOf(ftype), formatOf(opc), { Vd, Vn });
    },
  }),
  instruction({
    name: 'FRINTN/FRINTP/FRINTM/FRINTZ/FRINTA/FRINTX/FRINTI (scalar)',
    pattern: '00011110 ftype:2 1 001 opcode:3 10000 Vn:5 Vd:5',
    when: (f) => isFormat(f.ftype) && integral[f.opcode] !== undefined,
    assembly: (f) => `${integral[f.opcode]?.[0]} {Vd:${letterOf(f.ftype)}}, {Vn:${letterOf(f.ftype)}}`,
    semantics(m, { ftype, opcode, Vn, Vd }) {
      const [, mode, exact] = integral[opcode] ?? ['', rounding.nearest, false];
      fpToIntegral(m, formatOf(ftype), mode, exact, { Vd, Vn });
    },
  }),
  instruction({
    name: 'FCVTNS/FCVTNU/FCVTPS/FCVTPU/FCVTMS/FCVTMU/FCVTZS/FCVTZU (scalar, integer)',
    pattern: 'sf 0011110 ftype:2 1 rmode:2 00 U 000000 Vn:5 Rd:5',
    when: (f) => isFormat(f.ftype),
    assembly: (f) => `fcvt${'npmz'[f.rmode]}${f.U ? 'u' : 's'} {Rd}, {Vn:${letterOf(f.ftype)}}`,
    hot: (f) => f.ftype === 1 && f.rmode === 3,
    semantics(m, { sf, ftype, rmode, U, Vn, Rd }) {
      const [width, mode] = [sf ? 64 : 32, directionOf(rmode)] as const;
      m.writeX(Rd, fpToInteger(m, formatOf(ftype), Vn, { unsigned: U === 1, width, mode }));
    },
  }),
  instruction({
    name: 'FCVTAS/FCVTAU (scalar, integer)',
    pattern: 'sf 0011110 ftype:2 1 00 10 U 000000 Vn:5 Rd:5',
    when: (f) => isFormat(f.ftype),
    assembly: (f) => `fcvta${f.U ? 'u' : 's'} {Rd}, {Vn:${letterOf(f.ftype)}}`,
    semantics(m, { sf, ftype, U, Vn, Rd }) {
      const [width, mode] = [sf ? 64 : 32, rounding.away] as const;
      m.writeX(Rd, fpToInteger(m, formatOf(ftype), Vn, { unsigned: U === 1, width, mode }));
    },
  }),
  instruction({
    name: 'FCVTZS/FCVTZU (scalar, fixed-point)',
    pattern: 'sf 0011110 ftype:2 0 11 00 U #scale:6 Vn:5 Rd:5',
    when: (f) => isFormat(f.ftype),
    assembly: (f) => `fcvtz${f.U ? 'u' : 's'} {Rd}, {Vn:${letterOf(f.ftype)}}, #{bits}`,
    operands: (f) => ({ bits: 64 - f.scale }),
    semantics(m, { sf, ftype, U, scale, Vn, Rd }) {
      const [width, mode] = [sf ? 64 : 32, rounding.zero] as const;
      const options = { unsigned: U === 1, width, mode, scale: fractionBits(m, sf, scale) };
      m.writeX(Rd, fpToInteger(m, formatOf(ftype), Vn, options));
    },
  }),
  instruction({
    name: 'SCVTF/UCVTF (scalar, integer)',
    pattern: 'sf 0011110 ftype:2 1 00 01 U 000000 Rn:5 Vd:5',
    when: (f) => isFormat(f.ftype),
    assembly: (f) => `${f.U ? 'u' : 's'}cvtf {Vd:${letterOf(f.ftype)}}, {Rn}`,
    hot: (f) => f.ftype === 1,
    semantics(m, { sf, ftype, U, Rn, Vd }) {
      const width = sf ? 64 : 32;
      fpFromInteger(m, formatOf(ftype), Vd, width, m.readX(Rn, width), { unsigned: U === 1 });
    },
  }),
  instruction({
    name: 'SCVTF/UCVTF (scalar, fixed-point)',
    pattern: 'sf 0011110 ftype:2 0 00 01 U #scale:6 Rn:5 Vd:5',
    when: (f) => isFormat(f.ftype),
    assembly: (f) => `${f.U ? 'u' : 's'}cvtf {Vd:${letterOf(f.ftype)}}, {Rn}, #{bits}`,
    operands: (f) => ({ bits: 64 - f.scale }),
    semantics(m, { sf, ftype, U, scale, Rn, Vd }) {
      const width = sf ? 64 : 32;
      const options = { unsigned: U === 1, scale: fractionBits(m, sf, scale) };
      fpFromInteger(m, formatOf(ftype), Vd, width, m.readX(Rn, width), options);
    },
  }),
];
