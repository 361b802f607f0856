import { fpArithmetic, fpNegate } from '../floating-point.ts';
import { instruction } from '../instruction.ts';

const size = (ftype: number) => (ftype ? 64 : 32);

/** @source Arm ARM DDI 0487, "Floating-point data-processing (2 source)" and "(3 source)" */
export const floatArithmetic = [
  instruction({
    name: 'FMUL/FDIV/FADD/FSUB (scalar)',
    pattern: '0 0 0 11110 0 ftype 1 Vm:5 00 opcode:2 10 Vn:5 Vd:5',
    assembly: (f) => `${['fmul', 'fdiv', 'fadd', 'fsub'][f.opcode]} {Vd.f}, {Vn.f}, {Vm.f}`,
    semantics(m, { ftype, Vm, opcode, Vn, Vd }) {
      const operation = (['mul', 'div', 'add', 'sub'] as const)[opcode] ?? 'add';
      const width = size(ftype);
      m.writeF(Vd, fpArithmetic(m, width, operation, m.readF(Vn, width), m.readF(Vm, width)));
    },
  }),
  instruction({
    name: 'FMADD/FMSUB/FNMADD/FNMSUB',
    pattern: '0 0 0 11111 0 ftype o1 Vm:5 o0 Va:5 Vn:5 Vd:5',
    assembly: (f) => `f${f.o1 ? 'n' : ''}m${f.o0 ? 'sub' : 'add'} {Vd.f}, {Vn.f}, {Vm.f}, {Va.f}`,
    semantics(m, { ftype, o1, Vm, o0, Va, Vn, Vd }) {
      const width = size(ftype);
      const [n, a] = [m.readF(Vn, width), m.readF(Va, width)];
      const multiplicand = o1 !== o0 ? fpNegate(m, n) : n;
      m.writeF(Vd, m.support(`fma${width}`, o1 ? fpNegate(m, a) : a, multiplicand, m.readF(Vm, width)));
    },
  }),
];
