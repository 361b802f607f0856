import { HOST_TABLE_BASE, hostSlots } from '@boxer/abi';
import { type FunctionType, ModuleBuilder } from '@boxer/wasm';

export type HostSlotName = keyof typeof hostSlots;

/** Functions of the host by slot; slots that are absent keep the kernel's default. */
export type HostSlotFunctions = Readonly<
  Partial<Record<HostSlotName, (...args: never[]) => number | bigint | void>>
>;

/**
 * Puts JavaScript functions into the kernel's table. A table holds only Wasm functions, so a module that imports and
 * exports them all wraps them.
 */
export function installHostSlots(table: WebAssembly.Table, functions: HostSlotFunctions): void {
  const names = Object.keys(functions) as HostSlotName[];
  const wrapper = new ModuleBuilder();
  for (const name of names) {
    const { params, result } = hostSlots[name];
    const type: FunctionType = { params, results: result === null ? [] : [result] };
    wrapper.export(name, 'function', wrapper.importFunction('host', name, type));
  }
  const module = new WebAssembly.Module(wrapper.finish());
  const host: Record<string, WebAssembly.ImportValue> = { ...functions };
  const { exports } = new WebAssembly.Instance(module, { host });
  for (const name of names) {
    const wrapped = exports[name];
    if (typeof wrapped === 'function') table.set(HOST_TABLE_BASE + hostSlots[name].index, wrapped);
  }
}
