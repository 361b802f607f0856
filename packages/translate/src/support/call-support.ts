import { type Kind, type SupportName, supportFunctions } from '@boxer/a64';
import { ModuleBuilder } from '@boxer/wasm';

const typeOf = (kind: Kind): keyof typeof storeOf => (kind === 32 ? 'i32' : kind === 64 ? 'i64' : kind);
const storeOf = {
  i32: 'i32.store',
  i64: 'i64.store',
  f32: 'f32.store',
  f64: 'f64.store',
  v128: 'v128.store',
} as const;
const loadOf = {
  i32: 'i32.load',
  i64: 'i64.load',
  f32: 'f32.load',
  f64: 'f64.load',
  v128: 'v128.load',
} as const;
/** Operands lie 16 bytes apart, the result behind them. */
const RESULT_AT = 0x100;

/** JavaScript cannot pass vectors, nor NaNs unchanged: a module that takes operands from its memory. */
function adapter(names: readonly SupportName[]): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const imported = names.map((name) => {
    const { params, result } = supportFunctions[name];
    return builder.importFunction('support', name, {
      params: params.map(typeOf),
      results: [typeOf(result)],
    });
  });
  builder.export('memory', 'memory', builder.memory({ minimum: 1 }));
  names.forEach((name, i) => {
    const { params, result } = supportFunctions[name];
    const index = builder.function({ params: [], results: [] }, (f) => {
      f.i32(0);
      params.forEach((kind, k) => f.i32(16 * k).memory(loadOf[typeOf(kind)], 0));
      f.call(imported[i] ?? 0).memory(storeOf[typeOf(result)], RESULT_AT);
    });
    builder.export(name, 'function', index);
  });
  return builder.finish();
}

export type CallSupport = (name: SupportName, ...operands: readonly bigint[]) => bigint;

/**
 * Calls functions of the support module on bit patterns.
 *
 * @param support - the compiled support module
 */
export async function supportCaller(support: Uint8Array<ArrayBuffer>): Promise<CallSupport> {
  const { instance } = await WebAssembly.instantiate(support, {});
  const names = (Object.keys(supportFunctions) as SupportName[]).filter((name) => name in instance.exports);
  const wrapped = await WebAssembly.instantiate(adapter(names), { support: instance.exports });
  const { memory, ...functions } = wrapped.instance.exports;
  const view = new DataView((memory as WebAssembly.Memory).buffer);
  return (name, ...operands) => {
    operands.forEach((operand, i) => {
      view.setBigUint64(16 * i, BigInt.asUintN(64, operand), true);
      view.setBigUint64(16 * i + 8, BigInt.asUintN(64, operand >> 64n), true);
    });
    view.setBigUint64(RESULT_AT, 0n, true);
    view.setBigUint64(RESULT_AT + 8, 0n, true);
    (functions[name] as () => void)();
    return view.getBigUint64(RESULT_AT, true) | (view.getBigUint64(RESULT_AT + 8, true) << 64n);
  };
}
