import type { FunctionAssembler, Label, Local } from '@boxer/wasm';

/** An address, by its distance from some base, and where to go when it is the one. */
export interface AddressCase {
  /** In bytes, a multiple of 4. */
  readonly distance: number;
  readonly label: Label;
}

/** What chooses by an address. */
export interface AddressChoice {
  /** i32: the distance of the address. */
  readonly distance: Local;
  /** Where to go with an address that no case has. */
  readonly unknown: Label;
}

/** So many entries a case, and some more, may one table have. */
const ENTRIES_PER_CASE = 4;
const MORE_ENTRIES = 64;
/** Fewer cases are compared one after the other. */
const COMPARED_CASES = 3;

/**
 * Goes where the case of an address leads. V8's optimising compiler takes seconds for tables of ten thousand entries, so cases
 * that lie far apart are first divided among stretches of equal length. It also computes what does not change in a loop before the loop:
 * distances are constants, addresses would each be a value to keep.
 *
 * @param cases - in ascending order of their addresses
 */
export function emitChooseAddress(
  f: FunctionAssembler,
  choice: AddressChoice,
  cases: readonly AddressCase[],
): void {
  const { unknown } = choice;
  if (cases.length <= COMPARED_CASES) {
    for (const { distance, label } of cases) f.get(choice.distance).i32(distance).op('i32.eq').brIf(label);
    f.br(unknown);
    return;
  }
  const first = cases[0]?.distance ?? 0;
  const wordsApart = ((cases.at(-1)?.distance ?? 0) - first) / 4;
  const most = ENTRIES_PER_CASE * cases.length + MORE_ENTRIES;
  let shift = 0;
  while (wordsApart >>> shift >= most) shift++;
  const stretches = new Map<number, AddressCase[]>();
  for (const each of cases) {
    const index = ((each.distance - first) / 4) >>> shift;
    const known = stretches.get(index);
    if (known) known.push(each);
    else stretches.set(index, [each]);
  }
  const lists = [...stretches.values()];
  const labels =
    shift === 0 ? lists.map(([each]) => each?.label ?? unknown) : lists.map(() => f.block()).reverse();
  const byIndex = new Map([...stretches.keys()].map((index, i) => [index, labels[i]]));
  f.get(choice.distance).i32(first).op('i32.sub').i32(2).op('i32.rotr');
  if (shift > 0) f.i32(shift).op('i32.shr_u');
  f.brTable(
    Array.from({ length: (wordsApart >>> shift) + 1 }, (_, i) => byIndex.get(i) ?? unknown),
    unknown,
  );
  if (shift === 0) return;
  for (const list of lists) {
    f.end();
    emitChooseAddress(f, choice, list);
  }
}
