import { FunctionAssembler } from './function-assembler.ts';
import { ModuleBuilder } from './module-builder.ts';
import {
  laneMemoryOpcodes,
  laneOpcodes,
  memoryOpcodes,
  plainOpcodes,
  type PlainOperation,
} from './opcodes.ts';
import type { ValueType } from './types.ts';

const scalar = (text: string): ValueType => (/^(i32|i64|f32|f64)$/.test(text) ? (text as ValueType) : 'v128');

/** The signature that a name stands for, worked out from the spec's naming scheme. */
function signature(name: string): { params: ValueType[]; results: ValueType[] } | undefined {
  const [type = '', operation = ''] = name.split('.');
  const t = scalar(type);
  if (operation === '') return undefined;
  if (operation === 'splat') {
    const lane = type.startsWith('f') ? type.slice(0, 3) : type === 'i64x2' ? 'i64' : 'i32';
    return { params: [scalar(lane)], results: ['v128'] };
  }
  if (t === 'v128') {
    if (/^(any_true|all_true|bitmask)$/.test(operation)) return { params: ['v128'], results: ['i32'] };
    if (/^sh[lr]/.test(operation)) return { params: ['v128', 'i32'], results: ['v128'] };
    if (operation === 'bitselect') return { params: ['v128', 'v128', 'v128'], results: ['v128'] };
    const unary =
      /^(not|abs|neg|popcnt|sqrt|ceil|floor|trunc|nearest|extend_|extadd_|convert|trunc_sat|demote|promote)/;
    return { params: unary.test(operation) ? ['v128'] : ['v128', 'v128'], results: ['v128'] };
  }
  const from = /^(?:wrap|trunc|trunc_sat|extend|convert|demote|promote|reinterpret)_(i32|i64|f32|f64)/.exec(
    operation,
  );
  if (from) return { params: [scalar(from[1] ?? '')], results: [t] };
  if (/^(eqz)$/.test(operation)) return { params: [t], results: ['i32'] };
  if (/^(eq|ne|[lg][te](_[su])?)$/.test(operation)) return { params: [t, t], results: ['i32'] };
  const unary = /^(clz|ctz|popcnt|abs|neg|ceil|floor|trunc|nearest|sqrt|extend\d+_s)$/;
  return { params: unary.test(operation) ? [t] : [t, t], results: [t] };
}

function validates(
  params: ValueType[],
  results: ValueType[],
  write: (f: FunctionAssembler) => void,
): boolean {
  const module = new ModuleBuilder();
  module.memory({ minimum: 1 });
  module.function({ params, results }, (f) => {
    params.forEach((_, i) => f.get(i));
    write(f);
  });
  return WebAssembly.validate(module.finish());
}

// Oracle: V8's validator. A wrong opcode has another type, or shares it with a name that is listed too.
describe('opcodes', () => {
  it('are all different', () => {
    const all = [plainOpcodes, memoryOpcodes, laneMemoryOpcodes, laneOpcodes].flatMap(
      (table) => Object.values(table) as number[],
    );
    expect(new Set(all).size).toBe(all.length);
  });

  it.each(Object.keys(plainOpcodes) as PlainOperation[])('%s validates', (name) => {
    const type = signature(name);
    if (!type) return expect(['unreachable', 'nop', 'return', 'drop', 'select']).toContain(name);
    expect(validates(type.params, type.results, (f) => f.op(name))).toBe(true);
  });

  it.each(Object.keys(memoryOpcodes) as (keyof typeof memoryOpcodes)[])('%s validates', (name) => {
    const [type = '', operation = ''] = name.split('.');
    const t = scalar(type);
    const store = operation.startsWith('store');
    expect(validates(store ? ['i32', t] : ['i32'], store ? [] : [t], (f) => f.memory(name, 70000))).toBe(
      true,
    );
  });

  it.each(Object.keys(laneOpcodes) as (keyof typeof laneOpcodes)[])('%s validates for its lanes', (name) => {
    const [shape = '', operation = ''] = name.split('.');
    const [, kind = '', bits = '', lanes = ''] = /^([if])(\d+)x(\d+)$/.exec(shape) ?? [];
    const element = scalar(Number(bits) < 32 ? 'i32' : `${kind}${bits}`);
    const extracts = operation.startsWith('extract');
    const takes = (lane: number) =>
      validates(extracts ? ['v128'] : ['v128', element], [extracts ? element : 'v128'], (f) =>
        f.lane(name, lane),
      );
    expect([Number(lanes) - 1, Number(lanes)].map(takes)).toEqual([true, false]);
  });

  it.each(Object.keys(laneMemoryOpcodes) as (keyof typeof laneMemoryOpcodes)[])(
    '%s validates for its lanes',
    (name) => {
      const lanes = 128 / Number(/\d+(?=_lane)/.exec(name)?.[0]);
      const results: ValueType[] = name.includes('load') ? ['v128'] : [];
      const takes = (lane: number) =>
        validates(['i32', 'v128'], results, (f) => f.laneMemory(name, 70000, lane));
      expect([lanes - 1, lanes].map(takes)).toEqual([true, false]);
    },
  );
});
