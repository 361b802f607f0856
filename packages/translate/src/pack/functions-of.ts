import type { CodeReader } from '../translator/code-reader.ts';
import { decodeInstruction } from '../translator/decode-instruction.ts';
import type { FunctionRequest } from '../translator/translate-module.ts';
import { addressesOf, type ReachedPage } from './reached-code.ts';

/**
 * Finds functions in what was executed, without symbols: what is called, and what is executed although nothing executed
 * falls or branches into it.
 *
 * @returns requests in ascending order of their entries
 */
export function functionsOf(reached: readonly ReachedPage[], reader: CodeReader): FunctionRequest[] {
  const addresses = reached.flatMap(addressesOf);
  const executed = new Set(addresses);
  const called = new Set<number>();
  const inner = new Set<number>();
  for (const pc of addresses) {
    const word = reader.word(pc);
    if (word === undefined) continue;
    const { control } = decodeInstruction(pc, word);
    if (control.type === 'call' && control.target !== undefined && executed.has(control.target))
      called.add(control.target);
    if (control.type === 'branch') inner.add(control.target);
    const goesOn = control.type === 'next' || control.type === 'call' || control.type === 'interpret';
    if (goesOn || (control.type === 'branch' && control.conditional)) inner.add(pc + 4);
  }
  return addresses
    .filter((pc) => called.has(pc) || !inner.has(pc))
    .sort((a, b) => a - b)
    .map((entry) => ({ entry, entries: [] }));
}
