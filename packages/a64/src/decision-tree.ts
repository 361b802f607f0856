/** What a word must match: `(word & mask) === value`. */
export interface Matcher {
  readonly mask: number;
  readonly value: number;
}

/** Tests one bit, or lists the matchers that remain, those with the most fixed bits first. */
export type DecisionTree<T extends Matcher> =
  | { readonly bit: number; readonly zero: DecisionTree<T>; readonly one: DecisionTree<T> }
  | { readonly leaf: readonly T[] };

/** @returns the number of fixed bits */
export function fixedBits(mask: number): number {
  let count = 0;
  for (let rest = mask >>> 0; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/**
 * Matchers that a tested bit leaves open appear on both sides. With 5, the instruction table grows by 15 % and no deeper;
 * with 1, by 250 %.
 */
const COST_OF_DUPLICATE = 5;

/** The untested bit that divides the matchers best, or -1. */
function bestBit(matchers: readonly Matcher[], tested: number): number {
  let best = -1;
  let bestScore = Infinity;
  for (let bit = 0; bit < 32; bit++) {
    if ((tested >>> bit) & 1) continue;
    let [zeros, ones, either] = [0, 0, 0];
    for (const { mask, value } of matchers) {
      if (!((mask >>> bit) & 1)) either += 1;
      else if ((value >>> bit) & 1) ones += 1;
      else zeros += 1;
    }
    const score = Math.max(zeros, ones) + COST_OF_DUPLICATE * either;
    if (zeros > 0 && ones > 0 && score < bestScore) [best, bestScore] = [bit, score];
  }
  return best;
}

/** Tests one bit. What lies below is arranged when it is asked for: a program has few of all instructions. */
class Division<T extends Matcher> {
  readonly bit: number;
  readonly #matchers: readonly T[];
  readonly #tested: number;
  #zero: DecisionTree<T> | undefined;
  #one: DecisionTree<T> | undefined;

  constructor(matchers: readonly T[], tested: number, bit: number) {
    this.bit = bit;
    this.#matchers = matchers;
    this.#tested = tested | (1 << bit);
  }

  get zero(): DecisionTree<T> {
    this.#zero ??= decisionTree(this.#side(0), this.#tested);
    return this.#zero;
  }

  get one(): DecisionTree<T> {
    this.#one ??= decisionTree(this.#side(1), this.#tested);
    return this.#one;
  }

  #side(wanted: number): readonly T[] {
    return this.#matchers.filter(
      ({ mask, value }) => !((mask >>> this.bit) & 1) || ((value >>> this.bit) & 1) === wanted,
    );
  }
}

/** Arranges matchers so that a word meets only few of them. */
export function decisionTree<T extends Matcher>(matchers: readonly T[], tested = 0): DecisionTree<T> {
  const bit = matchers.length > 1 ? bestBit(matchers, tested) : -1;
  if (bit >= 0) return new Division(matchers, tested, bit);
  return { leaf: [...matchers].sort((a, b) => fixedBits(b.mask) - fixedBits(a.mask)) };
}

/** @returns the matchers that a word may meet, in order of preference */
export function candidates<T extends Matcher>(tree: DecisionTree<T>, word: number): readonly T[] {
  let at = tree;
  while ('bit' in at) at = (word >>> at.bit) & 1 ? at.one : at.zero;
  return at.leaf;
}
