import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Value, Width } from '../value.ts';
import { hex, signed } from './names.ts';

/** Positions of 32-bit forms go up to 31. */
function requirePositions(m: Machine, width: Width, ...positions: Value<32>[]): void {
  if (width === 64) return;
  for (const position of positions) m.undefinedIf(m.geu(position, m.constant(32, 32)));
}

/** The number that MOVZ or MOVN makes. */
function wideValue(f: { sf: number; opc: number; hw: number; imm16: number }): bigint {
  const placed = BigInt(f.imm16) << BigInt(f.hw * 16);
  return BigInt.asUintN(f.sf ? 64 : 32, f.opc === 0 ? ~placed : placed);
}

interface Bitfield {
  readonly sf: number;
  readonly immr: number;
  readonly imms: number;
}

const widthOf = (f: { readonly sf: number }) => (f.sf ? 64 : 32);
/** The bits go to a place of their own instead of to bit 0. */
const inserts = (f: Bitfield) => f.imms < f.immr;
const toTop = (f: Bitfield) => f.imms === widthOf(f) - 1;

/** Bitfields told by position and length. */
function bitfieldOperands(f: Bitfield): { position: number; length: number } {
  return inserts(f)
    ? { position: widthOf(f) - f.immr, length: f.imms + 1 }
    : { position: f.immr, length: f.imms - f.immr + 1 };
}

