import { ModuleBuilder } from '@boxer/wasm';
import { BoxEnd } from '../guest/box-end.ts';
import { GuestMemory } from '../guest/guest-memory.ts';
import { Harness } from '../testing/harness.ts';
import { linkBox } from './link-box.ts';

/** A kernel that makes its memory so large, and traps. */
function kernelThatTraps(pages: number): WebAssembly.Module {
  const module = new ModuleBuilder();
  module.export('memory', 'memory', module.memory({ minimum: 1, maximum: 4096 }));
  module.export('table', 'table', module.table({ minimum: 4096 }));
  const realloc = module.function({ params: ['i32', 'i32', 'i32', 'i32'], results: ['i32'] }, (f) =>
    f.i32(0),
  );
  module.export('cabi_realloc', 'function', realloc);
  const run = module.function({ params: [], results: ['i32'] }, (f) =>
    f
      .i32(pages - 1)
      .memoryGrow()
      .op('drop')
      .op('unreachable'),
  );
  module.export('wasi:cli/run@0.2.0#run', 'function', run);
  return new WebAssembly.Module(module.finish());
}

function run(pages: number): unknown {
  const parts = {
    path: 'kernel.wasm',
    kernel: kernelThatTraps(pages),
    process: new WebAssembly.Module(new ModuleBuilder().finish()),
  };
  const memory = new GuestMemory();
  const { context } = new Harness();
  const hostSlots = () => ({});
  const options = { context, memory, maxTotalBytes: 0, code: undefined, training: false, hostSlots };
  try {
    return linkBox(parts, options).run();
  } catch (error) {
    return error;
  }
}

describe('a kernel that traps', () => {
  it.each([4096, 4000])('because its memory is full has used it up: %d of 4096 pages', (pages) => {
    expect(run(pages)).toMatchObject({ reason: 'out-of-memory', code: 137 });
    expect(run(pages)).toBeInstanceOf(BoxEnd);
  });

  it('for another reason is broken', () => {
    expect(run(100)).toBeInstanceOf(WebAssembly.RuntimeError);
  });
});
