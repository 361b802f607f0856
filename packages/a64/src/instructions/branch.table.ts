import { generalRegister } from '../assembly/registers.ts';
import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Immediate, Value } from '../value.ts';
import { conditionNames, hex, signed } from './names.ts';

/** A branch target: pc + 4 × the signed immediate. */
function relative(m: Machine, immediate: Immediate, bits: number): Value<64> {
  return m.add(m.pc(), m.shl(m.signExtend(immediate, bits, 64), m.constant(64, 2)));
}

const targetText = (pc: bigint, immediate: number, bits: number) => ({
  target: hex(pc + BigInt(signed(immediate, bits) * 4)),
});

function link(m: Machine): void {
  m.writeX(m.x(30), m.add(m.pc(), m.constant(64, 4)));
}

/** @source Arm ARM DDI 0487, C4.1 "Branches, exception generating and system instructions" */
export const branches = [
  instruction({
    name: 'B/BL',
    pattern: 'op 00101 #imm26:26',
    assembly: (f) => `${f.op ? 'bl' : 'b'} {target}`,
    operands: (f, pc) => targetText(pc, f.imm26, 26),
    semantics(m, { op, imm26 }) {
      if (op) link(m);
      m.branch(relative(m, imm26, 26));
    },
  }),
  instruction({
    name: 'B.cond',
    pattern: '01010100 #imm19:19 0 cond:4',
    assembly: (f) => `b.${conditionNames[f.cond]} {target}`,
    operands: (f, pc) => targetText(pc, f.imm19, 19),
    semantics(m, { imm19, cond }) {
      m.branchIf(m.condition(cond), relative(m, imm19, 19));
    },
  }),
  instruction({
    name: 'CBZ/CBNZ',
    pattern: 'sf 011010 op #imm19:19 Rt:5',
    assembly: (f) => `${f.op ? 'cbnz' : 'cbz'} {Rt}, {target}`,
    operands: (f, pc) => targetText(pc, f.imm19, 19),
    semantics(m, { sf, op, imm19, Rt }) {
      const zero = m.eqz(m.readX(Rt, sf ? 64 : 32));
      m.branchIf(op ? m.eqz(zero) : zero, relative(m, imm19, 19));
    },
  }),
  instruction({
    name: 'TBZ/TBNZ',
    pattern: '#b5:1 011011 op #b40:5 #imm14:14 Rt:5',
    assembly: (f) => `${f.op ? 'tbnz' : 'tbz'} {register}, #{bit}, {target}`,
    operands: (f, pc) => ({
      register: generalRegister(f.Rt, f.b5 ? 'x' : 'w'),
      bit: f.b5 * 32 + f.b40,
      ...targetText(pc, f.imm14, 14),
    }),
    semantics(m, { b5, op, b40, imm14, Rt }) {
      const position = m.zext(m.or(m.shl(b5, m.constant(32, 5)), b40));
      const bit = m.wrap(m.and(m.lsr(m.readX(Rt), position), m.constant(64, 1)));
      m.branchIf(op ? bit : m.eqz(bit), relative(m, imm14, 14));
    },
  }),
  instruction({
    name: 'BR/BLR/RET',
    pattern: '1101011 0 0 opc:2 11111 000000 Rn:5 00000',
    when: (f) => f.opc !== 3,
    assembly: (f) => (f.opc === 2 ? 'ret{from}' : `${f.opc ? 'blr' : 'br'} {Rn:x}`),
    operands: (f) => ({ from: f.Rn === 30 ? '' : ` ${generalRegister(f.Rn, 'x')}` }),
    semantics(m, { opc, Rn }) {
      const target = m.readX(Rn);
      if (opc === 1) link(m);
      m.branch(target);
    },
  }),
  instruction({
    name: 'SVC',
    pattern: '11010100 000 #imm16:16 000 01',
    assembly: 'svc #{imm16:hex}',
    semantics(m, { imm16 }) {
      // The return from the exception, ERET, clears the local monitor.
      m.writeState('exclusiveAddress', m.constant(64, -1n));
      m.supervisorCall(imm16);
    },
  }),
  instruction({
    name: 'BRK',
    pattern: '11010100 001 #imm16:16 000 00',
    assembly: 'brk #{imm16:hex}',
    semantics(m, { imm16 }) {
      m.breakpoint(imm16);
    },
  }),
];
