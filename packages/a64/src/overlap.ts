import { fixedBits } from './decision-tree.ts';
import { OverlappingRowsError } from './errors.ts';
import { combinations } from './graph/variant.ts';
import type { Instruction } from './instruction.ts';

interface Claim {
  readonly instruction: Instruction;
  readonly mask: number;
  readonly value: number;
}

/** The words of a row, as one mask and value for each combination of static values that it accepts. */
function claims(instruction: Instruction): Claim[] {
  const statics = instruction.pattern.fields.filter((field) => field.kind === 'static');
  return combinations(statics)
    .filter((values) => instruction.when(values))
    .map((values) => {
      let { mask, value } = instruction.pattern;
      for (const { name, low, bits } of statics) {
        mask |= (2 ** bits - 1) << low;
        value |= (values[name] ?? 0) << low;
      }
      return { instruction, mask: mask >>> 0, value: value >>> 0 };
    });
}

/** Whether the decoder takes one row before the other because it refines it: it must have more fixed bits. */
function isOrdered(a: Instruction, b: Instruction): boolean {
  const [special, general] = a.refines === b.name ? [a, b] : [b, a];
  return (
    special.refines === general.name && fixedBits(special.pattern.mask) > fixedBits(general.pattern.mask)
  );
}

/**
 * Finds a word that two rows decode, unless one of them refines the other. Exact: all combinations of static values that
 * `when` accepts are compared bit by bit. Words that `undefinedIf` excludes count too, so that no word has two rows.
 *
 * @throws {@link OverlappingRowsError} naming both
 */
export function requireNoOverlap(rows: readonly Instruction[]): void {
  const all = rows.map(claims);
  all.forEach((ours, i) => {
    for (const theirs of all.slice(i + 1)) {
      for (const a of ours) {
        for (const b of theirs) {
          if (((a.value ^ b.value) & a.mask & b.mask) !== 0 || isOrdered(a.instruction, b.instruction))
            continue;
          throw new OverlappingRowsError(a.instruction.name, b.instruction.name, (a.value | b.value) >>> 0);
        }
      }
    }
  });
}
