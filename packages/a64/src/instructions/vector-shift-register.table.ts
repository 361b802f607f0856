import { type Instruction, instruction } from '../instruction.ts';
import { elementBits, noteSaturation, shapeOf } from '../lanes.ts';
import type { Machine } from '../machine.ts';
import { shiftControl } from '../support/vector-shift.ts';
import type { Value } from '../value.ts';

function control(m: Machine, f: { U: number; size: number; rounded: number; saturating: number }): Value<32> {
  const { unsigned, rounded, saturating } = shiftControl;
  return m.constant(
    32,
    f.size | (f.U ? unsigned : 0) | (f.rounded ? rounded : 0) | (f.saturating ? saturating : 0),
  );
}

const mnemonic = (f: { U: number; rounded: number; saturating: number }) =>
  `${f.U ? 'u' : 's'}${f.saturating ? 'q' : ''}${f.rounded ? 'r' : ''}shl`;

/** @source Arm ARM DDI 0487, "SSHL", "SQSHL (register)", "SRSHL", "SQRSHL" and their unsigned forms */
export const vectorShiftRegister: readonly Instruction[] = [
  instruction({
    name: 'SSHL/SQSHL/SRSHL/SQRSHL and unsigned (vector, register)',
    pattern: '0 Q U 01110 size:2 1 Vm:5 010 rounded saturating 1 Vn:5 Vd:5',
    when: (f) => f.size < 3 || f.Q === 1,
    assembly: (f) => `${mnemonic(f)} {Vd.T}, {Vn.T}, {Vm.T}`,
    semantics(m, { Q, U, size, Vm, rounded, saturating, Vn, Vd }) {
      const [a, amounts] = [m.readV(Vn), m.readV(Vm)];
      const how = control(m, { U, size, rounded, saturating });
      const result = m.support('shiftElements', a, amounts, how);
      const saturated = saturating ? m.support('shiftSaturates', a, amounts, how) : undefined;
      m.writeV(Vd, result, Q ? 128 : 64);
      if (saturated) noteSaturation(m, saturated, Q ? 'all' : 'low');
    },
  }),
  instruction({
    name: 'SSHL/SQSHL/SRSHL/SQRSHL and unsigned (scalar, register)',
    pattern: '01 U 11110 size:2 1 Vm:5 010 rounded saturating 1 Vn:5 Vd:5',
    when: (f) => f.size === 3 || f.saturating === 1,
    assembly: (f) => {
      const letter = 'bhsd'[f.size];
      return `${mnemonic(f)} {Vd:${letter}}, {Vn:${letter}}, {Vm:${letter}}`;
    },
    semantics(m, { U, size, Vm, rounded, saturating, Vn, Vd }) {
      const bits = elementBits(size);
      const [a, amounts] = [m.readV(Vn), m.readV(Vm)];
      const how = control(m, { U, size, rounded, saturating });
      const result = m.support('shiftElements', a, amounts, how);
      const saturated = saturating ? m.support('shiftSaturates', a, amounts, how) : undefined;
      m.writeScalar(Vd, bits, m.extract(shapeOf(bits), result, 0));
      if (saturated) noteSaturation(m, saturated, bits);
    },
  }),
];
