import type { Environment } from './control.ts';
import { type Format, infinity, isNaN, type Operand, type Ratio, scaled, withSign } from './number.ts';
import { round } from './round.ts';

/** A signed exact value. */
interface Signed {
  readonly over: bigint;
  readonly under: bigint;
}

const signedValue = ({ negative, value: { over, under } }: Operand): Signed => ({
  over: negative ? -over : over,
  under,
});
const sum = (a: Signed, b: Signed): Signed => ({
  over: a.over * b.under + b.over * a.under,
  under: a.under * b.under,
});
const product = (a: Ratio, b: Ratio): Ratio => ({ over: a.over * b.over, under: a.under * b.under });
const zeroValue: Signed = { over: 0n, under: 1n };
const valueOf = (operand: Operand) => (operand.class === 'zero' ? zeroValue : signedValue(operand));

/** Rounds; an exact zero is positive, or negative when rounding towards minus infinity. */
function roundSigned(e: Environment, format: Format, { over, under }: Signed): bigint {
  if (over === 0n) return withSign(format, e.mode === 'minus', 0n);
  return round(e, format, over < 0n, { over: over < 0n ? -over : over, under });
}

/** `a + b` of operands that are no NaNs; -0 + -0 is -0. */
function addNumbers(e: Environment, format: Format, a: Operand, b: Operand): bigint {
  if (a.class === 'infinite' && b.class === 'infinite' && a.negative !== b.negative) return e.invalid(format);
  if (a.class === 'infinite') return a.bits;
  if (b.class === 'infinite') return b.bits;
  if (a.class === 'zero' && b.class === 'zero' && a.negative === b.negative) return a.bits;
  return roundSigned(e, format, sum(valueOf(a), valueOf(b)));
}

const negated = (format: Format, operand: Operand): Operand => ({
  ...operand,
  bits: operand.bits ^ (1n << BigInt(format.bits - 1)),
  negative: !operand.negative,
});

export function add(e: Environment, format: Format, x: bigint, y: bigint): bigint {
  const [a, b] = [e.take(format, x), e.take(format, y)];
  return e.nanOf(format, a, b) ?? addNumbers(e, format, a, b);
}

/** The NaN of a subtrahend keeps its sign. */
export function subtract(e: Environment, format: Format, x: bigint, y: bigint): bigint {
  const [a, b] = [e.take(format, x), e.take(format, y)];
  return e.nanOf(format, a, b) ?? addNumbers(e, format, a, negated(format, b));
}

/** @param extended - zero times infinity is ±2 instead of invalid */
export function multiply(e: Environment, format: Format, x: bigint, y: bigint, extended: boolean): bigint {
  const [a, b] = [e.take(format, x), e.take(format, y)];
  const nan = e.nanOf(format, a, b);
  if (nan !== undefined) return nan;
  const negative = a.negative !== b.negative;
  const classes = [a.class, b.class];
  if (classes.includes('zero') && classes.includes('infinite'))
    return extended ? withSign(format, negative, two(format)) : e.invalid(format);
  if (classes.includes('zero')) return withSign(format, negative, 0n);
  if (classes.includes('infinite')) return withSign(format, negative, infinity(format));
  return round(e, format, negative, product(a.value, b.value));
}

export function divide(e: Environment, format: Format, x: bigint, y: bigint): bigint {
  const [a, b] = [e.take(format, x), e.take(format, y)];
  const nan = e.nanOf(format, a, b);
  if (nan !== undefined) return nan;
  const negative = a.negative !== b.negative;
  if (a.class === b.class && a.class !== 'finite') return e.invalid(format);
  if (a.class === 'infinite') return withSign(format, negative, infinity(format));
  if (b.class === 'infinite' || a.class === 'zero') return withSign(format, negative, 0n);
  if (b.class === 'zero') {
    e.raise('divideByZero');
    return withSign(format, negative, infinity(format));
  }
  return round(e, format, negative, product(a.value, { over: b.value.under, under: b.value.over }));
}

