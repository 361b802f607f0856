import { fpBinaryRegisters, fpMultiplyAdd, fpNegate, fpSquareRoot, negateBits } from '../float/arithmetic.ts';
import { supportMultiplyAdd, supportUnary } from '../float/environment.ts';
import { formatOf, isFormat, letterOf, readBits, writeBits } from '../float/format.ts';
import { instruction } from '../instruction.ts';

const binary = [
  ['fmul', 'mul'],
  ['fdiv', 'div'],
  ['fadd', 'add'],
  ['fsub', 'sub'],
  ['fmax', 'max'],
  ['fmin', 'min'],
  ['fmaxnm', 'maxNumber'],
  ['fminnm', 'minNumber'],
  ['fnmul', 'nmul'],
] as const;
const binaryOf = (opcode: number) => binary[opcode] ?? binary[0];

/** @source Arm ARM DDI 0487, "Floating-point data-processing (1 source)", "(2 source)" and "(3 source)" */
export const fpArithmeticRows = [
  instruction({
    name: 'FMUL/FDIV/FADD/FSUB/FMAX/FMIN/FMAXNM/FMINNM/FNMUL (scalar)',
    pattern: '00011110 ftype:2 1 Vm:5 opcode:4 10 Vn:5 Vd:5',
    when: (f) => isFormat(f.ftype) && f.opcode < binary.length,
    assembly(f) {
      const letter = letterOf(f.ftype);
      return `${binaryOf(f.opcode)[0]} {Vd:${letter}}, {Vn:${letter}}, {Vm:${letter}}`;
    },
    hot: (f) => f.ftype !== 3 && f.opcode < 4,
    semantics(m, { ftype, Vm, opcode, Vn, Vd }) {
      fpBinaryRegisters(m, formatOf(ftype), binaryOf(opcode)[1], { Vd, Vn, Vm });
    },
  }),
  instruction({
    name: 'FMADD/FMSUB/FNMADD/FNMSUB',
    pattern: '00011111 ftype:2 o1 Vm:5 o0 Va:5 Vn:5 Vd:5',
    when: (f) => isFormat(f.ftype),
    assembly(f) {
      const letter = letterOf(f.ftype);
      const mnemonic = `f${f.o1 ? 'n' : ''}m${f.o0 ? 'sub' : 'add'}`;
      return `${mnemonic} {Vd:${letter}}, {Vn:${letter}}, {Vm:${letter}}, {Va:${letter}}`;
    },
    hot: (f) => f.ftype === 1,
    semantics(m, { ftype, o1, Vm, o0, Va, Vn, Vd }) {
      const size = formatOf(ftype);
      const negateProduct = o0 !== o1;
      if (size === 16) {
        const [a, n] = [readBits(m, Va, size), readBits(m, Vn, size)];
        const addend = o1 ? negateBits(m, size, a) : a;
        const factor = negateProduct ? negateBits(m, size, n) : n;
        writeBits(m, Vd, size, supportMultiplyAdd(m, size, addend, factor, readBits(m, Vm, size)));
        return;
      }
      const [a, n] = [m.readF(Va, size), m.readF(Vn, size)];
      const addend = o1 ? fpNegate(m, a) : a;
      const factor = negateProduct ? fpNegate(m, n) : n;
      m.writeF(Vd, fpMultiplyAdd(m, size, addend, factor, m.readF(Vm, size)));
    },
  }),
  instruction({
    name: 'FSQRT (scalar)',
    pattern: '00011110 ftype:2 1 000011 10000 Vn:5 Vd:5',
    when: (f) => isFormat(f.ftype),
    assembly: (f) => `fsqrt {Vd:${letterOf(f.ftype)}}, {Vn:${letterOf(f.ftype)}}`,
    semantics(m, { ftype, Vn, Vd }) {
      const size = formatOf(ftype);
      if (size === 16) writeBits(m, Vd, size, supportUnary(m, 'fpSquareRoot', size, readBits(m, Vn, size)));
      else m.writeF(Vd, fpSquareRoot(m, size, m.readF(Vn, size)));
    },
  }),
];
