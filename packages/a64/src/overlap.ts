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

const related = (a: Instruction, b: Instruction) => a.refines === b.name || b.refines === a.name;

/**
 * Finds a word that two rows decode, unless one of them refines the other.
 *
 * @throws {@link OverlappingRowsError} naming both
 */
export function requireNoOverlap(rows: readonly Instruction[]): void {
  const all = rows.map(claims);
  all.forEach((ours, i) => {
    for (const theirs of all.slice(i + 1)) {
      for (const a of ours) {
        for (const b of theirs) {
          if (((a.value ^ b.value) & a.mask & b.mask) !== 0 || related(a.instruction, b.instruction))
            continue;
          throw new OverlappingRowsError(a.instruction.name, b.instruction.name, (a.value | b.value) >>> 0);
        }
      }
    }
  });
}
