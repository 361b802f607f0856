import { fpArithmeticVector } from '../floating-point.ts';
import { instruction } from '../instruction.ts';

const shapes = ['i8x16', 'i16x8', 'i32x4', 'i64x2'] as const;
const shapeOf = (size: number) => shapes[size] ?? 'i8x16';

/** @source Arm ARM DDI 0487, "Advanced SIMD three same" */
export const vectorArithmetic = [
  instruction({
    name: 'ADD/SUB (vector)',
    pattern: '0 Q U 01110 size:2 1 Vm:5 10000 1 Vn:5 Vd:5',
    when: (f) => f.size < 3 || f.Q === 1,
    assembly: (f) => `${f.U ? 'sub' : 'add'} {Vd.T}, {Vn.T}, {Vm.T}`,
    semantics(m, { Q, U, size, Vm, Vn, Vd }) {
      const operation = U ? 'sub' : 'add';
      m.writeV(Vd, m.wasm(`${shapeOf(size)}.${operation}`, m.readV(Vn), m.readV(Vm)), Q ? 128 : 64);
    },
  }),
  instruction({
    name: 'FADD/FSUB (vector)',
    pattern: '0 Q 0 01110 o1 sz 1 Vm:5 11010 1 Vn:5 Vd:5',
    when: (f) => !f.sz || f.Q === 1,
    assembly: (f) => `${f.o1 ? 'fsub' : 'fadd'} {Vd.F}, {Vn.F}, {Vm.F}`,
    semantics(m, { Q, o1, sz, Vm, Vn, Vd }) {
      const result = fpArithmeticVector(m, sz ? 64 : 32, o1 ? 'sub' : 'add', m.readV(Vn), m.readV(Vm));
      m.writeV(Vd, result, Q ? 128 : 64);
    },
  }),
];
