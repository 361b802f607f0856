import { type Instruction, instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Value } from '../value.ts';
import { floatImmediateText } from './fp-move.table.ts';
import { hex } from './names.ts';

/** `abcdefgh`, from its two parts in the word. */
function imm8(m: Machine, high: Value<32>, low: Value<32>): Value<32> {
  return m.or(m.shl(high, m.constant(32, 5)), low);
}

/** cmode → the 32-bit pattern that is repeated, before inversion. */
function expand32(m: Machine, cmode: number, byte: Value<32>): Value<32> {
  const shifted = (amount: number) => m.shl(byte, m.constant(32, amount));
  if (cmode < 8) return shifted((cmode >> 1) * 8);
  if (cmode < 12) return m.mul(shifted((cmode & 2) * 4), m.constant(32, 0x0001_0001));
  if (cmode === 12) return m.or(shifted(8), m.constant(32, 0xff));
  if (cmode === 13) return m.or(shifted(16), m.constant(32, 0xffff));
  if (cmode === 14) return m.mul(byte, m.constant(32, 0x0101_0101));
  return expandSingle(m, byte);
}

/** VFPExpandImm for 32 bits: sign, exponent NOT(b):b×5:cd, fraction efgh. */
export function expandSingle(m: Machine, byte: Value<32>): Value<32> {
  const bit = (n: number) => m.and(m.lsr(byte, m.constant(32, n)), m.constant(32, 1));
  const sign = m.shl(bit(7), m.constant(32, 31));
  const exponent = m.select(bit(6), m.constant(32, 0x3e00_0000), m.constant(32, 0x4000_0000));
  return m.or(m.or(sign, exponent), m.shl(m.and(byte, m.constant(32, 0x3f)), m.constant(32, 19)));
}

/** VFPExpandImm for 64 bits. */
export function expandDouble(m: Machine, byte: Value<32>): Value<64> {
  const bit = (n: number) => m.and(m.lsr(byte, m.constant(32, n)), m.constant(32, 1));
  const sign = m.shl(m.zext(bit(7)), m.constant(64, 63));
  const exponent = m.select(
    bit(6),
    m.constant(64, 0x3fc0_0000_0000_0000n),
    m.constant(64, 0x4000_0000_0000_0000n),
  );
  const fraction = m.shl(m.zext(m.and(byte, m.constant(32, 0x3f))), m.constant(64, 48));
  return m.or(m.or(sign, exponent), fraction);
}

/** Every bit of the byte becomes a byte of ones or zeros. */
function spreadBits(m: Machine, byte: Value<32>): Value<64> {
  const repeated = m.mul(m.zext(byte), m.constant(64, 0x0101_0101_0101_0101n));
  const chosen = m.and(repeated, m.constant(64, 0x8040_2010_0804_0201n));
  // Brings any set bit of a byte to its top bit, without carries between bytes.
  const low = m.constant(64, 0x7f7f_7f7f_7f7f_7f7fn);
  const top = m.lsr(m.and(m.or(m.add(m.and(chosen, low), low), chosen), m.not(low)), m.constant(64, 7));
  return m.mul(top, m.constant(64, 0xff));
}

/**
 * cmode and op: 0xx0 32-bit MOVI/MVNI, 0xx1 32-bit ORR/BIC, 10x0 and 10x1 the same for 16 bits, 110x shifting ones,
 * 1110 bytes (op: 64-bit mask), 1111 FMOV.
 */
const combines = (cmode: number) => cmode < 12 && (cmode & 1) === 1;

function mnemonic(cmode: number, op: number): string {
  if (combines(cmode)) return op ? 'bic' : 'orr';
  if (cmode === 15) return 'fmov';
  return op && cmode < 14 ? 'mvni' : 'movi';
}

interface ImmediateFields {
  readonly Q: number;
  readonly op: number;
  readonly cmode: number;
}

/** Element size, and how the byte lies in an element, by {@link combines}' cmode and op. */
function assembly(f: ImmediateFields): string {
  const { Q, op, cmode } = f;
  const shifted = cmode < 12 ? (cmode & (cmode < 8 ? 6 : 2)) * 4 : 0;
  const shift = cmode < 12 ? (shifted ? `, lsl #${shifted}` : '') : `, msl #${cmode === 12 ? 8 : 16}`;
  const name = mnemonic(cmode, op);
  if (cmode < 8 || cmode === 12 || cmode === 13) return `${name} {Vd:${Q ? '4s' : '2s'}}, #{byte}${shift}`;
  if (cmode < 12) return `${name} {Vd:${Q ? '8h' : '4h'}}, #{byte}${shift}`;
  if (cmode === 15) return `${name} {Vd:${op ? '2d' : Q ? '4s' : '2s'}}, #{number}`;
  return op ? `${name} {Vd:${Q ? '2d' : 'd'}}, #{mask}` : `${name} {Vd:${Q ? '16b' : '8b'}}, #{byte}`;
}

/** Every bit as a byte of ones or zeros. */
function maskText(byte: number): string {
  let mask = 0n;
  for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) mask |= 0xffn << BigInt(8 * bit);
  return hex(mask);
}

/** @source Arm ARM DDI 0487, C4.1.96 "Advanced SIMD modified immediate" and AdvSIMDExpandImm */
export const vectorImmediate: readonly Instruction[] = [
  instruction({
    name: 'MOVI/MVNI/ORR/BIC/FMOV (vector, immediate)',
    pattern: '0 Q op 0111100000 #abc:3 cmode:4 01 #defgh:5 Vd:5',
    when: (f) => !(f.cmode === 15 && f.op === 1 && f.Q === 0),
    assembly,
    operands: (f) => {
      const byte = (f.abc << 5) | f.defgh;
      return { byte: hex(byte), number: floatImmediateText(byte), mask: maskText(byte) };
    },
    hot: (f) => f.cmode === 0 || f.cmode === 14,
    semantics(m, { Q, op, abc, cmode, defgh, Vd }) {
      const byte = imm8(m, abc, defgh);
      const bits = Q ? 128 : 64;
      if (op && cmode >= 14) {
        m.writeV(Vd, m.splat('i64x2', cmode === 14 ? spreadBits(m, byte) : expandDouble(m, byte)), bits);
        return;
      }
      const pattern = m.splat('i32x4', expand32(m, cmode, byte));
      if (combines(cmode)) m.writeV(Vd, m.wasm(op ? 'v128.andnot' : 'v128.or', m.readV(Vd), pattern), bits);
      else m.writeV(Vd, op ? m.wasm('v128.not', pattern) : pattern, bits);
    },
  }),
];
