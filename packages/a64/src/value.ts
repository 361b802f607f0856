/** What a value is: an integer of 32 or 64 bits, an IEEE float, or a 128-bit vector. These are Wasm's value types. */
export type Kind = 32 | 64 | 'f32' | 'f64' | 'v128';

/** Widths of integer values. */
export type Width = 32 | 64;

/** Sizes of memory and vector elements in bits. */
export type ElementBits = 8 | 16 | 32 | 64;

export declare const kindOf: unique symbol;

/** A value of the machine that a row's semantics runs on: a graph node, or a concrete number in the oracle. */
export interface Value<K extends Kind = Kind> {
  readonly [kindOf]: K;
}

/** 0 or 1. */
export type Bool = Value<32>;
export type Vector = Value<'v128'>;
/** The float type of a size in bits. */
export type Float<S extends Width = Width> = Value<S extends 32 ? 'f32' : 'f64'>;

/** A field that is known when predecoding. It is a 32-bit value, so a row cannot branch on it in JavaScript. */
export interface Immediate extends Value<32> {
  readonly immediate: true;
}

/** X0…X30, or 31: SP or the zero register, as the accessor says. */
export interface GeneralRegister {
  readonly general: true;
}

/** V0…V31. */
export interface VectorRegister {
  readonly vector: true;
}
