import type { Node } from '@boxer/a64';
import { FunctionAssembler } from '@boxer/wasm';
import { type Environment, GraphEmitter } from '../emit/graph-emitter.ts';
import { LocalPool } from '../emit/local-pool.ts';
import { operations } from './layout.ts';
import type { Slot } from './record-layout.ts';

/** Parameters of a predecoder. */
const WORD = 0;
const PC = 1;
const RECORD = 2;

function unsupported(): never {
  throw new TypeError('Not known when predecoding');
}

/** Computes values from the word and its address. */
const predecodeEnvironment = (recordOfPc: number): Environment => ({
  slot: undefined,
  bias: 0,
  field({ f }, node) {
    const { field } = node.detail;
    if (!field) throw new TypeError('A field has no position');
    f.get(WORD);
    if (field.low > 0) f.i32(field.low).op('i32.shr_u');
    if (field.low + field.bits < 32) f.i32(2 ** field.bits - 1).op('i32.and');
  },
  pc({ f }) {
    f.get(PC).op('i64.extend_i32_u');
  },
  read(emitter, node) {
    const [target] = node.args;
    if (node.op !== 'record' || !target) unsupported();
    emitter.emit(target);
    emitter.f.op('i32.wrap_i64').call(recordOfPc);
  },
  write: unsupported,
  check: unsupported,
  requireAligned: unsupported,
  branch: unsupported,
  supervisorCall: unsupported,
  breakpoint: unsupported,
  yieldTask: unsupported,
});

/**
 * Writes the function (word, pc, record address) that fills a record's slots, and makes the record one of an
 * unallocated instruction when a condition says so.
 *
 * @param recordOfPc - index of the function (pc) → address of its record
 */
export function emitPredecoder(
  slots: readonly Slot[],
  undefinedWhen: readonly Node[],
  recordOfPc: number,
): Uint8Array {
  const f = new FunctionAssembler(3);
  const emitter = new GraphEmitter(f, predecodeEnvironment(recordOfPc), new LocalPool(f));
  emitter.countAhead([...slots.map((slot) => slot.node), ...undefinedWhen]);
  for (const { node, store, offset } of slots) {
    f.get(RECORD);
    emitter.emit(node);
    f.memory(store, offset);
  }
  for (const condition of undefinedWhen) {
    emitter.emit(condition);
    f.if().get(RECORD).i32(operations.undefined).memory('i32.store16', 0).end();
  }
  return f.finish().bytes;
}
