import { type Statement, supportFunctions, type SupportName } from '@boxer/a64';
import { GUEST_BIAS } from '@boxer/abi';
import { FunctionAssembler, type FunctionType, ModuleBuilder } from '@boxer/wasm';
import { valueType } from '../emit/value-type.ts';
import { CODE_TYPE } from '../interpreter/translated-code.ts';
import type { CodeReader } from './code-reader.ts';
import { FunctionEmitter } from './function-emitter.ts';
import { discoverRegion, type Region, type RegionOptions } from './region.ts';

/** A guest function to translate. */
export interface FunctionRequest {
  readonly entry: number;
  /** Further addresses where the interpreter may hand over, such as heads of loops. */
  readonly entries?: readonly number[];
}

/** Where the interpreter may enter a module: `pc`, through the exported function `name`. */
export interface CodeEntry {
  readonly pc: number;
  readonly name: string;
}

export interface TranslatedModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly entries: readonly CodeEntry[];
  /** Guest code that was translated, as [start, end). The module is wrong as soon as any of it changes. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  readonly instructions: number;
  /** Functions that were called but not translated. */
  readonly missing: readonly number[];
}

export { CODE_TYPE };

/** (fuel, stack, number of the entry) */
const BODY_TYPE: FunctionType = { params: ['i32', 'i32', 'i32'], results: ['i32', 'i32'] };

/** (pc, fuel, stack) */
export const DISPATCH_TYPE: FunctionType = { params: ['i32', 'i32', 'i32'], results: ['i32', 'i32'] };

function supportNames(body: readonly Statement[], names: Set<string>): void {
  for (const statement of body) {
    if (statement.type === 'let' && statement.node.op === 'support')
      names.add(statement.node.detail.name ?? '');
    if (statement.type === 'if' || statement.type === 'choose') {
      supportNames(statement.then, names);
      supportNames(statement.otherwise, names);
    }
  }
}

function importSupport(module: ModuleBuilder, regions: readonly Region[]): Map<string, number> {
  const names = new Set<string>();
  for (const region of regions) {
    for (const block of region.blocks.values())
      for (const { builder } of block.instructions) supportNames(builder.body, names);
  }
  return new Map(
    [...names].map((name) => {
      const { params, result } = supportFunctions[name as SupportName];
      const type = { params: params.map(valueType), results: [valueType(result)] };
      return [name, module.importFunction('support', name, type)];
    }),
  );
}

/** Merged, sorted stretches of code. */
function rangesOf(regions: readonly Region[]): { start: number; end: number }[] {
  const blocks = regions.flatMap((region) =>
    [...region.blocks.values()].map(({ pc, instructions }) => ({
      start: pc,
      end: pc + 4 * instructions.length,
    })),
  );
  blocks.sort((a, b) => a.start - b.start);
  const ranges: { start: number; end: number }[] = [];
  for (const block of blocks) {
    const last = ranges.at(-1);
    if (last && block.start <= last.end) last.end = Math.max(last.end, block.end);
    else ranges.push({ ...block });
  }
  return ranges;
}

/**
 * Translates guest functions into a Wasm module over a process's memory. Imports: "process" (memory, dispatch,
 * settleFlags) and "support"; exports one function of {@link CODE_TYPE} for each entry.
 */
export function translateModule(
  reader: CodeReader,
  requests: readonly FunctionRequest[],
  options: RegionOptions = {},
): TranslatedModule {
  const regions = requests.map(({ entry, entries }) => discoverRegion(reader, entry, entries, options));
  const module = new ModuleBuilder();
  module.importMemory('process', 'memory', { minimum: GUEST_BIAS / 65536, maximum: 65536 });
  const dispatch = module.importFunction('process', 'dispatch', DISPATCH_TYPE);
  const settleFlags = module.importFunction('process', 'settleFlags', { params: [], results: [] });
  const support = importSupport(module, regions);
  const found = requests.filter(({ entry }, i) => regions[i]?.blocks.has(entry));
  const bodies = new Map(found.map(({ entry }) => [entry, module.declare(BODY_TYPE)]));
  const missing = new Set<number>();
  const entries: CodeEntry[] = [];
  requests.forEach(({ entry, entries: more = [] }, i) => {
    const region = regions[i];
    const body = bodies.get(entry);
    if (!region || body === undefined) return;
    const places = [...new Set([entry, ...more.filter((pc) => region.blocks.has(pc))])];
    const f = new FunctionAssembler(BODY_TYPE.params.length);
    new FunctionEmitter(f, region, places, {
      dispatch,
      settleFlags,
      support: (name) => support.get(name) ?? 0,
      direct: (target) => bodies.get(target),
    }).emit();
    module.define(body, f);
    places.forEach((pc, index) => {
      const name = pc.toString(16);
      if (entries.some((known) => known.pc === pc)) return;
      const wrapper = module.function(CODE_TYPE, (g) => g.get(0).get(1).i32(index).returnCall(body));
      module.export(name, 'function', wrapper);
      entries.push({ pc, name });
    });
    for (const target of region.calls) if (!bodies.has(target)) missing.add(target);
  });
  const instructions = regions.reduce(
    (sum, { blocks }) => sum + [...blocks.values()].reduce((n, block) => n + block.instructions.length, 0),
    0,
  );
  return { bytes: module.finish(), entries, ranges: rangesOf(regions), instructions, missing: [...missing] };
}
