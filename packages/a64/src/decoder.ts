import { candidates, decisionTree } from './decision-tree.ts';
import type { FieldValues, Instruction } from './instruction.ts';
import { instructions } from './instructions/index.ts';
import { fieldOf } from './pattern.ts';

/** An instruction word, told apart. */
export interface Decoded {
  readonly instruction: Instruction;
  /** All fields as numbers. */
  readonly fields: FieldValues;
}

/** Whether immediates make an encoding unallocated is not decided here: see the oracle and the interpreter. */
export type Decoder = (word: number) => Decoded | undefined;

/** @returns the fields of a word, as a row's pattern lays them out */
export function fieldsOf(instruction: Instruction, word: number): FieldValues {
  return Object.fromEntries(instruction.pattern.fields.map((field) => [field.name, fieldOf(word, field)]));
}

/** Makes a decoder for some rows. */
export function createDecoder(rows: readonly Instruction[]): Decoder {
  const tree = decisionTree(rows.map((instruction) => ({ ...instruction.pattern, instruction })));
  return (word) => {
    for (const { mask, value, instruction } of candidates(tree, word)) {
      if ((word & mask) >>> 0 !== value) continue;
      const fields = fieldsOf(instruction, word);
      if (instruction.when(fields)) return { instruction, fields };
    }
    return undefined;
  };
}

/** Decodes a word: the row and its fields, or undefined when no row claims it. */
export const decode: Decoder = createDecoder(instructions);
