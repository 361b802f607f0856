import type { Field, Instruction } from '@boxer/a64';

/** @returns the field of a row that has that name, or undefined */
export function fieldNamed({ pattern }: Instruction, name: string): Field | undefined {
  return pattern.fields.find((field) => field.name === name);
}

/** @returns the word with another value in a field; unchanged when its row has none of that name */
export function withField(row: Instruction, word: number, name: string, value: number): number {
  const field = fieldNamed(row, name);
  if (!field) return word;
  const mask = (2 ** field.bits - 1) << field.low;
  return ((word & ~mask) | ((value << field.low) & mask)) >>> 0;
}
