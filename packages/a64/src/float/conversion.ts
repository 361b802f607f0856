import type { Machine } from '../machine.ts';
import type { Value, VectorRegister, Width } from '../value.ts';
import {
  defaultAndInexact,
  defaultControl,
  isOrdered,
  isUnexceptional,
  isZero,
  supportDescribed,
} from './environment.ts';
import {
  bitsOf,
  floatConstant,
  floatOf,
  type FloatSize,
  type NativeFloat,
  type NativeSize,
  readBits,
  writeBits,
} from './format.ts';

/** Rounding modes by Arm's numbers; the first four are those of FPCR.RMode. */
export const rounding = { nearest: 0, plus: 1, minus: 2, zero: 3, away: 4, odd: 5 } as const;
export type Rounding = (typeof rounding)[keyof typeof rounding];
/** A fixed mode, or the one in FPCR. */
export type RoundingOrCurrent = Rounding | 'current';

/** What support/floating-point calls a description. */
interface Description {
  /** Bits 0–6: a scale, or the size of the result. */
  readonly low?: number | Value<32>;
  /** Bit 7. */
  readonly flag?: number;
  readonly mode: RoundingOrCurrent;
  readonly size: FloatSize;
  readonly width?: Width | 16;
}

/** Packs what a row knows beforehand; see support/floating-point. */
export function describeConversion(
  m: Machine,
  { low = 0, flag = 0, mode, size, width = 64 }: Description,
): Value<32> {
  const fixed = (flag << 7) | (size << 11) | (width << 18) | (mode === 'current' ? 0 : mode << 8);
  const constant = m.constant(32, typeof low === 'number' ? fixed | low : fixed);
  const scaled = typeof low === 'number' ? constant : m.or(constant, low);
  if (mode !== 'current') return scaled;
  // FPCR.RMode, bits 22 and 23, at bits 8 and 9.
  const field = m.and(m.lsr(m.wrap(m.readState('fpcr')), m.constant(32, 14)), m.constant(32, 0x300));
  return m.or(scaled, field);
}

/** The number nearest in the direction of the mode that is an integer; NaNs stay NaNs, zeros keep their sign. */
function directIntegral(m: Machine, size: NativeSize, a: NativeFloat, mode: RoundingOrCurrent): NativeFloat {
  switch (mode) {
    case rounding.plus:
      return m.floatUnary('ceil', a);
    case rounding.minus:
      return m.floatUnary('floor', a);
    case rounding.zero:
      return m.floatUnary('trunc', a);
    case rounding.away: {
      const integer = m.floatUnary('trunc', a);
      const rest = m.floatUnary('abs', m.floatBinary('sub', a, integer));
      const next = m.floatBinary('add', integer, m.floatBinary('copysign', floatConstant(m, size, 1), a));
      return m.select(m.floatCompare('ge', rest, floatConstant(m, size, 0.5)), next, integer);
    }
    // The direct path is taken with FPCR = 0 only, where the current mode is "to nearest"; "to odd" rounds no integers.
    case rounding.nearest:
    case rounding.odd:
    case 'current':
      return m.floatUnary('nearest', a);
  }
}

/** FRINT* on bits, by the support module. `exact`: a change is inexact. */
export function bitsToIntegral(
  m: Machine,
  size: FloatSize,
  mode: RoundingOrCurrent,
  exact: boolean,
  bits: Value<64>,
): Value<64> {
  return supportDescribed(
    m,
    'fpToIntegral',
    describeConversion(m, { flag: Number(exact), mode, size }),
    bits,
  );
}

/** FRINT*: to an integral number. `exact`: a change is inexact. */
export function fpToIntegral(
  m: Machine,
  size: FloatSize,
  mode: RoundingOrCurrent,
  exact: boolean,
  { Vd, Vn }: { readonly Vd: VectorRegister; readonly Vn: VectorRegister },
): void {
  const slowly = (bits: Value<64>) => bitsToIntegral(m, size, mode, exact, bits);
  if (size === 16) {
    writeBits(m, Vd, size, slowly(readBits(m, Vn, size)));
    return;
  }
  const a = m.readF(Vn, size);
  const result = directIntegral(m, size, a, mode);
  const direct = exact ? defaultAndInexact(m) : defaultControl(m);
  m.writeF(
    Vd,
    m.choose(
      m.and(direct, isOrdered(m, result)),
      () => result,
      () => floatOf(m, size, slowly(bitsOf(m, size, a))),
    ),
  );
}

export interface ToInteger {
  readonly unsigned: boolean;
  readonly width: Width;
  readonly mode: Rounding;
  /** The result is the number times `2^scale`. */
  readonly scale?: Value<32>;
}

