import { type CoreType, hostSlots } from '@boxer/abi';

const valueTypes: Readonly<Record<CoreType, number>> = { i32: 0x7f, i64: 0x7e, v128: 0x7b };

function section(id: number, body: readonly number[]): number[] {
  return [id, body.length, ...body];
}

/** A table can hold only Wasm functions: wraps a JavaScript function in a module that re-exports it. */
export async function hostSlotModule(
  name: keyof typeof hostSlots,
  implementation: (...args: never[]) => unknown,
): Promise<unknown> {
  const { params, result } = hostSlots[name];
  const types = params.map((type) => valueTypes[type]);
  const results = result === null ? [] : [valueTypes[result]];
  const bytes = new Uint8Array([
    // The magic number, and version 1.
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, [1, 0x60, types.length, ...types, results.length, ...results]),
    ...section(2, [1, 1, 0x68, 1, 0x66, 0, 0]),
    ...section(7, [1, 1, 0x66, 0, 0]),
  ]);
  const { instance } = await WebAssembly.instantiate(bytes, { h: { f: implementation } });
  return instance.exports['f'];
}
