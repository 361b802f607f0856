import { ByteWriter, encodeSection, MalformedWasmError, ModuleBuilder, sectionIds } from '@boxer/wasm';
import { limitTables } from './table-limit.ts';

/** How far each exported table of a module grows. Oracle: the engine that runs it. */
function entriesOf(module: Uint8Array): number[] {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(module)));
  return Object.values(exports).map((table) => {
    if (!(table instanceof WebAssembly.Table)) throw new TypeError('no table');
    let step = 4096;
    while (step >= 1)
      try {
        table.grow(step);
      } catch {
        step /= 2;
      }
    return table.length;
  });
}

function moduleWith(...tables: readonly { minimum: number; maximum?: number }[]): Uint8Array {
  const module = new ModuleBuilder();
  tables.forEach((limits, i) => module.export(String(i), 'table', module.table(limits)));
  return module.finish();
}

/** A module with nothing but this as its tables. */
const moduleOf = (...body: readonly number[]) =>
  new ByteWriter(32)
    .bytes(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))
    .bytes(encodeSection(sectionIds.table, Uint8Array.from(body)))
    .finish();

describe('limitTables', () => {
  it('lets no table grow further', () => {
    const module = moduleWith({ minimum: 1 }, { minimum: 2, maximum: 5 }, { minimum: 3, maximum: 9_000_000 });
    expect(entriesOf(limitTables(module, 1000))).toEqual([1000, 5, 1000]);
  });

  it('leaves modules without tables alone', () => {
    const module = new ModuleBuilder().finish();
    expect(limitTables(module, 1)).toBe(module);
  });

  // A hundred tables of ten million entries ended the process of the host.
  it.each([
    ['too many tables', moduleWith(...Array.from({ length: 100 }, () => ({ minimum: 1 })))],
    ['a table that begins with more', moduleWith({ minimum: 10_000_000 })],
    ['references to anything (0x6f)', moduleOf(1, 0x6f, 0, 1)],
    ['a table with an initial value (0x40)', moduleOf(1, 0x40, 0, 0x70, 0, 1, 0xd0, 0x70, 0x0b)],
    ['a shared table (flags 3)', moduleOf(1, 0x70, 3, 1, 2)],
    ['64-bit addresses (flags 4)', moduleOf(1, 0x70, 4, 1)],
    ['a section that ends early', moduleOf(2, 0x70, 0, 1)],
  ])('refuses %s', (_, module) => {
    expect(() => limitTables(module, 1000)).toThrow(MalformedWasmError);
  });
});
