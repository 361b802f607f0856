import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 optimise what JavaScript this process executes, or not: translating takes half as long without, since it never lasts.
 * It is for the whole process, and therefore for as short as possible. Wasm is always optimised.
 */
export function optimiseScripts(isWanted: boolean): void {
  setFlagsFromString(isWanted ? '--turbofan' : '--no-turbofan');
}
