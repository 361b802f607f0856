import { instruction } from '../instruction.ts';
import { shiftNames } from './names.ts';

/** @source Arm ARM DDI 0487, C4.1 "Data-processing (1 source)", "(2 source)", "(3 source)" */
export const multiplyDivide = [
  instruction({
    name: 'MADD/MSUB',
    pattern: 'sf 00 11011 000 Rm:5 o0 Ra:5 Rn:5 Rd:5',
    specialise: [{ Ra: 31 }],
    assembly: (f) => `${f.o0 ? 'msub' : 'madd'} {Rd}, {Rn}, {Rm}, {Ra}`,
    aliases: [{ when: (f) => f.Ra === 31, assembly: (f) => `${f.o0 ? 'mneg' : 'mul'} {Rd}, {Rn}, {Rm}` }],
    hot: true,
    semantics(m, { sf, Rm, o0, Ra, Rn, Rd }) {
      const width = sf ? 64 : 32;
      const product = m.mul(m.readX(Rn, width), m.readX(Rm, width));
      const addend = m.readX(Ra, width);
      m.writeX(Rd, o0 ? m.sub(addend, product) : m.add(addend, product));
    },
  }),
  instruction({
    name: 'SMADDL/SMSUBL/UMADDL/UMSUBL',
    pattern: '1 00 11011 U 01 Rm:5 o0 Ra:5 Rn:5 Rd:5',
    assembly: (f) => `${f.U ? 'u' : 's'}m${f.o0 ? 'sub' : 'add'}l {Rd:x}, {Rn:w}, {Rm:w}, {Ra:x}`,
    aliases: [
      {
        when: (f) => f.Ra === 31,
        assembly: (f) => `${f.U ? 'u' : 's'}${f.o0 ? 'mnegl' : 'mull'} {Rd:x}, {Rn:w}, {Rm:w}`,
      },
    ],
    hot: true,
    semantics(m, { U, Rm, o0, Ra, Rn, Rd }) {
      const [n, k] = [m.readX(Rn, 32), m.readX(Rm, 32)];
      const product = U ? m.mul(m.zext(n), m.zext(k)) : m.mul(m.sext(n), m.sext(k));
      const addend = m.readX(Ra);
      m.writeX(Rd, o0 ? m.sub(addend, product) : m.add(addend, product));
    },
  }),
  instruction({
    name: 'SMULH/UMULH',
    pattern: '1 00 11011 U 10 Rm:5 0 #ignored:5 Rn:5 Rd:5',
    assembly: (f) => `${f.U ? 'umulh' : 'smulh'} {Rd:x}, {Rn:x}, {Rm:x}`,
    hot: true,
    semantics(m, { U, Rm, Rn, Rd }) {
      const [n, k] = [m.readX(Rn), m.readX(Rm)];
      m.writeX(Rd, U ? m.umulh(n, k) : m.smulh(n, k));
    },
  }),
  instruction({
    name: 'UDIV/SDIV',
    pattern: 'sf 0 0 11010110 Rm:5 00001 signed Rn:5 Rd:5',
    assembly: (f) => `${f.signed ? 'sdiv' : 'udiv'} {Rd}, {Rn}, {Rm}`,
    hot: true,
    semantics(m, { sf, Rm, signed, Rn, Rd }) {
      const width = sf ? 64 : 32;
      const [n, k] = [m.readX(Rn, width), m.readX(Rm, width)];
      m.writeX(Rd, signed ? m.sdiv(n, k) : m.udiv(n, k));
    },
  }),
  instruction({
    name: 'LSLV/LSRV/ASRV/RORV',
    pattern: 'sf 0 0 11010110 Rm:5 0010 op2:2 Rn:5 Rd:5',
    assembly: (f) => `${shiftNames[f.op2]}v {Rd}, {Rn}, {Rm}`,
    aliases: [{ when: () => true, assembly: (f) => `${shiftNames[f.op2]} {Rd}, {Rn}, {Rm}` }],
    hot: true,
    semantics(m, { sf, Rm, op2, Rn, Rd }) {
      const width = sf ? 64 : 32;
      m.writeX(Rd, m.shift(op2, m.readX(Rn, width), m.readX(Rm, width)));
    },
  }),
  instruction({
    name: 'RBIT/REV16/REV32/REV',
    pattern: 'sf 1 0 11010110 00000 0000 opc:2 Rn:5 Rd:5',
    when: (f) => f.sf === 1 || f.opc !== 3,
    assembly: (f) => `${['rbit', 'rev16', f.sf ? 'rev32' : 'rev', 'rev'][f.opc]} {Rd}, {Rn}`,
    hot: true,
    semantics(m, { sf, opc, Rn, Rd }) {
      const width = sf ? 64 : 32;
      const value = m.readX(Rn, width);
      const bytes = ([2, 2, 4, 8] as const)[opc] ?? 8;
      m.writeX(Rd, opc === 0 ? m.bitReverse(value) : m.byteReverse(value, bytes));
    },
  }),
  instruction({
    name: 'CLZ/CLS',
    pattern: 'sf 1 0 11010110 00000 00010 op Rn:5 Rd:5',
    assembly: (f) => `${f.op ? 'cls' : 'clz'} {Rd}, {Rn}`,
    hot: true,
    semantics(m, { sf, op, Rn, Rd }) {
      const width = sf ? 64 : 32;
      const value = m.readX(Rn, width);
      const one = m.constant(width, 1);
      // Bits that equal the sign: leading zeros of the value with its sign cancelled, less the sign itself.
      const cancelled = m.xor(value, m.asr(value, m.constant(width, width - 1)));
      m.writeX(Rd, op ? m.sub(m.clz(cancelled), one) : m.clz(value));
    },
  }),
];
