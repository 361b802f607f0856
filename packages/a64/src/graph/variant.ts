import { InvalidSemanticsError } from '../errors.ts';
import type { FieldValues, Instruction } from '../instruction.ts';
import { type Field, fieldOf } from '../pattern.ts';
import { GraphBuilder } from './builder.ts';
import { RegisterOperand } from './node.ts';

/**
 * A row, or one of its specialisations: the words that match `(word & mask) === value`. Specialisations have more fixed
 * bits than their row and win over it.
 */
export interface Variant {
  readonly instruction: Instruction;
  readonly mask: number;
  readonly value: number;
  /** Fields that the specialisation fixes. */
  readonly fixed: FieldValues;
  /** Static fields that are left open. */
  readonly statics: readonly Field[];
}

/** @returns the rows and their specialisations */
export function variantsOf(instructions: readonly Instruction[]): Variant[] {
  return instructions.flatMap((instruction) =>
    [{}, ...instruction.specialise].map((fixed: FieldValues): Variant => {
      let { mask, value } = instruction.pattern;
      for (const field of instruction.pattern.fields) {
        const given = fixed[field.name];
        if (given === undefined) continue;
        mask |= (2 ** field.bits - 1) << field.low;
        value |= given << field.low;
      }
      const statics = instruction.pattern.fields.filter((f) => f.kind === 'static' && !(f.name in fixed));
      return { instruction, mask: mask >>> 0, value: value >>> 0, fixed, statics };
    }),
  );
}

/** @returns every combination of values of the fields; the first field varies fastest */
export function combinations(fields: readonly Field[]): FieldValues[] {
  const bits = fields.reduce((sum, field) => sum + field.bits, 0);
  return Array.from({ length: 2 ** bits }, (_, combination) => {
    let rest = combination;
    const values: Record<string, number> = {};
    for (const field of fields) {
      values[field.name] = rest % 2 ** field.bits;
      rest = Math.floor(rest / 2 ** field.bits);
    }
    return values;
  });
}

/** What the semantics receive for each field. `known` gives values; fields without one are left open. */
function argumentsFor(
  builder: GraphBuilder,
  fields: readonly Field[],
  known: FieldValues,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of fields) {
    const value = known[field.name];
    if (field.kind === 'static') result[field.name] = value;
    else if (field.kind === 'immediate') {
      result[field.name] = value === undefined ? builder.field(field) : builder.constant(32, value);
    } else {
      result[field.name] =
        value === undefined ? new RegisterOperand(field, 0, 0) : new RegisterOperand(undefined, value, 0);
    }
  }
  return result;
}

function run(builder: GraphBuilder, instruction: Instruction, known: FieldValues): void {
  const fields = argumentsFor(builder, instruction.pattern.fields, known);
  try {
    instruction.semantics(builder, fields);
  } catch (cause) {
    throw new InvalidSemanticsError(`${instruction.name} ${JSON.stringify(known)}`, String(cause), { cause });
  }
}

/**
 * Builds the graph of a row for given static values; registers and immediates stay open.
 *
 * @returns undefined when the combination is not this instruction
 * @throws {@link InvalidSemanticsError} when the semantics break a rule
 */
export function buildVariant(variant: Variant, statics: FieldValues): GraphBuilder | undefined {
  const known = { ...statics, ...variant.fixed };
  if (!variant.instruction.when(known)) return undefined;
  const builder = new GraphBuilder();
  run(builder, variant.instruction, known);
  return builder;
}

/**
 * Adds an instruction word to a builder: everything static folds.
 *
 * @param isOpen - fields that are left open: the graph is the same for all words that differ in them alone
 */
export function buildWord(
  builder: GraphBuilder,
  instruction: Instruction,
  word: number,
  isOpen: (field: Field, value: number) => boolean = () => false,
): void {
  const known: Record<string, number> = {};
  for (const field of instruction.pattern.fields) {
    const value = fieldOf(word, field);
    if (!isOpen(field, value)) known[field.name] = value;
  }
  run(builder, instruction, known);
}
