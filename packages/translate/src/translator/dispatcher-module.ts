import { GUEST_BIAS } from '@boxer/abi';
import { ModuleBuilder } from '@boxer/wasm';
import { CODE_TYPE, emitTailDispatch } from '../interpreter/translated-code.ts';
import { DISPATCH_TYPE } from './code-module.ts';

/**
 * A process's `dispatch` by tail calls, for hosts that have them: chains of jumps between modules then need no stack.
 * Imports "process" (memory, code); exports `dispatch`.
 */
export function buildDispatcherModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.importMemory('process', 'memory', { minimum: GUEST_BIAS / 65536, maximum: 65536 });
  const table = module.importTable('process', 'code', { minimum: 1 });
  const type = module.type(CODE_TYPE);
  const dispatch = module.function(DISPATCH_TYPE, (f) => emitTailDispatch(f, { table, type }));
  module.export('dispatch', 'function', dispatch);
  return module.finish();
}
