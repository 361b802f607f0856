import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { ElementBits, GeneralRegister, Immediate, Value } from '../value.ts';
import { extendNames, hex, offsetText, signed } from './names.ts';

interface AccessFields {
  readonly size: number;
  readonly opc: number;
}

/** opc 0 stores, 1 loads zero-extended, 2 loads sign-extended to 64 bits, 3 to 32 bits. */
const isAccess = ({ size, opc }: AccessFields) => (size === 3 ? opc < 2 : size === 2 ? opc < 3 : true);

const elementBits = (size: number) => (8 << size) as ElementBits;

/** Loads or stores a general register, then moves the base register. */
function access(
  m: Machine,
  { size, opc }: AccessFields,
  Rt: GeneralRegister,
  address: Value<64>,
  writeBack?: { readonly base: GeneralRegister; readonly value: Value<64> },
): void {
  const bits = elementBits(size);
  const moveBase = () => writeBack && m.writeXsp(writeBack.base, writeBack.value);
  if (opc === 0) {
    m.store(bits, address, m.readX(Rt, size === 3 ? 64 : 32));
    moveBase();
    return;
  }
  const value = m.load(bits, address, { signed: opc > 1, width: opc === 2 || size === 3 ? 64 : 32 });
  m.writeX(Rt, value);
  // Last, as qemu does it where the two registers are one (constrained unpredictable).
  moveBase();
}

/** The offset of register-offset addressing: a register, extended and scaled. */
export function registerOffset(m: Machine, Rm: GeneralRegister, option: number, shift: number): Value<64> {
  const full = option === 3 || option === 7;
  const offset = full ? m.readX(Rm) : option === 2 ? m.zext(m.readX(Rm, 32)) : m.sext(m.readX(Rm, 32));
  return m.shl(offset, m.constant(64, shift));
}

/** base + immediate × 2^scale */
export function scaledAddress(m: Machine, Rn: GeneralRegister, imm12: Immediate, scale: number): Value<64> {
  return m.add(m.readXsp(Rn), m.zext(m.shl(imm12, m.constant(32, scale))));
}

function mnemonic({ size, opc }: AccessFields, infix = ''): string {
  const suffix = ['b', 'h', opc > 1 ? 'w' : '', ''][size] ?? '';
  return `${opc === 0 ? 'st' : 'ld'}${infix}r${opc > 1 ? 's' : ''}${suffix}`;
}

/** The transferred register with its width. */
const target = ({ size, opc }: AccessFields) => (opc === 2 || size === 3 ? '{Rt:x}' : '{Rt:w}');

/** Register-offset operand, for disassembly. */
export function registerOffsetText(
  f: { Rm: number; option: number; S: number },
  shift: number,
): { offset: string } {
  const register = f.Rm === 31 ? 'zr' : String(f.Rm);
  const name = `${f.option & 1 ? 'x' : 'w'}${register}`;
  const amount = f.S ? ` #${shift}` : '';
  if (f.option === 3) return { offset: f.S ? `${name}, lsl${amount}` : name };
  return { offset: `${name}, ${extendNames[f.option]}${amount}` };
}

/** Addressing by mode 0 and 2 offset, 1 post-indexed, 3 pre-indexed: of {@link indexedOperands}. */
export const indexedText = (mode: number) =>
  ['[{Rn|sp}{offset}]', '[{Rn|sp}], #{step}', '[{Rn|sp}{offset}]', '[{Rn|sp}, #{step}]!'][mode] ?? '';

export const indexedOperands = (offset: number) => ({ offset: offsetText(offset), step: offset });

/** What a prefetch is for: which is not an operation has its number. */
function prefetchText(prfop: number): { operation: string } {
  const kind = ['pld', 'pli', 'pst'][prfop >> 3];
  const level = (prfop >> 1) & 3;
  if (kind === undefined || level === 3) return { operation: `#0x${prfop.toString(16).padStart(2, '0')}` };
  return { operation: `${kind}l${level + 1}${prfop & 1 ? 'strm' : 'keep'}` };
}