/** FCVT*S, FCVT*U on bits, by the support module. */
export function bitsToInteger(
  m: Machine,
  size: FloatSize,
  { unsigned, width, mode, scale }: ToInteger,
  bits: Value<64>,
): Value<64> {
  const description = describeConversion(m, { low: scale ?? 0, flag: Number(unsigned), mode, size, width });
  return supportDescribed(m, 'fpToFixed', description, bits);
}

/** FCVT*S, FCVT*U: to an integer, saturating. The result has 64 bits, the upper ones zero. */
export function fpToInteger(
  m: Machine,
  size: FloatSize,
  register: VectorRegister,
  { unsigned, width, mode, scale }: ToInteger,
): Value<64> {
  const slowly = (bits: Value<64>) =>
    bitsToInteger(m, size, { unsigned, width, mode, ...(scale ? { scale } : {}) }, bits);
  if (size === 16 || scale) return slowly(readBits(m, register, size));
  const a = m.readF(register, size);
  const integral = mode === rounding.zero ? a : directIntegral(m, size, a, mode);
  const limit = floatConstant(m, size, 2 ** (unsigned ? width : width - 1));
  const inRange = unsigned
    ? m.and(m.floatCompare('ge', integral, floatConstant(m, size, 0)), m.floatCompare('lt', integral, limit))
    : m.floatCompare('lt', m.floatUnary('abs', integral), limit);
  return m.choose(
    m.and(defaultAndInexact(m), inRange),
    () => m.resize(m.wasm(`i${width}.trunc_sat_f${size}_${unsigned ? 'u' : 's'}`, integral), 64),
    () => slowly(bitsOf(m, size, a)),
  );
}

export interface FromInteger {
  readonly unsigned: boolean;
  /** The number is the integer divided by `2^scale`. */
  readonly scale?: Value<32>;
}

/** SCVTF, UCVTF to bits, by the support module. */
export function integerToBits(
  m: Machine,
  size: FloatSize,
  width: Width,
  integer: Value<Width>,
  { unsigned, scale }: FromInteger,
): Value<64> {
  return supportDescribed(
    m,
    'fpFromFixed',
    describeConversion(m, { low: scale ?? 0, flag: Number(unsigned), mode: 'current', size }),
    unsigned ? m.zeroExtend(integer, width, 64) : m.signExtend(integer, width, 64),
  );
}

/** SCVTF, UCVTF: from an integer of 32 or 64 bits, rounded as FPCR says. Writes the register. */
export function fpFromInteger(
  m: Machine,
  size: FloatSize,
  register: VectorRegister,
  width: Width,
  integer: Value<Width>,
  { unsigned, scale }: FromInteger,
): void {
  const slowly = () => integerToBits(m, size, width, integer, { unsigned, ...(scale ? { scale } : {}) });
  if (size === 16 || scale) {
    writeBits(m, register, size, slowly());
    return;
  }
  const result = m.wasm(`f${size}.convert_i${width}_${unsigned ? 'u' : 's'}`, integer);
  // Every 32-bit integer is a double.
  const exact = size === 64 && width === 32;
  m.writeF(
    register,
    exact
      ? result
      : m.choose(
          defaultAndInexact(m),
          () => result,
          () => floatOf(m, size, slowly()),
        ),
  );
}

/** FCVT on bits, by the support module. */
export function convertBits(
  m: Machine,
  from: FloatSize,
  to: FloatSize,
  bits: Value<64>,
  mode: RoundingOrCurrent = 'current',
): Value<64> {
  return supportDescribed(m, 'fpConvert', describeConversion(m, { low: to, mode, size: from }), bits);
}

/** FCVT: to another format, rounded as FPCR says. */
export function fpConvert(
  m: Machine,
  from: FloatSize,
  to: FloatSize,
  { Vd, Vn }: { readonly Vd: VectorRegister; readonly Vn: VectorRegister },
): void {
  const slowly = (bits: Value<64>) => convertBits(m, from, to, bits);
  if (from === 32 && to === 64) {
    const a = m.readF(Vn, from);
    const result = m.wasm('f64.promote_f32', a);
    const direct = m.and(defaultControl(m), isOrdered(m, result));
    m.writeF(
      Vd,
      m.choose(
        direct,
        () => result,
        () => m.wasm('f64.reinterpret_i64', slowly(bitsOf(m, from, a))),
      ),
    );
  } else if (from === 64 && to === 32) {
    const a = m.readF(Vn, from);
    const result = m.wasm('f32.demote_f64', a);
    const direct = m.and(defaultAndInexact(m), isUnexceptional(m, to, result, isZero(m, from, a)));
    m.writeF(
      Vd,
      m.choose(
        direct,
        () => result,
        () => m.wasm('f32.reinterpret_i32', m.wrap(slowly(bitsOf(m, from, a)))),
      ),
    );
  } else {
    writeBits(m, Vd, to, slowly(readBits(m, Vn, from)));
  }
}
