import { combinations, type FieldValues, fieldOf, type Instruction, instructions } from '@boxer/a64';
import { fieldNamed } from '../testing/instruction-fields.ts';
import type { RandomSource } from '../testing/random-source.ts';
import { isUnallocated, probeAccess } from './access-probe.ts';

/** A row with its static fields decided. */
export interface RowVariant {
  readonly mask: number;
  readonly value: number;
}

/** A row of the instruction table, with what a generator wants to know of it. */
export interface FuzzRow {
  /** In the table. */
  readonly index: number;
  readonly name: string;
  readonly instruction: Instruction;
  /** Each combination of static fields that is this instruction. */
  readonly variants: readonly RowVariant[];
  readonly accessesMemory: boolean;
  /** Whether some immediates or registers make it unallocated. */
  readonly mayBeUnallocated: boolean;
}

const SAMPLES = 12;

function variantsOf(instruction: Instruction): RowVariant[] {
  const { mask, value, fields } = instruction.pattern;
  const statics = fields.filter(({ kind }) => kind === 'static');
  return combinations(statics).flatMap((values: FieldValues) => {
    if (!instruction.when(values)) return [];
    const all = { mask, value };
    for (const field of statics) {
      all.mask |= (2 ** field.bits - 1) << field.low;
      all.value |= (values[field.name] ?? 0) << field.low;
    }
    return [{ mask: all.mask >>> 0, value: all.value >>> 0 }];
  });
}

function describe(instruction: Instruction, index: number, random: RandomSource): FuzzRow {
  const variants = variantsOf(instruction);
  const samples = variants.flatMap(({ mask, value }) =>
    Array.from({ length: SAMPLES }, () => (value | (random.word() & ~mask)) >>> 0),
  );
  return {
    index,
    name: instruction.name,
    instruction,
    variants,
    accessesMemory: samples.some((word) => probeAccess(word, 0) !== undefined),
    mayBeUnallocated: samples.some(isUnallocated),
  };
}

/** All rows of the table. */
export function fuzzRows(random: RandomSource): FuzzRow[] {
  return instructions.map((instruction, index) => describe(instruction, index, random));
}

/** @returns the value of a field of a word, or undefined when its row has none of that name */
export function fieldIn({ instruction }: FuzzRow, word: number, name: string): number | undefined {
  const field = fieldNamed(instruction, name);
  return field && fieldOf(word, field);
}

/** Numbers of the general registers that a word names, base registers among them. */
export function generalRegisters(row: FuzzRow, word: number): number[] {
  const named = row.instruction.pattern.fields
    .filter(({ kind }) => kind === 'general')
    .map((field) => fieldOf(word, field));
  return [...named, ...secondOfPair(row, word)];
}

/** CASP writes the register behind Rs without naming it. */
export function secondOfPair(row: FuzzRow, word: number): number[] {
  const Rs = row.name.startsWith('CASP') ? fieldIn(row, word, 'Rs') : undefined;
  return Rs === undefined ? [] : [Rs + 1];
}
