import { fixedBits } from './decision-tree.ts';
import { evaluate } from './graph/evaluate.ts';
import type { Node } from './graph/node.ts';
import { buildVariant, combinations } from './graph/variant.ts';
import type { FieldValues, Instruction } from './instruction.ts';
import { type Field, fieldOf } from './pattern.ts';

/** The words of a row with given static values: those of `mask` and `value`, less those that `undefinedWhen` excludes. */
export interface Encoding {
  readonly instruction: Instruction;
  /** Static values. */
  readonly statics: FieldValues;
  readonly mask: number;
  readonly value: number;
  /** Immediates and registers that decide whether the word is allocated. */
  readonly constrained: readonly Field[];
  /** Whether values of `constrained` make a word unallocated: what the row says by `undefinedIf`. */
  readonly isUndefined: (values: FieldValues) => boolean;
}

const isStatic = (field: Field) => field.kind === 'static';

/** @returns mask and value of a row's pattern with its static fields fixed */
function fix(instruction: Instruction, statics: FieldValues): { mask: number; value: number } {
  let { mask, value } = instruction.pattern;
  for (const { name, low, bits } of instruction.pattern.fields.filter(isStatic)) {
    mask |= (2 ** bits - 1) << low;
    value |= (statics[name] ?? 0) << low;
  }
  return { mask: mask >>> 0, value: value >>> 0 };
}

function collectFields(node: Node, into: Map<string, Field>): void {
  const { field } = node.detail;
  if (node.op === 'field' && field) into.set(field.name, field);
  for (const arg of node.args) collectFields(arg, into);
}

/**
 * One combination of a row's static values.
 *
 * @returns undefined when the combination is not this instruction
 */
function encodingOf(instruction: Instruction, statics: FieldValues): Encoding | undefined {
  const variant = { instruction, mask: 0, value: 0, fixed: {}, statics: [] };
  const conditions = buildVariant(variant, statics)?.undefinedWhen;
  if (!conditions) return undefined;
  const fields = new Map<string, Field>();
  for (const condition of conditions) collectFields(condition, fields);
  const constrained = [...fields.values()];
  return {
    instruction,
    statics,
    ...fix(instruction, statics),
    constrained,
    isUndefined: remember(constrained, (values) =>
      conditions.some((condition) => evaluate(condition, values) !== 0n),
    ),
  };
}

/** Few fields decide and many words ask. */
function remember(
  fields: readonly Field[],
  compute: (values: FieldValues) => boolean,
): (values: FieldValues) => boolean {
  const known = new Map<number, boolean>();
  return (values) => {
    const key = fields.reduce((sum, { name, bits }) => sum * 2 ** bits + (values[name] ?? 0), 0);
    const found = known.get(key) ?? compute(values);
    known.set(key, found);
    return found;
  };
}

/** @returns the encodings of a row, one for each combination of static values that it accepts */
export function encodingsOf(instruction: Instruction): Encoding[] {
  return combinations(instruction.pattern.fields.filter(isStatic))
    .map((statics) => encodingOf(instruction, statics))
    .filter((encoding) => encoding !== undefined);
}

/** @returns how many words an encoding allocates */
export function wordsOf({ mask, constrained, isUndefined }: Encoding): number {
  const deciding = constrained.reduce((sum, { bits }) => sum + bits, 0);
  const allocated = combinations(constrained).filter((values) => !isUndefined(values)).length;
  return allocated * 2 ** (32 - fixedBits(mask) - deciding);
}

const known = new Map<Instruction, Map<number, Encoding | undefined>>();

/**
 * Whether the word that a row decodes is allocated: not excluded by its `undefinedIf` conditions.
 *
 * @param fields - all fields of the word
 */
export function isAllocated(instruction: Instruction, word: number, fields: FieldValues): boolean {
  const encodings = known.get(instruction) ?? new Map<number, Encoding | undefined>();
  known.set(instruction, encodings);
  const statics = instruction.pattern.fields.filter(isStatic);
  const key = statics.reduce((sum, field) => sum * 2 ** field.bits + fieldOf(word, field), 0);
  if (!encodings.has(key)) {
    const values = Object.fromEntries(statics.map(({ name }) => [name, fields[name] ?? 0]));
    encodings.set(key, encodingOf(instruction, values));
  }
  const encoding = encodings.get(key);
  return encoding !== undefined && !(encoding.constrained.length > 0 && encoding.isUndefined(fields));
}
