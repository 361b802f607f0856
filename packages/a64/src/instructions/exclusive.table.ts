import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Bool, ElementBits, Value } from '../value.ts';

const bitsOf = (size: number) => (8 << size) as ElementBits;

/**
 * The exclusive monitor remembers the address and what was read. A store exclusive succeeds when memory still holds
 * that: other tasks run only between instructions, so nothing can intervene unseen except a store of an equal value.
 */
function watch(m: Machine, address: Value<64>, low: Value<64>, high: Value<64>): void {
  m.writeState('exclusiveAddress', address);
  m.writeState('exclusiveLow', low);
  m.writeState('exclusiveHigh', high);
}

/** Whether the monitor watches an address, whatever its tag. What an open monitor holds is no address of anything. */
function isWatched(m: Machine, address: Value<64>): Bool {
  return m.eqz(m.shl(m.xor(m.readState('exclusiveAddress'), address), m.constant(64, 8)));
}

function stopWatching(m: Machine): void {
  m.writeState('exclusiveAddress', m.constant(64, -1n));
}

const suffix = (size: number) => ['b', 'h', '', ''][size] ?? '';

/** @source Arm ARM DDI 0487, C4.1 "Load/store exclusive register", "exclusive pair", "Load/store ordered" */
export const exclusive = [
  instruction({
    name: 'LDXR/LDAXR',
    pattern: 'size:2 001000 0 1 0 #Rs_:5 o0 #Rt2_:5 Rn:5 Rt:5',
    assembly: (f) =>
      `ld${f.o0 ? 'a' : ''}xr${suffix(f.size)} ${f.size === 3 ? '{Rt:x}' : '{Rt:w}'}, [{Rn|sp}]`,
    hot: (f) => f.size > 1,
    semantics(m, { size, Rn, Rt }) {
      const bits = bitsOf(size);
      const address = m.readXsp(Rn);
      m.requireAligned(address, bits / 8);
      const value = m.load(bits, address);
      watch(m, address, m.resize(value, 64), m.constant(64, 0));
      m.writeX(Rt, value);
    },
  }),
  instruction({
    name: 'STXR/STLXR',
    pattern: 'size:2 001000 0 0 0 Rs:5 o0 #Rt2_:5 Rn:5 Rt:5',
    assembly: (f) =>
      `st${f.o0 ? 'l' : ''}xr${suffix(f.size)} {Rs:w}, ${f.size === 3 ? '{Rt:x}' : '{Rt:w}'}, [{Rn|sp}]`,
    hot: (f) => f.size > 1,
    semantics(m, { size, Rs, Rn, Rt }) {
      const bits = bitsOf(size);
      const address = m.readXsp(Rn);
      const value = m.readX(Rt, size === 3 ? 64 : 32);
      m.requireAligned(address, bits / 8);
      m.probe(address, bits / 8, 'write');
      const unchanged = m.eq(m.resize(m.load(bits, address), 64), m.readState('exclusiveLow'));
      const succeeds = m.and(isWatched(m, address), unchanged);
      m.when(succeeds, () => m.store(bits, address, value));
      m.writeX(Rs, m.eqz(succeeds));
      stopWatching(m);
    },
  }),
  instruction({
    name: 'LDXP/LDAXP',
    pattern: '1 sz 001000 0 1 1 #Rs_:5 o0 Rt2:5 Rn:5 Rt:5',
    assembly: (f) => `ld${f.o0 ? 'a' : ''}xp ${f.sz ? '{Rt:x}, {Rt2:x}' : '{Rt:w}, {Rt2:w}'}, [{Rn|sp}]`,
    semantics(m, { sz, Rt2, Rn, Rt }) {
      const bits = sz ? 64 : 32;
      const address = m.readXsp(Rn);
      m.requireAligned(address, bits / 4);
      m.probe(address, bits / 4, 'read');
      const first = m.load(bits, address);
      const second = m.load(bits, m.add(address, m.constant(64, bits / 8)));
      watch(m, address, m.resize(first, 64), m.resize(second, 64));
      m.writeX(Rt, first);
      m.writeX(Rt2, second);
    },
  }),
  instruction({
    name: 'STXP/STLXP',
    pattern: '1 sz 001000 0 0 1 Rs:5 o0 Rt2:5 Rn:5 Rt:5',
    assembly: (f) =>
      `st${f.o0 ? 'l' : ''}xp {Rs:w}, ${f.sz ? '{Rt:x}, {Rt2:x}' : '{Rt:w}, {Rt2:w}'}, [{Rn|sp}]`,
    semantics(m, { sz, Rs, Rt2, Rn, Rt }) {
      const bits = sz ? 64 : 32;
      const address = m.readXsp(Rn);
      const other = m.add(address, m.constant(64, bits / 8));
      const [first, second] = [m.readX(Rt, bits), m.readX(Rt2, bits)];
      m.requireAligned(address, bits / 4);
      m.probe(address, bits / 4, 'write');
      const sameLow = m.eq(m.resize(m.load(bits, address), 64), m.readState('exclusiveLow'));
      const sameHigh = m.eq(m.resize(m.load(bits, other), 64), m.readState('exclusiveHigh'));
      const succeeds = m.and(isWatched(m, address), m.and(sameLow, sameHigh));
      m.when(succeeds, () => {
        m.store(bits, address, first);
        m.store(bits, other, second);
      });
      m.writeX(Rs, m.eqz(succeeds));
      stopWatching(m);
    },
  }),
  instruction({
    name: 'LDAR/LDLAR',
    pattern: 'size:2 001000 1 1 0 #Rs_:5 o0 #Rt2_:5 Rn:5 Rt:5',
    assembly: (f) =>
      `ld${f.o0 ? '' : 'l'}ar${suffix(f.size)} ${f.size === 3 ? '{Rt:x}' : '{Rt:w}'}, [{Rn|sp}]`,
    hot: (f) => f.o0 === 1 && f.size > 1,
    semantics(m, { size, Rn, Rt }) {
      const address = m.readXsp(Rn);
      m.requireAligned(address, 1 << size);
      m.writeX(Rt, m.load(bitsOf(size), address));
    },
  }),
  instruction({
    name: 'LDAPR',
    pattern: 'size:2 111000 1 0 1 11111 1 100 00 Rn:5 Rt:5',
    feature: 'lrcpc',
    assembly: (f) => `ldapr${suffix(f.size)} ${f.size === 3 ? '{Rt:x}' : '{Rt:w}'}, [{Rn|sp}]`,
    semantics(m, { size, Rn, Rt }) {
      const address = m.readXsp(Rn);
      m.requireAligned(address, 1 << size);
      m.writeX(Rt, m.load(bitsOf(size), address));
    },
  }),
  instruction({
    name: 'STLR/STLLR',
    pattern: 'size:2 001000 1 0 0 #Rs_:5 o0 #Rt2_:5 Rn:5 Rt:5',
    assembly: (f) =>
      `st${f.o0 ? '' : 'l'}lr${suffix(f.size)} ${f.size === 3 ? '{Rt:x}' : '{Rt:w}'}, [{Rn|sp}]`,
    hot: (f) => f.o0 === 1 && f.size > 1,
    semantics(m, { size, Rn, Rt }) {
      const address = m.readXsp(Rn);
      m.requireAligned(address, 1 << size);
      m.store(bitsOf(size), address, m.readX(Rt, size === 3 ? 64 : 32));
    },
  }),
];
