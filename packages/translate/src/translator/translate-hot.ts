import { PAGE_SIZE_BYTES } from '@boxer/abi';
import type { CodePack } from '../pack/code-pack.ts';
import { translatePack } from '../pack/translate-pack.ts';
import type { CodeReader } from './code-reader.ts';
import { discoverRegion, type FunctionRequest, type Region } from './region.ts';

/** Instructions of one function at most. */
const FUNCTION_INSTRUCTIONS = 20_000;
/** Instructions of a module, from which on no more callees are taken in. */
const MODULE_INSTRUCTIONS = 5000;
/** Callees that have not been seen to be hot themselves come along when they are small. */
const CALLEE_INSTRUCTIONS = 120;
const MODULE_FUNCTIONS = 48;
/** Places where a function may be entered. */
const MAX_ENTRIES = 24;

/** A place where a process spends its time. */
export interface HotPlace {
  readonly pc: number;
  /** Where its function seems to begin. */
  readonly entry: number;
}

/** Where calls come back to that may leave the module: the interpreter hands over there again. */
function returnSites(region: Region, isInModule: (target: number) => boolean): number[] {
  return [...region.blocks.values()].flatMap(({ instructions }) => {
    const last = instructions.at(-1);
    if (last?.control.type !== 'call') return [];
    const { target } = last.control;
    return (target !== undefined && isInModule(target)) || !region.blocks.has(last.pc + 4)
      ? []
      : [last.pc + 4];
  });
}

/** Finds the functions of hot places, and what they call, nearest first. */
function requestsFor(
  reader: CodeReader,
  places: readonly HotPlace[],
  isKnown: (pc: number) => boolean,
): { readonly requests: FunctionRequest[]; readonly isFunction: (pc: number) => boolean } {
  const entries = new Map<number, Set<number>>();
  const functions = new Set(places.map(({ entry }) => entry));
  const isFunction = (pc: number) => functions.has(pc) || isKnown(pc);
  const options = { isFunction, maximumInstructions: FUNCTION_INSTRUCTIONS };
  const pending: number[] = [];
  let instructions = 0;
  const add = (entry: number, pc: number) => {
    const known = entries.get(entry);
    if (!known) pending.push(entry);
    entries.set(entry, (known ?? new Set()).add(pc));
  };
  for (const { pc, entry } of places) {
    const inside = pc === entry || discoverRegion(reader, { entry }, options).blocks.has(pc);
    add(inside ? entry : pc, pc);
  }
  const hot = new Set(entries.keys());
  const isHot = (entry: number) => hot.has(entry);
  for (let entry = pending.shift(); entry !== undefined; entry = pending.shift()) {
    const region = discoverRegion(reader, { entry }, options);
    const size = [...region.blocks.values()].reduce((sum, block) => sum + block.instructions.length, 0);
    if (!isHot(entry) && size > CALLEE_INSTRUCTIONS) {
      entries.delete(entry);
      continue;
    }
    instructions += size;
    if (instructions > MODULE_INSTRUCTIONS) break;
    for (const call of region.calls) {
      functions.add(call);
      if (
        !entries.has(call) &&
        !isKnown(call) &&
        entries.size < MODULE_FUNCTIONS &&
        reader.word(call) !== undefined
      )
        add(call, call);
    }
  }
  const requests = [...entries].map(([entry, pcs]) => {
    const region = discoverRegion(reader, { entry, entries: [...pcs] }, options);
    return {
      entry,
      entries: [...pcs, ...returnSites(region, (target) => entries.has(target))].slice(0, MAX_ENTRIES),
    };
  });
  return { requests, isFunction };
}

/** Translated functions, and the guest address that their pack's offsets count from. */
export interface PlacedPack {
  readonly pack: CodePack;
  readonly base: number;
}

/**
 * Translates the functions around hot places together with functions that they call.
 *
 * @param isKnown - whether an address is translated elsewhere already
 */
export function translateHot(
  reader: CodeReader,
  places: readonly HotPlace[],
  isKnown: (pc: number) => boolean,
): PlacedPack {
  const { requests, isFunction } = requestsFor(reader, places, isKnown);
  const lowest = Math.min(...requests.map(({ entry }) => entry));
  const base = requests.length === 0 ? 0 : lowest - (lowest % PAGE_SIZE_BYTES);
  const options = { isFunction, maximumInstructions: FUNCTION_INSTRUCTIONS };
  return { pack: translatePack(reader, { base, functions: requests, ...options }), base };
}
