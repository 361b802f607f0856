import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Value, Width } from '../value.ts';
import { hex, shiftText } from './names.ts';

function combine<W extends Width>(m: Machine, opc: number, a: Value<W>, b: NoInfer<Value<W>>): Value<W> {
  if (opc === 1) return m.or(a, b);
  return opc === 2 ? m.xor(a, b) : m.and(a, b);
}

/**
 * The bitmask immediate, without branches, so that predecoding computes it.
 *
 * @source Arm ARM DDI 0487, aarch64/functions/immediateop DecodeBitMasks
 */
function bitmask<W extends Width>(
  m: Machine,
  N: number,
  immr: Value<32>,
  imms: Value<32>,
  width: W,
): Value<W> {
  const word = (value: number) => m.constant(32, value);
  const ones = m.constant(64, -1n);
  const sizeBits = m.or(m.shl(word(N), word(6)), m.xor(imms, word(63)));
  const elementSize = m.shl(word(1), m.sub(word(31), m.clz(sizeBits)));
  const elementMask = m.sub(elementSize, word(1));
  const length = m.and(imms, elementMask);
  const rotation = m.and(immr, elementMask);
  // All ones are no immediate; nor is an element of one bit, whose mask is 0.
  m.undefinedIf(m.or(m.ltu(sizeBits, word(2)), m.eq(length, elementMask)));
  const mask = m.lsr(ones, m.zext(m.sub(word(64), elementSize)));
  const run = m.lsr(ones, m.zext(m.sub(word(63), length)));
  const left = m.and(m.sub(elementSize, rotation), word(63));
  const element = m.and(m.or(m.lsr(run, m.zext(rotation)), m.shl(run, m.zext(left))), mask);
  // 1…1 / element's mask has a 1 at the start of every element.
  return m.resize(m.mul(element, m.udivRaw(ones, mask)), width);
}

/** The bitmask immediate of a word, for disassembly; `undefined` when unallocated. */
function bitmaskValue(N: number, immr: number, imms: number): bigint | undefined {
  const sizeBits = (N << 6) | (~imms & 63);
  const size = 2 ** (31 - Math.clz32(sizeBits));
  const length = imms & (size - 1);
  if (sizeBits < 2 || length === size - 1) return undefined;
  const rotation = BigInt(immr & (size - 1));
  const run = (1n << BigInt(length + 1)) - 1n;
  const element = BigInt.asUintN(size, (run >> rotation) | (run << (BigInt(size) - rotation)));
  let value = 0n;
  for (let at = 0; at < 64; at += size) value |= element << BigInt(at);
  return value;
}

const maskOf = (f: {
  readonly sf: number;
  readonly N: number;
  readonly immr: number;
  readonly imms: number;
}) => BigInt.asUintN(f.sf ? 64 : 32, bitmaskValue(f.N, f.immr, f.imms) ?? 0n);

/** Whether MOVZ or MOVN makes the number: at most 16 bits in one of the places that they shift to. */
function isWideImmediate(value: bigint, width: Width): boolean {
  return [value, BigInt.asUintN(width, ~value)].some((number) =>
    [0n, 16n, 32n, 48n].some((place) => (number & ~(0xffffn << place)) === 0n),
  );
}

/** @source Arm ARM DDI 0487, C4.1 "Logical (immediate)", "Logical (shifted register)" */
export const logical = [
  instruction({
    name: 'AND/ORR/EOR/ANDS (immediate)',
    pattern: 'sf opc:2 100100 N #immr:6 #imms:6 Rn:5 Rd:5',
    when: (f) => f.sf === 1 || f.N === 0,
    assembly: (f) =>
      `${['and', 'orr', 'eor', 'ands'][f.opc]} ${f.opc === 3 ? '{Rd}' : '{Rd|sp}'}, {Rn}, #{mask}`,
    operands: (f) => ({ mask: hex(maskOf(f)) }),
    aliases: [
      { when: (f) => f.opc === 3 && f.Rd === 31, assembly: 'tst {Rn}, #{mask}' },
      {
        // MOVZ and MOVN are MOV too, but cannot write SP.
        when: (f) =>
          f.opc === 1 && f.Rn === 31 && (f.Rd === 31 || !isWideImmediate(maskOf(f), f.sf ? 64 : 32)),
        assembly: 'mov {Rd|sp}, #{mask}',
      },
    ],
    hot: true,
    semantics(m, { sf, opc, N, immr, imms, Rn, Rd }) {
      const width = sf ? 64 : 32;
      const result = combine(m, opc, m.readX(Rn, width), bitmask(m, N, immr, imms, width));
      if (opc === 3) {
        m.flagsLogical(result);
        m.writeX(Rd, result);
      } else m.writeXsp(Rd, result);
    },
  }),
  instruction({
    name: 'AND/BIC/ORR/ORN/EOR/EON/ANDS/BICS (shifted register)',
    pattern: 'sf opc:2 01010 shift:2 N Rm:5 #imm6:6 Rn:5 Rd:5',
    specialise: [
      { shift: 0, imm6: 0 },
      { shift: 0, imm6: 0, Rn: 31, opc: 1 },
    ],
    assembly: (f) => {
      const name = [
        ['and', 'bic'],
        ['orr', 'orn'],
        ['eor', 'eon'],
        ['ands', 'bics'],
      ][f.opc]?.[f.N];
      return `${name} {Rd}, {Rn}, {Rm}{amount}`;
    },
    operands: (f) => ({ amount: shiftText(f.shift, f.imm6) }),
    aliases: [
      { when: (f) => f.opc === 3 && f.N === 0 && f.Rd === 31, assembly: 'tst {Rn}, {Rm}{amount}' },
      { when: (f) => f.opc === 1 && f.N === 1 && f.Rn === 31, assembly: 'mvn {Rd}, {Rm}{amount}' },
      {
        when: (f) => f.opc === 1 && f.N === 0 && f.Rn === 31 && f.shift === 0 && f.imm6 === 0,
        assembly: 'mov {Rd}, {Rm}',
      },
    ],
    hot: (f) => f.shift === 0 || (f.shift !== 2 && f.N === 0 && f.opc !== 3),
    semantics(m, { sf, opc, shift, N, Rm, imm6, Rn, Rd }) {
      const width = sf ? 64 : 32;
      if (!sf) m.undefinedIf(m.geu(imm6, m.constant(32, 32)));
      const shifted = m.shift(shift, m.readX(Rm, width), m.resize(imm6, width));
      const result = combine(m, opc, m.readX(Rn, width), N ? m.not(shifted) : shifted);
      if (opc === 3) m.flagsLogical(result);
      m.writeX(Rd, result);
    },
  }),
];