/** The largest integer whose square is not larger. */
function integerRoot(value: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

export function squareRoot(e: Environment, format: Format, x: bigint): bigint {
  const a = e.take(format, x);
  const nan = e.nanOf(format, a);
  if (nan !== undefined) return nan;
  if (a.class === 'zero') return a.bits;
  if (a.negative) return e.invalid(format);
  if (a.class === 'infinite') return a.bits;
  // √(p/q) = √(p·q)/q, with 256 more bits and a sticky one behind them.
  const { over, under } = scaled({ over: a.value.over * a.value.under, under: 1n }, 512);
  const root = integerRoot(over);
  const sticky = BigInt(root * root !== over);
  return round(e, format, false, scaled({ over: root * 2n + sticky, under: under * a.value.under }, -257));
}

/** `addend + a × b`, rounded once. */
export function multiplyAdd(e: Environment, format: Format, c: bigint, x: bigint, y: bigint): bigint {
  const [addend, a, b] = [e.take(format, c), e.take(format, x), e.take(format, y)];
  const nan = e.nanOf(format, addend, a, b);
  const classes = [a.class, b.class];
  const undefinedProduct = classes.includes('zero') && classes.includes('infinite');
  if (undefinedProduct && addend.class !== 'signalling') return e.invalid(format);
  if (nan !== undefined) return nan;
  return addProduct(e, format, addend, a, b);
}

function addProduct(e: Environment, format: Format, addend: Operand, a: Operand, b: Operand): bigint {
  const negative = a.negative !== b.negative;
  if (a.class === 'infinite' || b.class === 'infinite') {
    const result = withSign(format, negative, infinity(format));
    return addend.class === 'infinite' && addend.bits !== result ? e.invalid(format) : result;
  }
  if (addend.class === 'infinite') return addend.bits;
  const zero = a.class === 'zero' || b.class === 'zero';
  if (zero && addend.class === 'zero' && addend.negative === negative) return addend.bits;
  const { over, under } = zero ? zeroValue : product(a.value, b.value);
  return roundSigned(e, format, sum(valueOf(addend), { over: negative ? -over : over, under }));
}

const two = (format: Format) => (1n << BigInt(format.bits - 2)) & infinity(format);

/** `(constant - a × b) / 2^halvings`, where zero times infinity counts as zero. */
export function step(
  e: Environment,
  format: Format,
  x: bigint,
  y: bigint,
  { constant, halvings }: { readonly constant: bigint; readonly halvings: number },
): bigint {
  const a = negated(format, e.take(format, x));
  const b = e.take(format, y);
  const nan = e.nanOf(format, a, b);
  if (nan !== undefined) return nan;
  const negative = a.negative !== b.negative;
  const zero = a.class === 'zero' || b.class === 'zero';
  if (!zero && (a.class === 'infinite' || b.class === 'infinite'))
    return withSign(format, negative, infinity(format));
  const { over, under } = zero ? zeroValue : product(a.value, b.value);
  const total = sum({ over: constant, under: 1n }, { over: negative ? -over : over, under });
  return roundSigned(e, format, { over: total.over, under: total.under << BigInt(halvings) });
}

export type Extreme = 'max' | 'min';

/** @param number - a single quiet NaN loses against a number */
export function extreme(
  e: Environment,
  format: Format,
  x: bigint,
  y: bigint,
  { which, number }: { readonly which: Extreme; readonly number: boolean },
): bigint {
  let [a, b] = [e.take(format, x), e.take(format, y)];
  if (number && (a.class === 'quiet') !== (b.class === 'quiet')) {
    const neutral = e.take(format, withSign(format, which === 'max', infinity(format)));
    if (a.class === 'quiet') a = neutral;
    else b = neutral;
  }
  const nan = e.nanOf(format, a, b);
  if (nan !== undefined) return nan;
  // Negative zero is the smaller zero.
  const less = order(format, a) < order(format, b);
  return less === (which === 'min') ? a.bits : b.bits;
}

/** An integer that sorts like the numbers, -0 below +0. */
function order(format: Format, { bits, negative }: Operand): bigint {
  const magnitude = BigInt.asUintN(format.bits - 1, bits);
  return negative ? -magnitude - 1n : magnitude;
}

/** N, Z, C, V as bits 3 to 0. */
export function compare(e: Environment, format: Format, x: bigint, y: bigint, signalling: boolean): bigint {
  const [a, b] = [e.take(format, x), e.take(format, y)];
  if (isNaN(a) || isNaN(b)) {
    if (signalling || a.class === 'signalling' || b.class === 'signalling') e.raise('invalid');
    return 0b0011n;
  }
  if (a.class === 'zero' && b.class === 'zero') return 0b0110n;
  const [left, right] = [order(format, a), order(format, b)];
  return left === right ? 0b0110n : left < right ? 0b1000n : 0b0010n;
}
