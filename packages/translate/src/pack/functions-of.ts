import type { CodeReader } from '../translator/code-reader.ts';
import type { FunctionRequest, RegionOptions } from '../translator/region.ts';
import { addressesOf, type ReachedPage } from './reached-code.ts';
import { isFunctionMark, isJumpMark, isPrologue, ReachedFlow } from './reached-flow.ts';

/** Places besides its beginning where a function may be entered. */
const MOST_ENTRIES = 24;
const REACH_BYTES = 0x1_0000;

/** The functions that were executed, as far as they were, for {@link translatePack}. */
export interface ReachedFunctions extends Required<Pick<RegionOptions, 'isFunction' | 'isReached'>> {
  /** In ascending order of their entries. */
  readonly functions: readonly FunctionRequest[];
  /** @returns the entry of the function that an executed instruction belongs to */
  readonly ownerOf: (pc: number) => number | undefined;
}

/** Divides executed instructions among functions: each belongs to the one that leads to it. */
class Division {
  /** Address of the function that an instruction belongs to. */
  readonly owners = new Map<number, number>();
  /** Addresses that are come to neither from before nor from elsewhere, but lie inside of functions. */
  readonly inner = new Set<number>();
  readonly roots = new Set<number>();

  constructor(
    readonly flow: ReachedFlow,
    readonly addresses: readonly number[],
  ) {
    for (const pc of addresses) {
      if (flow.called.has(pc)) this.roots.add(pc);
      else if (!flow.successors.has(pc)) this.#comeTo(pc);
    }
    for (;;) {
      const before = this.roots.size;
      this.#assign();
      if (this.roots.size === before) return;
    }
  }

  /** An instruction that only a register has led to: the beginning of a function, or the target of a jump inside of one. */
  #comeTo(pc: number): void {
    const word = this.flow.reader.word(pc) ?? 0;
    if (isFunctionMark(word) || isPrologue(word)) this.roots.add(pc);
    else if (isJumpMark(word) || this.flow.tableTargets.has(pc) || this.roots.size > 0) this.inner.add(pc);
    else this.roots.add(pc);
  }

  #assign(): void {
    this.owners.clear();
    const shared = new Set<number>();
    for (const root of this.roots) this.#spread(root, root, shared);
    // What is left belongs to what lies before it.
    let last: number | undefined;
    for (const pc of this.addresses) {
      const owner = this.owners.get(pc);
      if (owner === undefined) this.#spread(pc, this.inner.has(pc) ? (last ?? pc) : pc, shared);
      last = this.owners.get(pc);
    }
    for (const pc of shared) this.roots.add(pc);
    for (const [pc, owner] of this.owners) if (pc === owner) this.roots.add(pc);
  }

  #spread(from: number, owner: number, shared: Set<number>): void {
    const pending = [from];
    for (let pc = pending.pop(); pc !== undefined; pc = pending.pop()) {
      const known = this.owners.get(pc);
      if (known === owner) continue;
      if (known !== undefined || (pc !== owner && this.roots.has(pc))) {
        if (known !== undefined && known !== pc) shared.add(pc);
        continue;
      }
      this.owners.set(pc, owner);
      const reached = this.flow.instructions.get(pc);
      if (!reached) continue;
      const { next, branch, table } = reached;
      pending.push(...table);
      if (branch !== undefined) pending.push(branch);
      if (next !== undefined) pending.push(next);
    }
  }

  /** Instructions of each function, ascending. */
  membersByOwner(): Map<number, number[]> {
    const members = new Map<number, number[]>();
    for (const pc of this.addresses) {
      const owner = this.owners.get(pc);
      if (owner === undefined) continue;
      const known = members.get(owner);
      if (known) known.push(pc);
      else members.set(owner, [pc]);
    }
    return members;
  }
}

/** Where the interpreter should hand over besides the function's beginning, the most useful places first. */
function entriesOf(
  division: Division,
  owner: number,
  members: readonly number[],
): Pick<FunctionRequest, 'entries' | 'loopEntries'> {
  const { flow, inner, roots } = division;
  const come: number[] = [];
  const afterInterpreted: number[] = [];
  const loops: number[] = [];
  const sites: number[] = [];
  for (const pc of members) {
    const reached = flow.instructions.get(pc);
    if (!reached) continue;
    const { instruction, next, branch } = reached;
    const { control } = instruction;
    if (inner.has(pc) && !flow.tableTargets.has(pc)) come.push(pc);
    if (next === undefined || division.owners.get(next) !== owner) continue;
    if (control.type === 'interpret') afterInterpreted.push(next);
    if (branch !== undefined && branch <= pc && division.owners.get(branch) === owner) loops.push(branch);
    if (control.type === 'call' && !(control.target !== undefined && roots.has(control.target)))
      sites.push(next);
  }
  const chosen = (places: readonly number[], most: number) =>
    [...new Set(places)].filter((pc) => pc !== owner).slice(0, most);
  const entries = chosen([...come, ...afterInterpreted], MOST_ENTRIES);
  return { entries, loopEntries: chosen([...loops, ...sites], MOST_ENTRIES - entries.length) };
}

/** First instructions of stretches that lie where nobody would look for the function. */
function partsOf({ flow, owners }: Division, owner: number, members: readonly number[]): number[] {
  const isNear = (pc: number) => pc >= owner && pc - owner < REACH_BYTES;
  return members.flatMap((pc) => {
    const { branch, table = [] } = flow.instructions.get(pc) ?? {};
    return [branch, ...table].filter(
      (to): to is number => to !== undefined && !isNear(to) && owners.get(to) === owner,
    );
  });
}

/**
 * Targets of the function's jumps. What says where a table lies may be executed seldom, and so be no part of the function: whoever
 * looks at its instructions alone would not find it.
 */
function jumpTargetsOf(
  { flow, inner, owners }: Division,
  owner: number,
  members: readonly number[],
): number[] {
  const targets = new Set<number>();
  let isUnknown = false;
  for (const pc of members) {
    const reached = flow.instructions.get(pc);
    if (reached?.instruction.control.type !== 'jump') continue;
    isUnknown ||= reached.table.length === 0;
    for (const to of reached.table) if (owners.get(to) === owner) targets.add(to);
  }
  if (isUnknown) for (const pc of members) if (inner.has(pc) && !flow.tableTargets.has(pc)) targets.add(pc);
  return [...targets];
}

/**
 * Finds functions in what was executed, without symbols. They begin where calls lead, and at instructions that nothing
 * executed falls or branches into, unless those look like targets of jumps inside of functions. Code that several functions
 * lead to is a function of its own; code that one function leads to is a part of it, wherever it lies.
 */
export function functionsOf(reached: readonly ReachedPage[], reader: CodeReader): ReachedFunctions {
  const addresses = reached
    .toSorted((a, b) => a.page - b.page)
    .flatMap(addressesOf)
    .filter((pc) => reader.word(pc) !== undefined);
  const executed = new Set(addresses);
  const division = new Division(new ReachedFlow(reader, addresses), addresses);
  const functions = [...division.membersByOwner()].map(([entry, members]): FunctionRequest => ({
    entry,
    ...entriesOf(division, entry, members),
    parts: [...new Set(partsOf(division, entry, members))],
    jumpTargets: jumpTargetsOf(division, entry, members),
  }));
  const { roots, owners } = division;
  return {
    functions: functions.sort((a, b) => a.entry - b.entry),
    isFunction: (pc) => roots.has(pc),
    isReached: (pc) => executed.has(pc),
    ownerOf: (pc) => owners.get(pc),
  };
}
