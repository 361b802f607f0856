import { DerivedMachine } from '../derived-machine.ts';
import type { LoadOptions } from '../machine.ts';
import { type ScalarOperationName, scalarOperations } from '../scalar-operations.ts';
import type { SupportArguments, SupportName, SupportResult } from '../support/index.ts';
import { supportFunctions } from '../support/index.ts';
import type { SupportFunction } from '../support/support-function.ts';
import type { Bool, ElementBits, Float, Kind, Value, Vector, Width } from '../value.ts';
import {
  type FloatBinary,
  type FloatCompare,
  type FloatUnary,
  type IntegerShape,
  type WasmOperands,
  type WasmOperation,
  wasmResultKind,
  type WasmResult,
} from '../wasm-operations.ts';
import { bitsOf, Concrete, concrete, sizes } from './concrete.ts';
import {
  floatBinary,
  floatCompare,
  floatUnary,
  fromInteger,
  toBits,
  toInteger,
  toNumber,
} from './float-evaluation.ts';
import { join, repeat, split } from './lanes.ts';
import { vectorBinary, vectorShift, vectorUnary } from './vector-evaluation.ts';

const shapeBits: Readonly<Record<IntegerShape, ElementBits>> = { i8x16: 8, i16x8: 16, i32x4: 32, i64x2: 64 };
const floatSize = (kind: Kind) => (kind === 'f64' ? 64 : 32);

/** What semantics compute, on BigInts. Slow and plain. */
export abstract class ConcreteValues extends DerivedMachine {
  protected make<K extends Kind>(kind: K, bits: bigint): Concrete<K> {
    return new Concrete(kind, BigInt.asUintN(sizes[kind], bits));
  }

  widthOf(a: Value<Width>): Width {
    return concrete(a).kind;
  }

  protected override scalar(name: ScalarOperationName, a: Value<Width>, b?: Value<Width>): Concrete<Width> {
    const { comparison, evaluate } = scalarOperations[name];
    const left = concrete(a);
    return this.make(comparison ? 32 : left.kind, evaluate(left.kind, left.bits, b ? bitsOf(b) : 0n));
  }

  // ── Exact results: not the derivations that the other backends share ───────────────────────────────────

  override umulh(a: Value<64>, b: Value<64>): Concrete<64> {
    return this.make(64, (bitsOf(a) * bitsOf(b)) >> 64n);
  }

  override smulh(a: Value<64>, b: Value<64>): Concrete<64> {
    return this.make(64, (BigInt.asIntN(64, bitsOf(a)) * BigInt.asIntN(64, bitsOf(b))) >> 64n);
  }

  override udiv<W extends Width>(a: Value<W>, b: Value<W>): Concrete<W> {
    const divisor = bitsOf(b);
    return this.make(concrete(a).kind, divisor === 0n ? 0n : bitsOf(a) / divisor);
  }

  override sdiv<W extends Width>(a: Value<W>, b: Value<W>): Concrete<W> {
    const { kind } = concrete(a);
    const [dividend, divisor] = [a, b].map((value) => BigInt.asIntN(kind, bitsOf(value))) as [bigint, bigint];
    return this.make(kind, divisor === 0n ? 0n : dividend / divisor);
  }

  override bitReverse<W extends Width>(a: Value<W>): Concrete<W> {
    const { kind, bits } = concrete(a);
    const digits = bits.toString(2).padStart(kind, '0').split('');
    return this.make(kind, BigInt(`0b${digits.toReversed().join('')}`));
  }

  override byteReverse<W extends Width>(a: Value<W>, bytes: 2 | 4 | 8): Concrete<W> {
    const { kind, bits } = concrete(a);
    const all = Buffer.from(bits.toString(16).padStart(kind / 4, '0'), 'hex');
    for (let at = 0; at < all.length; at += bytes) all.subarray(at, at + bytes).reverse();
    return this.make(kind, BigInt(`0x${all.toString('hex')}`));
  }

  // ── Other values ───────────────────────────────────────────────────────────────────────────────────────

  constant<W extends Width>(width: W, value: number | bigint): Concrete<W> {
    return this.make(width, BigInt(value));
  }

  vectorConstant(bytes: readonly number[]): Concrete<'v128'> {
    return this.make('v128', join(bytes.map(BigInt), 8));
  }

  zext(a: Value<32>): Concrete<64> {
    return this.make(64, bitsOf(a));
  }

  sext(a: Value<32>): Concrete<64> {
    return this.make(64, BigInt.asIntN(32, bitsOf(a)));
  }

  wrap(a: Value<64>): Concrete<32> {
    return this.make(32, bitsOf(a));
  }

  select<K extends Kind>(condition: Bool, a: Value<K>, b: Value<K>): Value<K> {
    return bitsOf(condition) ? a : b;
  }

  late<K extends Kind>(a: Value<K>): Value<K> {
    return a;
  }

