import { supportFunctions, type SupportName } from '@boxer/a64';
import { GUEST_BIAS } from '@boxer/abi';
import { FunctionAssembler, type FunctionType, ModuleBuilder } from '@boxer/wasm';
import { valueType } from '../emit/value-type.ts';
import { CODE_TYPE, emitDispatch, ENTRY_SHIFT, RESUME_TYPE } from '../interpreter/translated-code.ts';
import type { ValidBit } from './call-emitter.ts';
import { FunctionEmitter } from './function-emitter.ts';
import type { Region } from './region.ts';

/** (pc, fuel, stack) */
const DISPATCH_TYPE: FunctionType = { params: ['i32', 'i32', 'i32'], results: ['i32', 'i32'] };

/** A region, and where it may be entered: its own entry first, all of them blocks of it. */
export interface RegionToEmit {
  readonly region: Region;
  readonly entries: readonly number[];
}

/** How the module learns where its code lies, and which of its functions may be executed. */
export interface CodeModuleOptions {
  /** What the base is while translating: addresses are emitted as distances from it. */
  readonly origin: number;
  /** Whether the base is set later, and functions have a global that says whether they are valid. */
  readonly movable: boolean;
}

/** What was emitted of a region. */
export interface EmittedFunction {
  /** Functions of CODE_TYPE, in the order of the entries. */
  readonly entries: readonly number[];
}

export interface EmittedModule {
  readonly module: ModuleBuilder;
  readonly functions: readonly EmittedFunction[];
  /** The global with the base. */
  readonly base: number;
  /** The table of translated code. */
  readonly codeTable: number;
  /** Globals of a movable module: function i is valid while bit i % {@link VALID_BITS} of global i / {@link VALID_BITS} is 1. */
  readonly valid: readonly number[];
}

/** Functions that share a global. */
export const VALID_BITS = 32;

function importSupport(module: ModuleBuilder, regions: readonly RegionToEmit[]): Map<string, number> {
  const names = new Set<string>();
  for (const { region } of regions) {
    for (const block of region.blocks.values())
      for (const { form } of block.instructions) for (const name of form.support) names.add(name);
  }
  return new Map(
    [...names].map((name) => {
      const { params, result } = supportFunctions[name as SupportName];
      const type = { params: params.map(valueType), results: [valueType(result)] };
      return [name, module.importFunction('support', name, type)];
    }),
  );
}

/** The functions of a region by the order of its entries: the first one has its code, the others lead there. */
interface Body {
  readonly entries: readonly number[];
  readonly valid: ValidBit | undefined;
}

/** Gives a function that enters another one at an entry that is not its first its body. */
function enterAt(module: ModuleBuilder, wrapper: number, body: number, index: number): void {
  module.body(wrapper, CODE_TYPE.params.length, (f) =>
    f
      .get(0)
      .get(1)
      .i32(index << ENTRY_SHIFT)
      .op('i32.or')
      .returnCall(body),
  );
}

/** The functions that enter translated code, by address. Parts of a region that was split go on in others. */
function calleesOf(regions: readonly RegionToEmit[], bodies: readonly Body[]): Map<number, number> {
  const callees = new Map<number, number>();
  const note = (pc: number, callee: number | undefined) => {
    if (callee !== undefined && !callees.has(pc)) callees.set(pc, callee);
  };
  regions.forEach(({ region }, i) => note(region.entry, bodies[i]?.entries[0]));
  regions.forEach(({ entries }, i) => entries.forEach((pc, at) => note(pc, bodies[i]?.entries[at])));
  return callees;
}

/** A module with the functions of regions: imports, and one body for each. What it exports is up to the caller. */
export function emitRegions(
  regions: readonly RegionToEmit[],
  { origin, movable }: CodeModuleOptions,
): EmittedModule {
  const module = new ModuleBuilder();
  module.importMemory('process', 'memory', { minimum: GUEST_BIAS / 65536, maximum: 65536 });
  const settleFlags = module.importFunction('process', 'settleFlags', { params: [], results: [] });
  const resume = module.importFunction('process', 'resume', RESUME_TYPE);
  const support = importSupport(module, regions);
  const codeTable = module.importTable('process', 'code', { minimum: 1 });
  const base = module.global({ type: 'i32', mutable: movable, initial: movable ? 0 : origin });
  const codeType = module.type(CODE_TYPE);
  const resultsType = module.type({ params: [], results: CODE_TYPE.results });
  const dispatch = module.function(DISPATCH_TYPE, (f) =>
    emitDispatch(f, { table: codeTable, type: codeType }),
  );
  const valid: number[] = [];
  const bodies = regions.map(({ entries }, i): Body => {
    if (movable && i % VALID_BITS === 0)
      valid.push(module.global({ type: 'i32', mutable: true, initial: 0 }));
    const global = valid.at(-1);
    return {
      entries: entries.map(() => module.declare(CODE_TYPE)),
      valid: global === undefined ? undefined : { global, bit: i % VALID_BITS },
    };
  });
  const callees = calleesOf(regions, bodies);
  const functions = regions.map(({ region, entries }, i): EmittedFunction => {
    const body = bodies[i];
    const [first] = body?.entries ?? [];
    if (!body || first === undefined) throw new RangeError(`Region ${region.entry} is not declared`);
    const f = new FunctionAssembler(CODE_TYPE.params.length);
    new FunctionEmitter(f, region, entries, {
      dispatch,
      codeTable,
      codeType,
      resultsType,
      settleFlags,
      resume,
      base,
      origin,
      support: (name) => support.get(name) ?? 0,
      valid: body.valid,
      direct: (target) => callees.get(target),
    }).emit();
    module.define(first, f);
    body.entries.forEach((wrapper, index) => {
      if (index > 0) enterAt(module, wrapper, first, index);
    });
    return { entries: body.entries };
  });
  return { module, functions, base, codeTable, valid };
}

/** Merged, sorted stretches of code of regions, as [start, end). */
export function stretchesOf(regions: readonly Region[]): { readonly start: number; readonly end: number }[] {
  const addresses = new Set<number>();
  for (const { blocks } of regions)
    for (const { instructions } of blocks.values()) for (const { pc } of instructions) addresses.add(pc);
  const ranges: { start: number; end: number }[] = [];
  for (const pc of [...addresses].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.end === pc) last.end += 4;
    else ranges.push({ start: pc, end: pc + 4 });
  }
  return ranges;
}
