import { isAllocated } from './allocation.ts';
import { compileTemplate } from './assembly/template.ts';
import { decode } from './decoder.ts';

const hexWord = (word: number) => `0x${(word >>> 0).toString(16).padStart(8, '0')}`;

/**
 * Assembly of an instruction word as GNU objdump writes it, with the aliases that Arm prefers. `.inst 0x…` for words that
 * are no instruction of the table, or unallocated; `udf #…` for those that Arm reserves to be so.
 *
 * @param pc - address of the word, for branch targets
 * @param options - `aliases: false` writes what the table's rows are called instead
 */
export function disassemble(word: number, pc: bigint, { aliases = true } = {}): string {
  if (word >>> 16 === 0) return `udf #${word}`;
  const decoded = decode(word);
  if (!decoded || !isAllocated(decoded.instruction, word, decoded.fields)) return `.inst ${hexWord(word)}`;
  const { instruction, fields } = decoded;
  const preferred = aliases ? instruction.aliases.find((alias) => alias.when(fields)) : undefined;
  const template = compileTemplate((preferred ?? instruction).assembly(fields));
  return template(fields, instruction.operands(fields, pc));
}