  /** A number of `bits` bits, extended as the options say. */
  protected sized<W extends Width>(bits: number, value: bigint, options?: LoadOptions<W>): Concrete<W> {
    const width = options?.width ?? (bits === 64 ? 64 : 32);
    return this.make(width, options?.signed ? BigInt.asIntN(bits, value) : value) as Concrete as Concrete<W>;
  }

  // ── Wasm operations ────────────────────────────────────────────────────────────────────────────────────

  wasm<N extends WasmOperation>(name: N, ...operands: WasmOperands<N>): WasmResult<N> {
    const [a, b] = operands as [Value, Value | undefined];
    const kind = wasmResultKind(name);
    const bits = this.#wasm(name, kind, concrete(a), b && concrete(b));
    return this.make(kind, bits) as Concrete<never> as WasmResult<N>;
  }

  #wasm(name: WasmOperation, kind: Kind, a: Concrete, b: Concrete | undefined): bigint {
    if (a.kind === 'v128') {
      if (!b) return vectorUnary(name, a.bits);
      return b.kind === 32 ? vectorShift(name, a.bits, b.bits) : vectorBinary(name, a.bits, b.bits);
    }
    const signed = name.endsWith('_s');
    if (name.includes('reinterpret')) return a.bits;
    if (name.includes('trunc_sat')) return toInteger(floatSize(a.kind), a.bits, sizes[kind], signed);
    if (name.includes('convert')) {
      const integer = signed ? BigInt.asIntN(sizes[a.kind], a.bits) : a.bits;
      return fromInteger(floatSize(kind), integer);
    }
    return toBits(floatSize(kind), toNumber(floatSize(a.kind), a.bits));
  }

  floatUnary<F extends 'f32' | 'f64'>(operation: FloatUnary, a: Value<F>): Concrete<F> {
    const { kind, bits } = concrete(a);
    return this.make(kind, floatUnary(floatSize(kind), operation, bits));
  }

  floatBinary<F extends 'f32' | 'f64'>(operation: FloatBinary, a: Value<F>, b: Value<F>): Concrete<F> {
    const { kind, bits } = concrete(a);
    return this.make(kind, floatBinary(floatSize(kind), operation, bits, bitsOf(b)));
  }

  floatCompare<F extends 'f32' | 'f64'>(operation: FloatCompare, a: Value<F>, b: Value<F>): Concrete<32> {
    const { kind, bits } = concrete(a);
    return this.make(32, floatCompare(floatSize(kind), operation, bits, bitsOf(b)) ? 1n : 0n);
  }

  shuffle(a: Vector, b: Vector, lanes: readonly number[]): Concrete<'v128'> {
    const bytes = [...split(bitsOf(a), 8), ...split(bitsOf(b), 8)];
    const chosen = lanes.map((lane) => bytes[lane] ?? 0n);
    return this.make('v128', join(chosen, 8));
  }

  bitselect(whenOne: Vector, whenZero: Vector, mask: Vector): Concrete<'v128'> {
    const bits = bitsOf(mask);
    return this.make('v128', (bitsOf(whenOne) & bits) | (bitsOf(whenZero) & ~bits));
  }

  splat(shape: IntegerShape, value: Value<Width>): Concrete<'v128'> {
    return this.make('v128', repeat(bitsOf(value), shapeBits[shape]));
  }

  splatFloat(value: Value<'f32' | 'f64'>): Concrete<'v128'> {
    return this.make('v128', repeat(bitsOf(value), sizes[concrete(value).kind]));
  }

  extract<W extends Width = Width>(
    shape: IntegerShape,
    a: Vector,
    lane: number,
    options?: LoadOptions<W>,
  ): Value<W> {
    return this.sized(shapeBits[shape], split(bitsOf(a), shapeBits[shape])[lane] ?? 0n, options);
  }

  replace(shape: IntegerShape, a: Vector, lane: number, value: Value<Width>): Concrete<'v128'> {
    const bits = shapeBits[shape];
    return this.make('v128', join(split(bitsOf(a), bits).with(lane, bitsOf(value)), bits));
  }

  extractFloat<S extends Width>(size: S, a: Vector, lane: number): Float<S> {
    const bits = split(bitsOf(a), size)[lane] ?? 0n;
    return this.make(size === 64 ? 'f64' : 'f32', bits) as Concrete as Concrete<S extends 32 ? 'f32' : 'f64'>;
  }

  replaceFloat(a: Vector, lane: number, value: Value<'f32' | 'f64'>): Concrete<'v128'> {
    const { kind, bits } = concrete(value);
    return this.make('v128', join(split(bitsOf(a), sizes[kind]).with(lane, bits), sizes[kind]));
  }

  support<N extends SupportName>(name: N, ...operands: SupportArguments<N>): SupportResult<N> {
    const row: SupportFunction = supportFunctions[name];
    const bits = (operands as Value[]).map(bitsOf);
    return this.make(row.result, row.reference(...bits)) as Concrete<never> as SupportResult<N>;
  }
}