/** @source Arm ARM DDI 0487, C4.1 "PC-rel. addressing", "Move wide (immediate)", "Bitfield", "Extract" */
export const moveBitfield = [
  instruction({
    name: 'ADR/ADRP',
    pattern: 'op #immlo:2 10000 #immhi:19 Rd:5',
    assembly: (f) => `${f.op ? 'adrp' : 'adr'} {Rd:x}, {target}`,
    operands: (f, pc) => {
      const offset = BigInt(signed(f.immhi, 19) * 4 + f.immlo);
      return { target: hex(f.op ? (pc & ~4095n) + offset * 4096n : pc + offset) };
    },
    hot: true,
    semantics(m, { op, immlo, immhi, Rd }) {
      const offset = m.or(m.shl(m.signExtend(immhi, 19, 64), m.constant(64, 2)), m.zext(immlo));
      const page = m.and(m.pc(), m.constant(64, -4096n));
      m.writeX(Rd, op ? m.add(page, m.shl(offset, m.constant(64, 12))) : m.add(m.pc(), offset));
    },
  }),
  instruction({
    name: 'MOVN/MOVZ/MOVK',
    pattern: 'sf opc:2 100101 hw:2 #imm16:16 Rd:5',
    when: (f) => f.opc !== 1 && (f.sf === 1 || f.hw < 2),
    assembly: (f) =>
      `${['movn', '', 'movz', 'movk'][f.opc]} {Rd}, #{imm16:hex}${f.hw ? `, lsl #${f.hw * 16}` : ''}`,
    operands: (f) => ({ value: hex(wideValue(f)) }),
    aliases: [
      {
        // 0 is written with MOVZ and without a shift, a 32-bit 0xffff or 0xffff0000 with MOVZ.
        when: (f) =>
          f.opc !== 3 && !(f.imm16 === 0 && f.hw !== 0) && !(f.opc === 0 && f.sf === 0 && f.imm16 === 0xffff),
        assembly: 'mov {Rd}, #{value}',
      },
    ],
    hot: true,
    semantics(m, { sf, opc, hw, imm16, Rd }) {
      const width = sf ? 64 : 32;
      const value = m.shl(m.resize(imm16, width), m.constant(width, hw * 16));
      if (opc === 3) {
        const keep = m.constant(width, ~(0xffffn << BigInt(hw * 16)));
        m.writeX(Rd, m.or(m.and(m.readX(Rd, width), keep), value));
      } else m.writeX(Rd, opc === 0 ? m.not(value) : value);
    },
  }),
  instruction({
    name: 'SBFM/UBFM',
    pattern: 'sf opc:2 100110 N #immr:6 #imms:6 Rn:5 Rd:5',
    when: (f) => f.sf === f.N && (f.opc === 0 || f.opc === 2),
    specialise: [
      { imms: 63, sf: 1, N: 1 },
      { imms: 31, sf: 0, N: 0 },
    ],
    assembly: (f) => `${f.opc ? 'ubfm' : 'sbfm'} {Rd}, {Rn}, #{immr}, #{imms}`,
    operands: bitfieldOperands,
    aliases: [
      {
        when: (f) => f.opc === 2 && inserts(f) && f.imms + 1 === f.immr,
        assembly: 'lsl {Rd}, {Rn}, #{position}',
      },
      { when: toTop, assembly: (f) => `${f.opc ? 'lsr' : 'asr'} {Rd}, {Rn}, #{immr}` },
      { when: inserts, assembly: (f) => `${f.opc ? 'ubfiz' : 'sbfiz'} {Rd}, {Rn}, #{position}, #{length}` },
      ...[
        { top: 7, letter: 'b' },
        { top: 15, letter: 'h' },
        { top: 31, letter: 'w' },
      ].map(({ top, letter }) => ({
        // Extending with zeros is written with 32 bits only.
        when: (f: Bitfield & { readonly opc: number }) =>
          f.immr === 0 && f.imms === top && (f.opc === 0 || f.sf === 0),
        assembly: (f: { readonly opc: number }) => `${f.opc ? 'uxt' : 'sxt'}${letter} {Rd}, {Rn:w}`,
      })),
      { when: () => true, assembly: (f) => `${f.opc ? 'ubfx' : 'sbfx'} {Rd}, {Rn}, #{position}, #{length}` },
    ],
    hot: true,
    semantics(m, { sf, opc, immr, imms, Rn, Rd }) {
      const width = sf ? 64 : 32;
      const word = (value: number) => m.constant(32, value);
      requirePositions(m, width, immr, imms);
      // Move the field to the top, then to its place: extraction when imms >= immr, else insertion into zeros.
      const left = m.sub(word(width - 1), imms);
      const extracted = m.add(left, immr);
      const inserted = m.sub(m.sub(immr, imms), word(1));
      const right = m.and(m.select(m.geu(imms, immr), extracted, inserted), word(63));
      const top = m.shl(m.readX(Rn, width), m.resize(left, width));
      m.writeX(Rd, m.shift(opc === 0 ? 2 : 1, top, m.resize(right, width)));
    },
  }),
  instruction({
    name: 'BFM',
    pattern: 'sf 01 100110 N #immr:6 #imms:6 Rn:5 Rd:5',
    when: (f) => f.sf === f.N,
    assembly: 'bfm {Rd}, {Rn}, #{immr}, #{imms}',
    operands: bitfieldOperands,
    aliases: [
      { when: (f) => inserts(f) && f.Rn === 31, assembly: 'bfc {Rd}, #{position}, #{length}' },
      { when: inserts, assembly: 'bfi {Rd}, {Rn}, #{position}, #{length}' },
      { when: () => true, assembly: 'bfxil {Rd}, {Rn}, #{position}, #{length}' },
    ],
    hot: true,
    semantics(m, { sf, immr, imms, Rn, Rd }) {
      const width = sf ? 64 : 32;
      const word = (value: number) => m.constant(32, value);
      requirePositions(m, width, immr, imms);
      const extracts = m.geu(imms, immr);
      const length = m.add(m.select(extracts, m.sub(imms, immr), imms), word(1));
      const position = m.select(extracts, word(0), m.and(m.sub(word(width), immr), word(width - 1)));
      const run = m.lsr(m.late(m.constant(width, -1n)), m.resize(m.sub(word(width), length), width));
      const mask = m.shl(run, m.resize(position, width));
      const rotated = m.ror(m.readX(Rn, width), m.resize(immr, width));
      const old = m.readX(Rd, width);
      m.writeX(Rd, m.xor(old, m.and(m.xor(old, rotated), mask)));
    },
  }),
  instruction({
    name: 'EXTR',
    pattern: 'sf 00 100111 N 0 Rm:5 #imms:6 Rn:5 Rd:5',
    when: (f) => f.sf === f.N,
    assembly: 'extr {Rd}, {Rn}, {Rm}, #{imms}',
    aliases: [{ when: (f) => f.Rn === f.Rm, assembly: 'ror {Rd}, {Rn}, #{imms}' }],
    hot: true,
    semantics(m, { sf, Rm, imms, Rn, Rd }) {
      const width = sf ? 64 : 32;
      requirePositions(m, width, imms);
      const low = m.lsr(m.readX(Rm, width), m.resize(imms, width));
      // Shifting by one first keeps the amount below the width when imms is 0.
      const left = m.resize(m.sub(m.constant(32, width - 1), imms), width);
      const high = m.shl(m.shl(m.readX(Rn, width), m.constant(width, 1)), left);
      m.writeX(Rd, m.or(low, high));
    },
  }),
];
