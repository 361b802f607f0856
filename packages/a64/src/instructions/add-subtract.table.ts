import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Value, Width } from '../value.ts';

/** `a + b` or `a - b`, with the flags when S is set. */
export function addOrSubtract<W extends Width>(
  m: Machine,
  { op, S }: { readonly op: number; readonly S: number },
  a: Value<W>,
  b: NoInfer<Value<W>>,
): Value<W> {
  const result = op ? m.sub(a, b) : m.add(a, b);
  if (S) op ? m.flagsSub(a, b, result) : m.flagsAdd(a, b, result);
  return result;
}

const mnemonic = ({ op, S }: { readonly op: number; readonly S: number }) =>
  `${op ? 'sub' : 'add'}${S ? 's' : ''}`;

/** @source Arm ARM DDI 0487, C4.1.92 "Add/subtract (immediate)", "(shifted register)", "(extended register)" */
export const addSubtract = [
  instruction({
    name: 'ADD/SUB (immediate)',
    pattern: 'sf op S 100010 sh #imm12:12 Rn:5 Rd:5',
    assembly: (f) => `${mnemonic(f)} ${f.S ? '{Rd}' : '{Rd|sp}'}, {Rn|sp}, #{imm12}{, lsl #12 if sh}`,
    hot: true,
    semantics(m, { sf, op, S, sh, imm12, Rn, Rd }) {
      const width = sf ? 64 : 32;
      const addend = m.resize(sh ? m.shl(imm12, m.constant(32, 12)) : imm12, width);
      const result = addOrSubtract(m, { op, S }, m.readXsp(Rn, width), addend);
      if (S) m.writeX(Rd, result);
      else m.writeXsp(Rd, result);
    },
  }),
];
