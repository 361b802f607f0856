import { ModuleBuilder, sectionIds, sectionsOf } from '@boxer/wasm';
import { limitMemory } from './memory-limit.ts';

/** How far a module's memory grows. Oracle: the engine that runs it. */
function pagesOf(module: Uint8Array): number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
  const memory = exports['memory'];
  if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('no memory');
  try {
    for (;;) memory.grow(1);
  } catch {
    return memory.buffer.byteLength / 65536;
  }
}

function moduleWith(limits: { minimum: number; maximum?: number }): Uint8Array {
  const module = new ModuleBuilder();
  module.export('memory', 'memory', module.memory(limits));
  module.function({ params: [], results: [] }, (f) => f.op('nop'));
  return module.finish();
}

describe('limitMemory', () => {
  it.each([
    [{ minimum: 1 }, 10, 10],
    [{ minimum: 1, maximum: 5 }, 10, 5],
    [{ minimum: 1, maximum: 65536 }, 300, 300],
  ])('%j under %d pages grows to %d', (limits, maxPages, pages) => {
    expect(pagesOf(limitMemory(moduleWith(limits), maxPages))).toBe(pages);
  });

  it.each([{ minimum: 8 }, { minimum: 65536, maximum: 65536 }])(
    'refuses %j where 4 are allowed',
    (limits) => {
      expect(() => limitMemory(moduleWith(limits), 4)).toThrow(/pages of memory, and may have 4/);
    },
  );

  // Flags of limits: 3 shared, 4 and 5 with 64-bit addresses (WebAssembly 3.0, threads proposal).
  it.each([3, 4, 5])('refuses memories of other kinds: flags %d', (flags) => {
    const module = moduleWith({ minimum: 1, maximum: 2 });
    const { bodyStart } = sectionsOf(module).find(({ id }) => id === sectionIds.memory) ?? { bodyStart: 0 };
    module[bodyStart + 1] = flags;
    expect(() => limitMemory(module, 4)).toThrow(/shared, or has 64-bit addresses/);
  });

  it('leaves modules without a memory alone', () => {
    const module = new ModuleBuilder().finish();
    expect(limitMemory(module, 1)).toBe(module);
  });
});
