import type { PackPlan } from '@boxer/translate';

/** A pack that can be installed. */
export interface LoadedPack {
  readonly module: WebAssembly.Module;
  readonly plan: PackPlan;
}

/** Packs that could be had, by the weak hashes of the guest pages that they have code of. */
export interface PackCatalogue {
  /** In ascending order: hash × 2^20 + number of the pack. */
  readonly rows: Float64Array;
}

/** Packs that one catalogue can number. */
export const MAX_PACKS = 2 ** 20;

/** What a supplier of packs posts to the thread that runs a box. */
export type SupplyMessage =
  /** Comes first. */
  | { readonly type: 'catalogue'; readonly catalogue: PackCatalogue }
  /** A pack that was asked for; without one when it is damaged or gone. */
  | { readonly type: 'pack'; readonly number: number; readonly pack?: LoadedPack };

/** What the thread that runs a box asks for. */
export type SupplyRequest =
  /** Packs by number. Those that have machine code come at once, others when the box is warm. */
  | { readonly type: 'packs'; readonly numbers: readonly number[] }
  /** The box has run for so long that compiling packs is worth it. */
  | { readonly type: 'warm' };

/** @returns the numbers of the packs that may have code of a page with this hash */
export function packsOf({ rows }: PackCatalogue, hash: number): number[] {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] ?? 0) < hash * MAX_PACKS) low = middle + 1;
    else high = middle;
  }
  const numbers: number[] = [];
  for (let row = rows[low]; row !== undefined && row < (hash + 1) * MAX_PACKS; row = rows[++low])
    numbers.push(row % MAX_PACKS);
  return numbers;
}

/** @param hashes - by the number of the pack */
export function catalogueOf(hashes: readonly (readonly number[])[]): PackCatalogue {
  const rows = hashes
    .slice(0, MAX_PACKS)
    .flatMap((each, number) => each.map((hash) => hash * MAX_PACKS + number));
  return { rows: Float64Array.from(rows).sort() };
}
