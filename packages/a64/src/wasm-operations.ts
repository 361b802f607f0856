import type { Kind, Value, Vector, Width } from './value.ts';

/**
 * Wasm operations that rows may use by their Wasm name through `m.wasm(name, …)`. Names are template literals, so
 * ``m.wasm(`${shape}.add`, a, b)`` works for a shape that a static field selects.
 *
 * @source WebAssembly Core Specification 2.0, "Numeric Instructions" and "Vector Instructions"
 */
export type IntegerShape = 'i8x16' | 'i16x8' | 'i32x4' | 'i64x2';
export type FloatShape = 'f32x4' | 'f64x2';
export type Shape = IntegerShape | FloatShape;

type Half = 'low' | 'high';
type Sign = 's' | 'u';
type Narrow = 'i8x16' | 'i16x8';
type Ordered = 'i8x16' | 'i16x8' | 'i32x4';

export type VectorUnary =
  | 'v128.not'
  | `${IntegerShape}.${'abs' | 'neg'}`
  | 'i8x16.popcnt'
  | `${FloatShape}.${'abs' | 'neg' | 'sqrt' | 'ceil' | 'floor' | 'trunc' | 'nearest'}`
  | `i16x8.${`extend_${Half}` | 'extadd_pairwise'}_i8x16_${Sign}`
  | `i32x4.${`extend_${Half}` | 'extadd_pairwise'}_i16x8_${Sign}`
  | `i64x2.extend_${Half}_i32x4_${Sign}`
  | `f32x4.convert_i32x4_${Sign}`
  | `f64x2.convert_low_i32x4_${Sign}`
  | `i32x4.trunc_sat_f32x4_${Sign}`
  | `i32x4.trunc_sat_f64x2_${Sign}_zero`
  | 'f32x4.demote_f64x2_zero'
  | 'f64x2.promote_low_f32x4';

export type VectorBinary =
  | `v128.${'and' | 'or' | 'xor' | 'andnot'}`
  | `${IntegerShape}.${'add' | 'sub' | 'eq' | 'ne' | 'lt_s' | 'gt_s' | 'le_s' | 'ge_s'}`
  | `${Ordered}.${'lt_u' | 'gt_u' | 'le_u' | 'ge_u' | `${'min' | 'max'}_${Sign}`}`
  | `${Narrow}.${'avgr_u' | `${'add' | 'sub'}_sat_${Sign}`}`
  | `${'i16x8' | 'i32x4' | 'i64x2'}.mul`
  | 'i16x8.q15mulr_sat_s'
  | 'i32x4.dot_i16x8_s'
  | 'i8x16.swizzle'
  | `i8x16.narrow_i16x8_${Sign}`
  | `i16x8.narrow_i32x4_${Sign}`
  | `i16x8.extmul_${Half}_i8x16_${Sign}`
  | `i32x4.extmul_${Half}_i16x8_${Sign}`
  | `i64x2.extmul_${Half}_i32x4_${Sign}`
  | `${FloatShape}.${'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'pmin' | 'pmax'}`
  | `${FloatShape}.${'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge'}`;

/** The amount is an integer, taken modulo the lane size. */
export type VectorShift = `${IntegerShape}.${'shl' | 'shr_s' | 'shr_u'}`;
export type VectorTest = 'v128.any_true' | `${IntegerShape}.${'all_true' | 'bitmask'}`;

type FloatName = 'f32' | 'f64';
export type FloatUnary = 'abs' | 'neg' | 'sqrt' | 'ceil' | 'floor' | 'trunc' | 'nearest';
export type FloatBinary = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max' | 'copysign';
export type FloatCompare = 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge';
export type Conversion =
  | `${FloatName}.convert_i${Width}_${Sign}`
  | `i${Width}.trunc_sat_${FloatName}_${Sign}`
  | 'f32.demote_f64'
  | 'f64.promote_f32'
  | 'i32.reinterpret_f32'
  | 'i64.reinterpret_f64'
  | 'f32.reinterpret_i32'
  | 'f64.reinterpret_i64';

export type WasmOperation = VectorUnary | VectorBinary | VectorShift | VectorTest | Conversion;

type KindOf<T extends string> = T extends 'i32' ? 32 : T extends 'i64' ? 64 : T extends FloatName ? T : never;
type ConvertedFrom<N extends string> =
  N extends `${string}.${'convert' | 'demote' | 'promote' | 'reinterpret' | 'trunc_sat'}_${infer T}`
    ? T extends `${infer S}_${Sign}`
      ? KindOf<S>
      : KindOf<T>
    : never;
type ResultKind<N extends WasmOperation> = N extends VectorUnary | VectorBinary | VectorShift
  ? 'v128'
  : N extends VectorTest
    ? 32
    : N extends `${infer T}.${string}`
      ? KindOf<T>
      : never;

/** Operand types of an operation, or of the operations that a static field chooses from. */
export type WasmOperands<N extends WasmOperation> = [N] extends [VectorUnary | VectorTest]
  ? [a: Vector]
  : [N] extends [VectorBinary]
    ? [a: Vector, b: Vector]
    : [N] extends [VectorShift]
      ? [a: Vector, amount: Value<32>]
      : [a: Value<ConvertedFrom<N>>];

/** Result type of an operation. */
export type WasmResult<N extends WasmOperation> = Value<ResultKind<N>>;

/** @returns the kind of an operation's result */
export function wasmResultKind(name: WasmOperation): Kind {
  const [type = '', operation = ''] = name.split('.');
  if (/^(any_true|all_true|bitmask)$/.test(operation)) return 32;
  if (type.includes('x') || type === 'v128') return 'v128';
  if (type === 'i32') return 32;
  if (type === 'i64') return 64;
  return type === 'f32' ? 'f32' : 'f64';
}
