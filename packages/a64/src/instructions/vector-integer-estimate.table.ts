import { laneByLane, lanesOf } from '../float/vector.ts';
import { type Instruction, instruction } from '../instruction.ts';
import type { Machine } from '../machine.ts';
import type { Value } from '../value.ts';

/** Estimates of unsigned fixed-point numbers. @source Arm ARM DDI 0487, shared/functions/vector, UnsignedRecipEstimate */
export const vectorIntegerEstimate: readonly Instruction[] = [
  instruction({
    name: 'URECPE/URSQRTE',
    pattern: '0 Q U 01110 10 10000 11100 10 Vn:5 Vd:5',
    assembly: (f) => `${f.U ? 'ursqrte' : 'urecpe'} {Vd:${f.Q ? '4s' : '2s'}}, {Vn:${f.Q ? '4s' : '2s'}}`,
    semantics(m, { Q, U, Vn, Vd }) {
      const estimate = U ? squareRootEstimate : reciprocalEstimate;
      const result = laneByLane(m, lanesOf(32, Q), [m.readV(Vn)], (bits) =>
        m.zext(estimate(m, m.wrap(bits))),
      );
      m.writeV(Vd, result, Q ? 128 : 64);
    },
  }),
];

/** `RecipEstimate` of the nine bits below the point; numbers below one half give the greatest result. */
function reciprocalEstimate(m: Machine, operand: Value<32>): Value<32> {
  const c = (value: number) => m.constant(32, value);
  const a = m.add(m.shl(m.lsr(operand, c(23)), c(1)), c(1));
  // Bit 31 is set in every operand that gets here with meaning; the others would not overflow either.
  const quotient = m.udivRaw(c(1 << 19), m.or(a, c(512)));
  const estimate = m.lsr(m.add(quotient, c(1)), c(1));
  return m.select(m.lsr(operand, c(31)), m.shl(estimate, c(23)), c(-1));
}

/** `RecipSqrtEstimate` of the nine bits below the point; numbers below one quarter give the greatest result. */
function squareRootEstimate(m: Machine, operand: Value<32>): Value<32> {
  const c = (value: number) => m.constant(32, value);
  const top = m.lsr(operand, c(23));
  const small = m.add(m.shl(top, c(1)), c(1));
  const large = m.shl(m.add(m.shl(m.lsr(top, c(1)), c(1)), c(1)), c(1));
  const a = m.select(m.ltu(top, c(256)), small, large);
  // The greatest b with a × b² < 2^28: a square root never is an integer here, so rounding down finds it.
  const ratio = m.floatBinary('div', m.wasm('f64.convert_i32_u', c(1 << 28)), m.wasm('f64.convert_i32_u', a));
  const b = m.wasm('i32.trunc_sat_f64_u', m.floatUnary('sqrt', ratio));
  const estimate = m.lsr(m.add(b, c(1)), c(1));
  return m.select(m.ne(m.lsr(operand, c(30)), c(0)), m.shl(estimate, c(23)), c(-1));
}
