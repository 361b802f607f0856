import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { ElementBits, Value, VectorRegister } from '../value.ts';
import {
  indexedOperands,
  indexedText,
  registerOffset,
  registerOffsetText,
  scaledAddress,
} from './load-store.table.ts';
import { hex, offsetText, signed } from './names.ts';

interface AccessFields {
  readonly size: number;
  readonly opc: number;
}

/** log2 of the bytes: B, H, S, D by size, Q with the upper bit of opc. */
const scaleOf = ({ size, opc }: AccessFields) => ((opc & 2) << 1) | size;
const isAccess = ({ size, opc }: AccessFields) => opc < 2 || size === 0;

/** Loads (odd opc) or stores a SIMD&FP register of 2^scale bytes; `after` moves the base register. */
function access(
  m: Machine,
  scale: number,
  loads: boolean,
  Vt: VectorRegister,
  address: Value<64>,
  after = () => {},
): void {
  const bits = (8 << scale) as ElementBits;
  if (!loads) {
    if (scale === 4) m.storeVector(address, m.readV(Vt));
    else m.store(bits, address, m.readElement(Vt, bits, 0));
    after();
  } else if (scale === 4) {
    const value = m.loadVector(address);
    after();
    m.writeV(Vt, value);
  } else {
    const value = m.load(bits, address);
    after();
    m.writeScalar(Vt, bits, value);
  }
}

const mnemonic = (f: AccessFields, infix = '') =>
  `${f.opc & 1 ? 'ld' : 'st'}${infix}r {Vt:${'bhsdq'[scaleOf(f)]}}`;

/** @source Arm ARM DDI 0487, C4.1 "Load/store register (…)" with V = 1, "Load register (literal)" */
export const vectorLoadStore = [
  instruction({
    name: 'LDR/STR (SIMD&FP, unsigned offset)',
    pattern: 'size:2 111 1 01 opc:2 #imm12:12 Rn:5 Vt:5',
    when: isAccess,
    assembly: (f) => `${mnemonic(f)}, [{Rn|sp}{offset}]`,
    operands: (f) => ({ offset: offsetText(f.imm12 * 2 ** scaleOf(f)) }),
    hot: (f) => scaleOf(f) >= 2,
    semantics(m, { size, opc, imm12, Rn, Vt }) {
      const scale = scaleOf({ size, opc });
      access(m, scale, (opc & 1) === 1, Vt, scaledAddress(m, Rn, imm12, scale));
    },
  }),
  instruction({
    name: 'LDR/STR (SIMD&FP, unscaled, post-indexed, pre-indexed)',
    pattern: 'size:2 111 1 00 opc:2 0 #imm9:9 mode:2 Rn:5 Vt:5',
    when: (f) => isAccess(f) && f.mode !== 2,
    assembly: (f) => `${mnemonic(f, f.mode ? '' : 'u')}, ${indexedText(f.mode)}`,
    operands: (f) => indexedOperands(signed(f.imm9, 9)),
    hot: (f) => scaleOf(f) === 4 || (scaleOf(f) === 3 && f.mode === 0),
    semantics(m, { size, opc, imm9, mode, Rn, Vt }) {
      const base = m.readXsp(Rn);
      const moved = m.add(base, m.signExtend(imm9, 9, 64));
      const moveBase = () => (mode === 0 ? undefined : m.writeXsp(Rn, moved));
      access(m, scaleOf({ size, opc }), (opc & 1) === 1, Vt, mode === 1 ? base : moved, moveBase);
    },
  }),
  instruction({
    name: 'LDR/STR (SIMD&FP, register offset)',
    pattern: 'size:2 111 1 00 opc:2 1 Rm:5 option:3 S 10 Rn:5 Vt:5',
    when: (f) => isAccess(f) && (f.option & 2) !== 0,
    assembly: (f) => `${mnemonic(f)}, [{Rn|sp}, {offset}]`,
    operands: (f) => registerOffsetText(f, scaleOf(f)),
    hot: (f) => f.option === 3 && (scaleOf(f) === 4 || (scaleOf(f) >= 2 && f.S === 1)),
    semantics(m, { size, opc, Rm, option, S, Rn, Vt }) {
      const scale = scaleOf({ size, opc });
      const address = m.add(m.readXsp(Rn), registerOffset(m, Rm, option, S ? scale : 0));
      access(m, scale, (opc & 1) === 1, Vt, address);
    },
  }),
  instruction({
    name: 'LDR (SIMD&FP, literal)',
    pattern: 'opc:2 011 1 00 #imm19:19 Vt:5',
    when: (f) => f.opc !== 3,
    assembly: (f) => `ldr {Vt:${'sdq'[f.opc]}}, {target}`,
    operands: (f, pc) => ({ target: hex(pc + BigInt(signed(f.imm19, 19) * 4)) }),
    hot: true,
    semantics(m, { opc, imm19, Vt }) {
      const address = m.add(m.pc(), m.shl(m.signExtend(imm19, 19, 64), m.constant(64, 2)));
      access(m, 2 + opc, true, Vt, address);
    },
  }),
];
