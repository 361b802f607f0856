import type { Machine } from '../machine.ts';
import type { Value, VectorRegister } from '../value.ts';
import { defaultControl, supportBinary } from './environment.ts';
import { bitsOf, floatConstant, type FloatSize, readBits } from './format.ts';

/** Writes N, Z, C, V from bits 3 to 0. */
export function writeFlagBits(m: Machine, bits: Value<32>): void {
  const bit = (index: number) => m.and(m.lsr(bits, m.constant(32, index)), m.constant(32, 1));
  m.writeFlags(bit(3), bit(2), bit(1), bit(0));
}

export interface Comparison {
  readonly Vn: VectorRegister;
  /** Compared with +0 when absent. */
  readonly Vm?: VectorRegister | undefined;
  /** Whether every NaN is invalid, not only a signalling one. */
  readonly signalling: boolean;
}

/** FCMP, FCMPE: less 1000, equal 0110, greater 0010, unordered 0011. */
export function fpCompare(m: Machine, size: FloatSize, { Vn, Vm, signalling }: Comparison): void {
  const name = signalling ? 'fpCompareSignalling' : 'fpCompare';
  if (size === 16) {
    const [a, b] = [readBits(m, Vn, size), Vm ? readBits(m, Vm, size) : m.constant(64, 0)];
    writeFlagBits(m, m.wrap(supportBinary(m, name, size, a, b)));
    return;
  }
  const a = m.readF(Vn, size);
  const b = Vm ? m.readF(Vm, size) : floatConstant(m, size, 0);
  const less = m.floatCompare('lt', a, b);
  const unordered = m.or(m.floatCompare('ne', a, a), m.floatCompare('ne', b, b));
  // Nothing is written before the slow path is ruled out: translated code leaves there, and FCCMP reads the flags again.
  m.when(
    m.or(unordered, m.eqz(defaultControl(m))),
    () => writeFlagBits(m, m.wrap(supportBinary(m, name, size, bitsOf(m, size, a), bitsOf(m, size, b)))),
    () => m.writeFlags(less, m.floatCompare('eq', a, b), m.eqz(less), unordered),
  );
}
