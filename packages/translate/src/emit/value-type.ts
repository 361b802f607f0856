import type { Kind } from '@boxer/a64';
import type { ValueType } from '@boxer/wasm';

/** @returns the Wasm type that holds a value of the machine */
export function valueType(kind: Kind): ValueType {
  if (kind === 32) return 'i32';
  return kind === 64 ? 'i64' : kind;
}
