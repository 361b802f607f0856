import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Value, Width } from '../value.ts';
import { extendNames, shiftText } from './names.ts';

interface Operation {
  readonly op: number;
  readonly S: number;
}

/** `a + b` or `a - b`, with the flags when S is set. */
export function addOrSubtract<W extends Width>(
  m: Machine,
  { op, S }: Operation,
  a: Value<W>,
  b: NoInfer<Value<W>>,
): Value<W> {
  const result = op ? m.sub(a, b) : m.add(a, b);
  if (S) {
    if (op) m.flagsSub(a, b, result);
    else m.flagsAdd(a, b, result);
  }
  return result;
}

/** A register extended as `option` says and shifted left: an operand of "extended register" forms. */
export function extendRegister<W extends Width>(
  m: Machine,
  value: Value<W>,
  width: W,
  option: number,
): Value<W> {
  const bits = 8 << (option & 3);
  return option & 4 ? m.signExtend(value, bits, width) : m.zeroExtend(value, bits, width);
}

const mnemonic = ({ op, S }: Operation) => `${op ? 'sub' : 'add'}${S ? 's' : ''}`;
/** Only the flags are wanted. */
const comparesOnly = (f: { readonly S: number; readonly Rd: number }) => f.S === 1 && f.Rd === 31;
const comparison = ({ op }: { readonly op: number }) => (op ? 'cmp' : 'cmn');

interface ExtendedFields extends Operation {
  readonly sf: number;
  readonly option: number;
  readonly imm3: number;
  readonly Rn: number;
  readonly Rd: number;
}

/** Beside SP the extension that keeps a register as it is counts as a shift. */
function extendText({ sf, S, option, imm3, Rn, Rd }: ExtendedFields): string {
  const beside = Rn === 31 || (Rd === 31 && S === 0);
  if (beside && option === (sf ? 3 : 2)) return shiftText(0, imm3);
  return `, ${extendNames[option]}${imm3 ? ` #${imm3}` : ''}`;
}

const extendedRegister = (f: { readonly sf: number; readonly option: number }) =>
  f.sf === 1 && (f.option & 3) === 3 ? '{Rm:x}' : '{Rm:w}';

/** @source Arm ARM DDI 0487, C4.1 "Add/subtract (immediate)", "(shifted register)", "(extended register)", "(with carry)" */
export const addSubtract = [
  instruction({
    name: 'ADD/SUB (immediate)',
    pattern: 'sf op S 100010 sh #imm12:12 Rn:5 Rd:5',
    assembly: (f) => `${mnemonic(f)} ${f.S ? '{Rd}' : '{Rd|sp}'}, {Rn|sp}, #{imm12:hex}{, lsl #12 if sh}`,
    aliases: [
      {
        when: (f) => f.S === 0 && f.op === 0 && f.sh === 0 && f.imm12 === 0 && (f.Rd === 31 || f.Rn === 31),
        assembly: 'mov {Rd|sp}, {Rn|sp}',
      },
      { when: comparesOnly, assembly: (f) => `${comparison(f)} {Rn|sp}, #{imm12:hex}{, lsl #12 if sh}` },
    ],
    hot: true,
    semantics(m, { sf, op, S, sh, imm12, Rn, Rd }) {
      const width = sf ? 64 : 32;
      const operand = m.resize(sh ? m.shl(imm12, m.constant(32, 12)) : imm12, width);
      const result = addOrSubtract(m, { op, S }, m.readXsp(Rn, width), operand);
      if (S) m.writeX(Rd, result);
      else m.writeXsp(Rd, result);
    },
  }),
  instruction({
    name: 'ADD/SUB (shifted register)',
    pattern: 'sf op S 01011 shift:2 0 Rm:5 #imm6:6 Rn:5 Rd:5',
    when: (f) => f.shift !== 3,
    specialise: [{ shift: 0, imm6: 0 }],
    assembly: (f) => `${mnemonic(f)} {Rd}, {Rn}, {Rm}{amount}`,
    operands: (f) => ({ amount: shiftText(f.shift, f.imm6) }),
    aliases: [
      { when: comparesOnly, assembly: (f) => `${comparison(f)} {Rn}, {Rm}{amount}` },
      {
        when: (f) => f.op === 1 && f.Rn === 31,
        assembly: (f) => `${f.S ? 'negs' : 'neg'} {Rd}, {Rm}{amount}`,
      },
    ],
    hot: (f) => f.S === 0 || (f.op === 1 && f.shift < 2),
    semantics(m, { sf, op, S, shift, Rm, imm6, Rn, Rd }) {
      const width = sf ? 64 : 32;
      if (!sf) m.undefinedIf(m.geu(imm6, m.constant(32, 32)));
      const operand = m.shift(shift, m.readX(Rm, width), m.resize(imm6, width));
      m.writeX(Rd, addOrSubtract(m, { op, S }, m.readX(Rn, width), operand));
    },
  }),
  instruction({
    name: 'ADD/SUB (extended register)',
    pattern: 'sf op S 01011 00 1 Rm:5 option:3 #imm3:3 Rn:5 Rd:5',
    assembly: (f) => `${mnemonic(f)} ${f.S ? '{Rd}' : '{Rd|sp}'}, {Rn|sp}, ${extendedRegister(f)}{extend}`,
    operands: (f) => ({ extend: extendText(f) }),
    aliases: [
      { when: comparesOnly, assembly: (f) => `${comparison(f)} {Rn|sp}, ${extendedRegister(f)}{extend}` },
    ],
    hot: (f) => f.sf === 1 && (f.option & 3) >= 2,
    semantics(m, { sf, op, S, Rm, option, imm3, Rn, Rd }) {
      m.undefinedIf(m.geu(imm3, m.constant(32, 5)));
      const width = sf ? 64 : 32;
      const extended = extendRegister(m, m.readX(Rm, width), width, option);
      const operand = m.shl(extended, m.resize(imm3, width));
      const result = addOrSubtract(m, { op, S }, m.readXsp(Rn, width), operand);
      if (S) m.writeX(Rd, result);
      else m.writeXsp(Rd, result);
    },
  }),
  instruction({
    name: 'ADC/ADCS/SBC/SBCS',
    pattern: 'sf op S 11010000 Rm:5 000000 Rn:5 Rd:5',
    assembly: (f) => `${f.op ? 'sbc' : 'adc'}${f.S ? 's' : ''} {Rd}, {Rn}, {Rm}`,
    aliases: [
      { when: (f) => f.op === 1 && f.Rn === 31, assembly: (f) => `${f.S ? 'ngcs' : 'ngc'} {Rd}, {Rm}` },
    ],
    semantics(m, { sf, op, S, Rm, Rn, Rd }) {
      const width = sf ? 64 : 32;
      const a = m.readX(Rn, width);
      const b = op ? m.not(m.readX(Rm, width)) : m.readX(Rm, width);
      const carry = m.resize(m.readFlag('c'), width);
      const partial = m.add(a, b);
      const result = m.add(partial, carry);
      if (S) {
        const zero = m.constant(width, 0);
        const carryOut = m.or(m.ltu(partial, a), m.ltu(result, partial));
        const overflow = m.and(m.xor(a, result), m.xor(b, result));
        m.writeFlags(m.lts(result, zero), m.eqz(result), carryOut, m.lts(overflow, zero));
      }
      m.writeX(Rd, result);
    },
  }),
];