/** @source Arm ARM DDI 0487, C4.1 "Load/store register (…)", "Load register (literal)" */
export const loadStore = [
  instruction({
    name: 'LDR/STR (unsigned offset)',
    pattern: 'size:2 111 0 01 opc:2 #imm12:12 Rn:5 Rt:5',
    when: isAccess,
    assembly: (f) => `${mnemonic(f)} ${target(f)}, [{Rn|sp}{offset}]`,
    operands: (f) => ({ offset: offsetText(f.imm12 << f.size) }),
    hot: true,
    semantics(m, { size, opc, imm12, Rn, Rt }) {
      access(m, { size, opc }, Rt, scaledAddress(m, Rn, imm12, size));
    },
  }),
  instruction({
    name: 'LDR/STR (unscaled, post-indexed, unprivileged, pre-indexed)',
    pattern: 'size:2 111 0 00 opc:2 0 #imm9:9 mode:2 Rn:5 Rt:5',
    when: isAccess,
    assembly: (f) => `${mnemonic(f, ['u', '', 't', ''][f.mode])} ${target(f)}, ${indexedText(f.mode)}`,
    operands: (f) => indexedOperands(signed(f.imm9, 9)),
    hot: (f) => f.mode !== 2 && (f.opc < 2 || f.size === 2),
    semantics(m, { size, opc, imm9, mode, Rn, Rt }) {
      const base = m.readXsp(Rn);
      const moved = m.add(base, m.signExtend(imm9, 9, 64));
      const indexed = mode === 1 || mode === 3;
      access(
        m,
        { size, opc },
        Rt,
        mode === 1 ? base : moved,
        indexed ? { base: Rn, value: moved } : undefined,
      );
    },
  }),
  instruction({
    name: 'LDR/STR (register offset)',
    pattern: 'size:2 111 0 00 opc:2 1 Rm:5 option:3 S 10 Rn:5 Rt:5',
    when: (f) => isAccess(f) && (f.option & 2) !== 0,
    assembly: (f) => `${mnemonic(f)} ${target(f)}, [{Rn|sp}, {offset}]`,
    operands: (f) => registerOffsetText(f, f.size),
    hot: (f) => f.option !== 7 && (f.opc < 2 || f.size === 2),
    semantics(m, { size, opc, Rm, option, S, Rn, Rt }) {
      const offset = registerOffset(m, Rm, option, S ? size : 0);
      access(m, { size, opc }, Rt, m.add(m.readXsp(Rn), offset));
    },
  }),
  instruction({
    name: 'LDR/LDRSW (literal)',
    pattern: 'opc:2 011 0 00 #imm19:19 Rt:5',
    when: (f) => f.opc !== 3,
    assembly: (f) => `${f.opc === 2 ? 'ldrsw' : 'ldr'} ${f.opc ? '{Rt:x}' : '{Rt:w}'}, {target}`,
    operands: (f, pc) => ({ target: hex(pc + BigInt(signed(f.imm19, 19) * 4)) }),
    hot: true,
    semantics(m, { opc, imm19, Rt }) {
      const address = m.add(m.pc(), m.shl(m.signExtend(imm19, 19, 64), m.constant(64, 2)));
      m.writeX(Rt, m.load(opc === 1 ? 64 : 32, address, { signed: opc === 2, width: opc ? 64 : 32 }));
    },
  }),
  instruction({
    name: 'PRFM (unsigned offset)',
    pattern: '11 111 0 01 10 #imm12:12 Rn:5 #prfop:5',
    assembly: 'prfm {operation}, [{Rn|sp}{offset}]',
    operands: (f) => ({ ...prefetchText(f.prfop), offset: offsetText(f.imm12 * 8) }),
    semantics() {},
  }),
  instruction({
    name: 'PRFUM',
    pattern: '11 111 0 00 10 0 #imm9:9 00 Rn:5 #prfop:5',
    assembly: 'prfum {operation}, [{Rn|sp}{offset}]',
    operands: (f) => ({ ...prefetchText(f.prfop), offset: offsetText(signed(f.imm9, 9)) }),
    semantics() {},
  }),
  instruction({
    name: 'PRFM (register offset)',
    pattern: '11 111 0 00 10 1 Rm:5 option:3 S 10 Rn:5 #prfop:5',
    when: (f) => (f.option & 2) !== 0,
    assembly: 'prfm {operation}, [{Rn|sp}, {offset}]',
    operands: (f) => ({ ...prefetchText(f.prfop), ...registerOffsetText(f, 3) }),
    semantics() {},
  }),
  instruction({
    name: 'PRFM (literal)',
    pattern: '11 011 0 00 #imm19:19 #prfop:5',
    assembly: 'prfm {operation}, {target}',
    operands: (f, pc) => ({ ...prefetchText(f.prfop), target: hex(pc + BigInt(signed(f.imm19, 19) * 4)) }),
    semantics() {},
  }),
];
