import { generalRegister } from '../assembly/registers.ts';
import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { ElementBits, GeneralRegister, Value, Width } from '../value.ts';

const bitsOf = (size: number): ElementBits => ([8, 16, 32, 64] as const)[size] ?? 64;
const widthOf = (size: number): Width => (size === 3 ? 64 : 32);
const suffix = (f: { readonly size: number }) => ['b', 'h', '', ''][f.size] ?? '';
const letter = (f: { readonly size: number }) => (f.size === 3 ? 'x' : 'w');

/** Sign-extended where the order is that of signed numbers; narrow values are zero-extended otherwise. */
const comparable = (m: Machine, size: number, value: Value<Width>): Value<Width> =>
  size < 2 ? m.signExtend(value, bitsOf(size), 32) : value;

type Combine = (m: Machine, size: number, old: Value<Width>, operand: Value<Width>) => Value<Width>;

const extreme =
  (signed: boolean, largest: boolean): Combine =>
  (m, size, old, operand) => {
    const [a, b] = signed
      ? [comparable(m, size, old), comparable(m, size, operand)]
      : [old, size < 2 ? m.zeroExtend(operand, bitsOf(size), 32) : operand];
    const less = signed ? m.lts(a, b) : m.ltu(a, b);
    return largest ? m.select(less, operand, old) : m.select(less, old, operand);
  };

/** By `opc`. */
const combines: readonly (readonly [string, Combine])[] = [
  ['add', (m, _, old, operand) => m.add(old, operand)],
  ['clr', (m, _, old, operand) => m.and(old, m.not(operand))],
  ['eor', (m, _, old, operand) => m.xor(old, operand)],
  ['set', (m, _, old, operand) => m.or(old, operand)],
  ['smax', extreme(true, true)],
  ['smin', extreme(true, false)],
  ['umax', extreme(false, true)],
  ['umin', extreme(false, false)],
];
const combineOf = (opc: number) => combines[opc] ?? ['add', (_, __, old) => old];

/** Reads a location that is to be written: faults before anything changes. */
function loadForUpdate(m: Machine, size: number, address: Value<64>): Value<Width> {
  m.requireAligned(address, 1 << size);
  const old = m.load(bitsOf(size), address, { width: widthOf(size) });
  m.probe(address, 1 << size, 'write');
  return old;
}

/**
 * Atomic read-modify-write. Threads of a process take turns between instructions, so a load and a store are atomic, and
 * acquire and release need nothing.
 *
 * @source Arm ARM DDI 0487, "Atomic memory operations", "Compare and swap", "Compare and swap pair"
 */
export const lse = [
  instruction({
    name: 'LDADD/LDCLR/LDEOR/LDSET/LDSMAX/LDSMIN/LDUMAX/LDUMIN',
    pattern: 'size:2 111000 A R 1 Rs:5 0 opc:3 00 Rn:5 Rt:5',
    assembly: (f) =>
      `ld${combineOf(f.opc)[0]}${f.A ? 'a' : ''}${f.R ? 'l' : ''}${suffix(f)} {Rs:${letter(f)}}, {Rt:${letter(f)}}, [{Rn|sp}]`,
    aliases: [
      {
        when: (f) => f.A === 0 && f.Rt === 31,
        assembly: (f) => `st${combineOf(f.opc)[0]}${f.R ? 'l' : ''}${suffix(f)} {Rs:${letter(f)}}, [{Rn|sp}]`,
      },
    ],
    hot: (f) => f.size > 1 && f.opc === 0,
    semantics(m, { size, Rs, opc, Rn, Rt }) {
      const address = m.readXsp(Rn);
      const operand = m.readX(Rs, widthOf(size));
      const old = loadForUpdate(m, size, address);
      m.store(bitsOf(size), address, combineOf(opc)[1](m, size, old, operand));
      m.writeX(Rt, old);
    },
  }),
  instruction({
    name: 'SWP',
    pattern: 'size:2 111000 A R 1 Rs:5 1 000 00 Rn:5 Rt:5',
    assembly: (f) =>
      `swp${f.A ? 'a' : ''}${f.R ? 'l' : ''}${suffix(f)} {Rs:${letter(f)}}, {Rt:${letter(f)}}, [{Rn|sp}]`,
    hot: (f) => f.size > 1,
    semantics(m, { size, Rs, Rn, Rt }) {
      const address = m.readXsp(Rn);
      const value = m.readX(Rs, widthOf(size));
      const old = loadForUpdate(m, size, address);
      m.store(bitsOf(size), address, value);
      m.writeX(Rt, old);
    },
  }),
  instruction({
    name: 'CAS',
    pattern: 'size:2 0010001 L 1 Rs:5 o0 11111 Rn:5 Rt:5',
    assembly: (f) =>
      `cas${f.L ? 'a' : ''}${f.o0 ? 'l' : ''}${suffix(f)} {Rs:${letter(f)}}, {Rt:${letter(f)}}, [{Rn|sp}]`,
    hot: (f) => f.size > 1,
    semantics(m, { size, Rs, Rn, Rt }) {
      const [bits, width] = [bitsOf(size), widthOf(size)];
      const address = m.readXsp(Rn);
      const expected = m.readX(Rs, width);
      const value = m.readX(Rt, width);
      const old = loadForUpdate(m, size, address);
      const same = m.eq(old, size < 2 ? m.zeroExtend(expected, bits, width) : expected);
      m.store(bits, address, m.select(same, value, old));
      m.writeX(Rs, old);
    },
  }),
  instruction({
    name: 'CASP',
    pattern: '0 sz 0010000 L 1 Rs:5 o0 11111 Rn:5 Rt:5',
    assembly: (f) =>
      `casp${f.L ? 'a' : ''}${f.o0 ? 'l' : ''} {Rs:${f.sz ? 'x' : 'w'}}, {Rs2}, {Rt:${f.sz ? 'x' : 'w'}}, {Rt2}, [{Rn|sp}]`,
    operands(f) {
      const next = (register: number) => generalRegister((register + 1) & 31, f.sz ? 'x' : 'w');
      return { Rs2: next(f.Rs), Rt2: next(f.Rt) };
    },
    semantics(m, { sz, Rs, Rn, Rt }) {
      const [bits, width] = sz ? ([64, 64] as const) : ([32, 32] as const);
      const odd = m.or(m.registerNumber(Rs), m.registerNumber(Rt));
      m.undefinedIf(m.and(odd, m.constant(32, 1)));
      const address = m.readXsp(Rn);
      const second = m.add(address, m.constant(64, width / 8));
      const pair = (register: GeneralRegister) =>
        [m.readX(register, width), m.readX(m.nextX(register, 1), width)] as const;
      const [expected, values] = [pair(Rs), pair(Rt)];
      m.requireAligned(address, width / 4);
      m.probe(address, width / 4, 'read');
      const old = [m.load(bits, address, { width }), m.load(bits, second, { width })] as const;
      m.probe(address, width / 4, 'write');
      const same = m.and(m.eq(old[0], expected[0]), m.eq(old[1], expected[1]));
      m.store(bits, address, m.select(same, values[0], old[0]));
      m.store(bits, second, m.select(same, values[1], old[1]));
      m.writeX(Rs, old[0]);
      m.writeX(m.nextX(Rs, 1), old[1]);
    },
  }),
];
