import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Value, Width } from '../value.ts';
import { addOrSubtract } from './add-subtract.table.ts';
import { conditionText } from './names.ts';

/** Compares when the condition holds, else takes the flags from the instruction. */
function conditionalCompare<W extends Width>(
  m: Machine,
  fields: { readonly op: number; readonly cond: Value<32>; readonly nzcv: Value<32> },
  a: Value<W>,
  b: NoInfer<Value<W>>,
): void {
  const bit = (position: number) => m.and(m.lsr(fields.nzcv, m.constant(32, position)), m.constant(32, 1));
  m.when(
    m.condition(fields.cond),
    () => void addOrSubtract(m, { op: fields.op, S: 1 }, a, b),
    () => m.writeFlags(bit(3), bit(2), bit(1), bit(0)),
  );
}

const condition = (f: { readonly cond: number }) => ({
  condition: conditionText(f.cond),
  inverse: conditionText(f.cond, true),
});

/** AL and NV have no opposite. */
const isSelective = (f: { readonly cond: number }) => f.cond < 14;

/** @source Arm ARM DDI 0487, C4.1 "Conditional select", "Conditional compare (register)", "(immediate)" */
export const conditional = [
  instruction({
    name: 'CSEL/CSINC/CSINV/CSNEG',
    pattern: 'sf op 0 11010100 Rm:5 #cond:4 0 o2 Rn:5 Rd:5',
    assembly: (f) =>
      `${
        [
          ['csel', 'csinc'],
          ['csinv', 'csneg'],
        ][f.op]?.[f.o2]
      } {Rd}, {Rn}, {Rm}, {condition}`,
    operands: condition,
    aliases: [
      {
        when: (f) => isSelective(f) && f.op !== f.o2 && f.Rn === 31 && f.Rm === 31,
        assembly: (f) => `${f.op ? 'csetm' : 'cset'} {Rd}, {inverse}`,
      },
      {
        when: (f) => isSelective(f) && (f.op === 1 || f.o2 === 1) && f.Rn === f.Rm,
        assembly: (f) => `${f.op ? (f.o2 ? 'cneg' : 'cinv') : 'cinc'} {Rd}, {Rn}, {inverse}`,
      },
    ],
    hot: true,
    semantics(m, { sf, op, Rm, cond, o2, Rn, Rd }) {
      const width = sf ? 64 : 32;
      let other = m.readX(Rm, width);
      if (op) other = m.not(other);
      if (o2) other = m.add(other, m.constant(width, 1));
      m.writeX(Rd, m.select(m.condition(cond), m.readX(Rn, width), other));
    },
  }),
  instruction({
    name: 'CCMN/CCMP (register)',
    pattern: 'sf op 1 11010010 Rm:5 #cond:4 0 0 Rn:5 0 #nzcv:4',
    assembly: (f) => `${f.op ? 'ccmp' : 'ccmn'} {Rn}, {Rm}, #{nzcv:hex}, {condition}`,
    operands: condition,
    hot: (f) => f.op === 1,
    semantics(m, { sf, op, Rm, cond, Rn, nzcv }) {
      const width = sf ? 64 : 32;
      conditionalCompare(m, { op, cond, nzcv }, m.readX(Rn, width), m.readX(Rm, width));
    },
  }),
  instruction({
    name: 'CCMN/CCMP (immediate)',
    pattern: 'sf op 1 11010010 #imm5:5 #cond:4 1 0 Rn:5 0 #nzcv:4',
    assembly: (f) => `${f.op ? 'ccmp' : 'ccmn'} {Rn}, #{imm5:hex}, #{nzcv:hex}, {condition}`,
    operands: condition,
    hot: (f) => f.op === 1,
    semantics(m, { sf, op, imm5, cond, Rn, nzcv }) {
      const width = sf ? 64 : 32;
      conditionalCompare(m, { op, cond, nzcv }, m.readX(Rn, width), m.resize(imm5, width));
    },
  }),
];
