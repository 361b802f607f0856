import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { optimiseScripts } from './optimising.ts';

/** What V8 has for keeping compiled Wasm code, but offers to nobody: functions for its own tests. */
export interface Intrinsics {
  /** @returns machine code of all functions that are optimised; aborts the process when there is none */
  readonly serialize: (module: WebAssembly.Module) => ArrayBuffer;
  /** @returns undefined when the code was made by another V8, with other flags, or for another processor */
  readonly deserialize: (code: ArrayBuffer, module: Uint8Array) => WebAssembly.Module | undefined;
}

/** @returns undefined where this engine has no such functions */
export function v8Intrinsics(): Intrinsics | undefined {
  // The flag counts at parsing only, and V8 parses functions in parentheses at once. Left set, it would make code of other processes look as made with other flags.
  setFlagsFromString('--allow-natives-syntax');
  try {
    const deserialize = runInThisContext(
      '(function (code, bytes) { return %DeserializeWasmModule(code, bytes); })',
    ) as Intrinsics['deserialize'];
    return {
      serialize: runInThisContext(
        '(function (module) { return %SerializeWasmModule(module); })',
      ) as Intrinsics['serialize'],
      deserialize(code, module) {
        // What the translator's thread does without for a while: machine code that was made with it would be refused.
        optimiseScripts(true);
        return deserialize(code, module);
      },
    };
  } catch {
    return undefined;
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}
