import { fpCompare, writeFlagBits } from '../float/comparison.ts';
import { formatOf, isFormat, letterOf } from '../float/format.ts';
import { instruction } from '../instruction.ts';
import { conditionNames, hex } from './names.ts';

/** @source Arm ARM DDI 0487, "Floating-point compare" and "Floating-point conditional compare" */
export const fpCompareRows = [
  instruction({
    name: 'FCMP/FCMPE',
    pattern: '00011110 ftype:2 1 Vm:5 001000 Vn:5 signalling zero 000',
    when: (f) => isFormat(f.ftype),
    assembly(f) {
      const letter = letterOf(f.ftype);
      return `fcmp${f.signalling ? 'e' : ''} {Vn:${letter}}, ${f.zero ? '#0.0' : `{Vm:${letter}}`}`;
    },
    hot: (f) => f.ftype !== 3,
    semantics(m, { ftype, Vm, Vn, signalling, zero }) {
      fpCompare(m, formatOf(ftype), { Vn, Vm: zero ? undefined : Vm, signalling: signalling === 1 });
    },
  }),
  instruction({
    name: 'FCCMP/FCCMPE',
    pattern: '00011110 ftype:2 1 Vm:5 #cond:4 01 Vn:5 signalling #nzcv:4',
    when: (f) => isFormat(f.ftype),
    assembly(f) {
      const letter = letterOf(f.ftype);
      return `fccmp${f.signalling ? 'e' : ''} {Vn:${letter}}, {Vm:${letter}}, #{nzcv}, {condition}`;
    },
    operands: (f) => ({ condition: conditionNames[f.cond] ?? '', nzcv: hex(f.nzcv) }),
    semantics(m, { ftype, Vm, cond, Vn, signalling, nzcv }) {
      m.when(
        m.condition(cond),
        () => fpCompare(m, formatOf(ftype), { Vn, Vm, signalling: signalling === 1 }),
        () => writeFlagBits(m, nzcv),
      );
    },
  }),
];
