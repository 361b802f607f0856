import { type Encoding, encodingsOf, wordsOf } from './allocation.ts';
import { fixedBits } from './decision-tree.ts';
import type { Instruction } from './instruction.ts';

/** Words of `general` that `special` takes, where it refines it. */
function wordsTaken(general: Encoding, special: Encoding): number {
  const both = (general.mask & special.mask) >>> 0;
  if (((general.value ^ special.value) & both) !== 0) return 0;
  const constrained = [
    ...new Map([...general.constrained, ...special.constrained].map((f) => [f.low, f])).values(),
  ];
  if (constrained.length === 0) return 2 ** (32 - fixedBits(general.mask | special.mask));
  throw new RangeError(
    `${special.instruction.name} refines constrained words of ${general.instruction.name}`,
  );
}

/** An encoding with the number of words that it decodes. */
export interface Allocation {
  readonly encoding: Encoding;
  readonly words: number;
}

/**
 * Every encoding of some rows with the exact number of its words: those that the pattern, `when` and `undefinedIf` leave and
 * no row that refines it takes. Rows must not overlap.
 */
export function allocations(rows: readonly Instruction[]): Allocation[] {
  const all = rows.map((row) => ({ row, encodings: encodingsOf(row) }));
  return all.flatMap(({ row, encodings }) => {
    const refining = all
      .filter((other) => other.row.refines === row.name)
      .flatMap((other) => other.encodings);
    return encodings.map((encoding) => ({
      encoding,
      words: refining.reduce((words, special) => words - wordsTaken(encoding, special), wordsOf(encoding)),
    }));
  });
}
