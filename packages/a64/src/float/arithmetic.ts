import type { Machine } from '../machine.ts';
import type { Bool, Value, VectorRegister } from '../value.ts';
import {
  type BinaryName,
  defaultAndInexact,
  defaultControl,
  isFinite,
  isOrdered,
  isUnexceptional,
  isZero,
  supportBinary,
  supportMultiplyAdd,
  supportUnary,
} from './environment.ts';
import {
  bitsOf,
  floatOf,
  type FloatSize,
  type NativeFloat,
  type NativeSize,
  readBits,
  writeBits,
} from './format.ts';

export type Arithmetic = 'add' | 'sub' | 'mul' | 'div';
export type Extreme = 'max' | 'min' | 'maxNumber' | 'minNumber';

const supportNames: Readonly<Record<Arithmetic | Extreme, BinaryName>> = {
  add: 'fpAdd',
  sub: 'fpSubtract',
  mul: 'fpMultiply',
  div: 'fpDivide',
  max: 'fpMaximum',
  min: 'fpMinimum',
  maxNumber: 'fpMaximumNumber',
  minNumber: 'fpMinimumNumber',
};

/** `a + b` and so on. */
export function fpArithmetic(
  m: Machine,
  size: NativeSize,
  operation: Arithmetic,
  a: NativeFloat,
  b: NativeFloat,
): NativeFloat {
  const result = m.floatBinary(operation, a, b);
  return m.choose(
    m.and(defaultAndInexact(m), unexceptional(m, size, operation, { a, b, result })),
    () => result,
    () => throughBits(m, size, supportNames[operation], a, b),
  );
}

interface Computed {
  readonly a: NativeFloat;
  readonly b: NativeFloat;
  readonly result: NativeFloat;
}

/** Sums that are denormal are exact; products and quotients need not be. */
function unexceptional(
  m: Machine,
  size: NativeSize,
  operation: Arithmetic,
  { a, b, result }: Computed,
): Bool {
  if (operation === 'add' || operation === 'sub') return isFinite(m, size, result);
  const byFirst = isZero(m, size, a);
  return isUnexceptional(m, size, result, operation === 'div' ? byFirst : m.or(byFirst, isZero(m, size, b)));
}

/** The larger or smaller operand. Wasm agrees unless there is a NaN. */
export function fpExtreme(
  m: Machine,
  size: NativeSize,
  operation: Extreme,
  a: NativeFloat,
  b: NativeFloat,
): NativeFloat {
  const result = m.floatBinary(operation.startsWith('max') ? 'max' : 'min', a, b);
  return m.choose(
    m.and(defaultControl(m), isOrdered(m, result)),
    () => result,
    () => throughBits(m, size, supportNames[operation], a, b),
  );
}

function throughBits(
  m: Machine,
  size: NativeSize,
  name: BinaryName,
  a: NativeFloat,
  b: NativeFloat,
): NativeFloat {
  return floatOf(m, size, supportBinary(m, name, size, bitsOf(m, size, a), bitsOf(m, size, b)));
}

export function fpSquareRoot(m: Machine, size: NativeSize, a: NativeFloat): NativeFloat {
  const result = m.floatUnary('sqrt', a);
  return m.choose(
    m.and(defaultAndInexact(m), isFinite(m, size, result)),
    () => result,
    () => floatOf(m, size, supportUnary(m, 'fpSquareRoot', size, bitsOf(m, size, a))),
  );
}

/** `addend + a × b`, rounded once. */
export function fpMultiplyAdd(
  m: Machine,
  size: NativeSize,
  addend: NativeFloat,
  a: NativeFloat,
  b: NativeFloat,
): NativeFloat {
  const exactly = () =>
    floatOf(
      m,
      size,
      supportMultiplyAdd(m, size, bitsOf(m, size, addend), bitsOf(m, size, a), bitsOf(m, size, b)),
    );
  return m.choose(
    defaultAndInexact(m),
    () => {
      const result = m.support(`fma${size}`, addend, a, b);
      const byZero = m.or(isZero(m, size, a), isZero(m, size, b));
      return m.choose(isUnexceptional(m, size, result, byZero), () => result, exactly);
    },
    exactly,
  );
}

/** Flips the sign, of a NaN too. */
export function fpNegate<F extends 'f32' | 'f64'>(m: Machine, a: Value<F>): Value<F> {
  return m.floatUnary('neg', a);
}

/** Flips the sign of a half. */
export function negateBits(m: Machine, size: FloatSize, bits: Value<64>): Value<64> {
  return m.xor(bits, m.constant(64, 1n << BigInt(size - 1)));
}

/** `Vd = operation(Vn, Vm)` on scalars of any format. */
export function fpBinaryRegisters(
  m: Machine,
  size: FloatSize,
  operation: Arithmetic | Extreme | 'nmul',
  { Vd, Vn, Vm }: { readonly Vd: VectorRegister; readonly Vn: VectorRegister; readonly Vm: VectorRegister },
): void {
  const basic = operation === 'nmul' ? 'mul' : operation;
  if (size === 16) {
    const result = supportBinary(m, supportNames[basic], size, readBits(m, Vn, size), readBits(m, Vm, size));
    writeBits(m, Vd, size, operation === 'nmul' ? negateBits(m, size, result) : result);
    return;
  }
  const [a, b] = [m.readF(Vn, size), m.readF(Vm, size)];
  const result = isExtreme(basic) ? fpExtreme(m, size, basic, a, b) : fpArithmetic(m, size, basic, a, b);
  m.writeF(Vd, operation === 'nmul' ? fpNegate(m, result) : result);
}

const isExtreme = (operation: Arithmetic | Extreme): operation is Extreme => /^m(ax|in)/.test(operation);
