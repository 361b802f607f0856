import { ByteReader } from './byte-reader.ts';
import { FunctionAssembler } from './function-assembler.ts';
import { ModuleBuilder, sectionIds } from './module-builder.ts';
import { findCustomSection, sectionsOf } from './sections.ts';

const none = { params: [], results: [] };
const one = { minimum: 1 };

const instantiate = (bytes: Uint8Array<ArrayBuffer>, imports = {}) =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;

// Oracle: V8 compiles and runs the modules.
describe('ModuleBuilder', () => {
  it('builds functions that call each other, with blocks, loops and branches by label', () => {
    const module = new ModuleBuilder();
    const square = module.declare({ params: ['i64'], results: ['i64'] });
    const sum = module.function({ params: ['i64'], results: ['i64'] }, (f) => {
      const total = f.local('i64');
      const done = f.block();
      const next = f.loop();
      f.get(0).op('i64.eqz').brIf(done);
      f.get(total).get(0).call(square).op('i64.add').set(total);
      f.get(0).i64(1n).op('i64.sub').set(0).br(next);
      f.end().end().get(total);
    });
    const body = new FunctionAssembler(1);
    body.get(0).get(0).op('i64.mul');
    module.define(square, body);
    module.export('sumOfSquares', 'function', sum);
    const exports = instantiate(module.finish());
    expect((exports['sumOfSquares'] as (n: bigint) => bigint)(10n)).toBe(385n);
  });

  it('puts functions into an imported table from its start function, and data into memory', () => {
    const module = new ModuleBuilder();
    const attach = module.importFunction('kernel', 'attach', { params: [], results: ['i32'] });
    const table = module.importTable('kernel', 'table', { minimum: 1 });
    module.export('memory', 'memory', module.memory({ minimum: 1, maximum: 2 }));
    module.data(16, Uint8Array.of(1, 2, 3));
    const answer = module.function({ params: [], results: ['i32'] }, (f) => f.i32(42));
    module.declareReferences([answer]);
    module.start(
      module.function({ params: [], results: [] }, (f) => f.call(attach).refFunction(answer).tableSet(table)),
    );
    const jsTable = new WebAssembly.Table({ element: 'anyfunc', initial: 8 });
    const exports = instantiate(module.finish(), { kernel: { attach: () => 5, table: jsTable } });
    expect(jsTable.get(5)?.()).toBe(42);
    const memory = exports['memory'] as WebAssembly.Memory;
    expect([...new Uint8Array(memory.buffer, 16, 3)]).toEqual([1, 2, 3]);
  });

  it('keeps integers exact at the limits of their encodings', () => {
    const values = [0n, 63n, 64n, -64n, -65n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 64n - 1n];
    const module = new ModuleBuilder();
    values.forEach((value, i) => {
      module.export(
        `v${i}`,
        'function',
        module.function({ params: [], results: ['i64'] }, (f) => f.i64(value)),
      );
    });
    const exports = instantiate(module.finish());
    const seen = values.map((_, i) => (exports[`v${i}`] as () => bigint)());
    expect(seen).toEqual(values.map((value) => BigInt.asIntN(64, value)));
  });

  it('dispatches through br_table and an own table', () => {
    const module = new ModuleBuilder();
    const type = { params: [], results: ['i32'] } as const;
    const functions = [7, 8].map((n) => module.function(type, (f) => f.i32(n)));
    const table = module.table({ minimum: 2 });
    module.elements(table, 0, functions);
    const pick = module.function({ params: ['i32'], results: ['i32'] }, (f) => {
      const cold = f.block();
      const hot = f.block();
      f.get(0).brTable([hot], cold);
      f.end().i32(100).op('return');
      f.end().get(0).i32(1).op('i32.sub').callIndirect(module.type(type), table);
    });
    module.export('pick', 'function', pick);
    const run = instantiate(module.finish())['pick'] as (n: number) => number;
    expect([0, 1, 2].map(run)).toEqual([100, 7, 8]);
  });

  // What is imported has the lower indices: those given before would no longer hold.
  it.each([
    [
      'function',
      (m: ModuleBuilder) => m.declare(none),
      (m: ModuleBuilder) => m.importFunction('a', 'b', none),
    ],
    ['table', (m: ModuleBuilder) => m.table(one), (m: ModuleBuilder) => m.importTable('a', 'b', one)],
    ['memory', (m: ModuleBuilder) => m.memory(one), (m: ModuleBuilder) => m.importMemory('a', 'b', one)],
    [
      'global',
      (m: ModuleBuilder) => m.global({ type: 'i32', mutable: false, initial: 0 }),
      (m: ModuleBuilder) => m.importGlobal('a', 'b', { type: 'i32', mutable: false }),
    ],
  ])('refuses to import a %s behind one of its own', (_, define, importOne) => {
    const module = new ModuleBuilder();
    expect([importOne(module), importOne(module), define(module)]).toEqual([0, 1, 2]);
    expect(() => importOne(module)).toThrow(RangeError);
  });

  it.each([
    ['an undefined function', (m: ModuleBuilder) => void m.declare({ params: [], results: [] })],
    [
      'an open block',
      (m: ModuleBuilder) => void m.function({ params: [], results: [] }, (f) => void f.block()),
    ],
    [
      'a second body',
      (m: ModuleBuilder) =>
        m.define(
          m.function({ params: [], results: [] }, () => {}),
          new Uint8Array(),
        ),
    ],
  ])('refuses %s', (_, misuse) => {
    const module = new ModuleBuilder();
    expect(() => {
      misuse(module);
      module.finish();
    }).toThrow(RangeError);
  });

  it('says which branches are likely, in a section that others skip', () => {
    const module = new ModuleBuilder();
    const imported = module.importFunction('host', 'f', { params: ['i32'], results: [] });
    const plain = module.function({ params: [], results: [] }, () => undefined);
    const hinted = module.function({ params: ['i32'], results: [] }, (f) => {
      f.local('i64');
      const end = f.block();
      f.get(0).unlikely().if().get(0).call(imported).end();
      f.get(0).likely().brIf(end);
      f.end();
    });
    module.export('f', 'function', hinted);
    const bytes = module.finish();
    expect(() => instantiate(bytes, { host: { f: () => undefined } })).not.toThrow();

    // Oracle: the proposal "branch hinting": function, count; offset in its body, size 1, 0 or 1 each.
    const section = findCustomSection(bytes, 'metadata.code.branch_hint') ?? new Uint8Array();
    const [count, index, hints, first = 0, size, isLikely, second = 0, ...rest] = section;
    expect([count, index, hints, size, isLikely, rest]).toEqual([1, hinted, 2, 1, 0, [1, 1]]);
    const code = sectionsOf(bytes).find(({ id }) => id === sectionIds.code);
    const reader = new ByteReader(bytes, 'code', code?.bodyStart, code?.end);
    expect(reader.unsigned()).toBe(2);
    reader.take(reader.unsigned());
    const body = reader.take(reader.unsigned());
    expect([body[first], body[second]]).toEqual([0x04, 0x0d]);
    expect(plain).toBe(hinted - 1);
  });

  it('refuses to say that of anything else', () => {
    const f = new FunctionAssembler(1);
    f.get(0).unlikely().op('drop');
    expect(() => f.finish()).toThrow(RangeError);
  });
});
