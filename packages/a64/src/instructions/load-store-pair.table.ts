import { instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { GeneralRegister, Immediate, Value, VectorRegister } from '../value.ts';
import { indexedOperands, indexedText } from './load-store.table.ts';
import { signed } from './names.ts';

interface PairAddress {
  readonly first: Value<64>;
  readonly second: Value<64>;
  /** Moves the base register, in the pre- and post-indexed forms. */
  readonly moveBase: () => void;
}

/** Addressing of pairs: mode 0 is non-temporal, 1 post-indexed, 2 offset, 3 pre-indexed. */
function pairAddress(
  m: Machine,
  Rn: GeneralRegister,
  imm7: Immediate,
  mode: number,
  scale: number,
): PairAddress {
  const base = m.readXsp(Rn);
  const moved = m.add(base, m.shl(m.signExtend(imm7, 7, 64), m.constant(64, scale)));
  const first = mode === 1 ? base : moved;
  return {
    first,
    second: m.add(first, m.constant(64, 1 << scale)),
    moveBase: () => {
      if (mode === 1 || mode === 3) m.writeXsp(Rn, moved);
    },
  };
}

/** @source Arm ARM DDI 0487, C4.1 "Load/store register pair (…)", "Load/store no-allocate pair (offset)" */
export const loadStorePair = [
  instruction({
    name: 'LDP/STP/LDPSW/LDNP/STNP',
    pattern: 'opc:2 101 0 0 mode:2 L #imm7:7 Rt2:5 Rn:5 Rt:5',
    when: (f) => f.opc !== 3 && (f.opc !== 1 || (f.L === 1 && f.mode !== 0)),
    assembly: (f) => {
      const register = f.opc ? 'x' : 'w';
      const name = `${f.L ? 'ld' : 'st'}${f.mode ? '' : 'n'}p${f.opc === 1 ? 'sw' : ''}`;
      return `${name} {Rt:${register}}, {Rt2:${register}}, ${indexedText(f.mode)}`;
    },
    operands: (f) => indexedOperands(signed(f.imm7, 7) * (f.opc === 2 ? 8 : 4)),
    hot: (f) => f.mode !== 0 && f.opc !== 1,
    semantics(m, { opc, mode, L, imm7, Rt2, Rn, Rt }) {
      const bits = opc === 2 ? 64 : 32;
      const { first, second, moveBase } = pairAddress(m, Rn, imm7, mode, opc === 2 ? 3 : 2);
      m.probe(first, bits / 4, L ? 'read' : 'write');
      if (L) {
        const options = { signed: opc === 1, width: opc === 0 ? 32 : 64 } as const;
        const [a, b] = [m.load(bits, first, options), m.load(bits, second, options)];
        m.writeX(Rt, a);
        m.writeX(Rt2, b);
        // Last, as qemu does it where the base is loaded too (constrained unpredictable).
        moveBase();
      } else {
        const [a, b] = [m.readX(Rt, bits), m.readX(Rt2, bits)];
        m.store(bits, first, a);
        m.store(bits, second, b);
        moveBase();
      }
    },
  }),
  instruction({
    name: 'LDP/STP/LDNP/STNP (SIMD&FP)',
    pattern: 'opc:2 101 1 0 mode:2 L #imm7:7 Vt2:5 Rn:5 Vt:5',
    when: (f) => f.opc !== 3,
    feature: 'fp',
    assembly: (f) => {
      const size = ['s', 'd', 'q'][f.opc];
      return `${f.L ? 'ld' : 'st'}${f.mode ? '' : 'n'}p {Vt:${size}}, {Vt2:${size}}, ${indexedText(f.mode)}`;
    },
    operands: (f) => indexedOperands(signed(f.imm7, 7) * (4 << f.opc)),
    hot: (f) => f.mode !== 0 && (f.opc === 2 || (f.opc === 1 && f.mode === 2)),
    semantics(m, { opc, mode, L, imm7, Vt2, Rn, Vt }) {
      const { first, second, moveBase } = pairAddress(m, Rn, imm7, mode, 2 + opc);
      m.probe(first, 8 << opc, L ? 'read' : 'write');
      const pair: readonly [VectorRegister, Value<64>][] = [
        [Vt, first],
        [Vt2, second],
      ];
      if (L) {
        const writes = pair.map(([register, address]) => {
          if (opc === 2) {
            const value = m.loadVector(address);
            return () => m.writeV(register, value);
          }
          const bits = opc ? 64 : 32;
          const value = m.load(bits, address);
          return () => m.writeScalar(register, bits, value);
        });
        moveBase();
        for (const write of writes) write();
      } else {
        for (const [register, address] of pair) {
          const bits = opc ? 64 : 32;
          if (opc === 2) m.storeVector(address, m.readV(register));
          else m.store(bits, address, m.readElement(register, bits, 0));
        }
        moveBase();
      }
    },
  }),
];
