import type { FunctionAssembler, Label, Local } from '@boxer/wasm';

/** An address, and where to go when it is the one. */
export interface AddressCase {
  readonly pc: number;
  readonly label: Label;
}

/** What chooses by an address. */
export interface AddressChoice {
  /** i32 */
  readonly address: Local;
  readonly pushAddress: (pc: number) => void;
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
 * that lie far apart are first divided among stretches of equal length.
 *
 * @param cases - in ascending order of their addresses
 */
export function emitChooseAddress(
  f: FunctionAssembler,
  choice: AddressChoice,
  cases: readonly AddressCase[],
): void {
  const { address, pushAddress, unknown } = choice;
  if (cases.length <= COMPARED_CASES) {
    for (const { pc, label } of cases) {
      f.get(address);
      pushAddress(pc);
      f.op('i32.eq').brIf(label);
    }
    f.br(unknown);
    return;
  }
  const first = cases[0]?.pc ?? 0;
  const wordsApart = ((cases.at(-1)?.pc ?? 0) - first) / 4;
  const most = ENTRIES_PER_CASE * cases.length + MORE_ENTRIES;
  let shift = 0;
  while (wordsApart >>> shift >= most) shift++;
  const stretches = new Map<number, AddressCase[]>();
  for (const each of cases) {
    const index = ((each.pc - first) / 4) >>> shift;
    const known = stretches.get(index);
    if (known) known.push(each);
    else stretches.set(index, [each]);
  }
  const lists = [...stretches.values()];
  const labels =
    shift === 0 ? lists.map(([each]) => each?.label ?? unknown) : lists.map(() => f.block()).reverse();
  const byIndex = new Map([...stretches.keys()].map((index, i) => [index, labels[i]]));
  f.get(address);
  pushAddress(first);
  f.op('i32.sub').i32(2).op('i32.rotr');
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
