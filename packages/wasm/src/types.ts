/** Value types, as the binary format writes them. */
export const valueTypes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b, funcref: 0x70 } as const;

export type ValueType = keyof typeof valueTypes;

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** Sizes of memories are in 64 KiB pages, of tables in entries. */
export interface Limits {
  readonly minimum: number;
  readonly maximum?: number;
}
