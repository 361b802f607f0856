import { emitRegions, stretchesOf } from './code-module.ts';
import type { CodeReader } from './code-reader.ts';
import { enterRegion } from './enter-region.ts';
import { countInstructions, type FunctionRequest, type RegionOptions } from './region.ts';
import { splitRegion } from './split-region.ts';

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

/**
 * Translates guest functions into a Wasm module over a process's memory. Imports: "process" (memory, code,
 * settleFlags, resume) and "support"; exports one function of CODE_TYPE for each entry.
 */
export function translateModule(
  reader: CodeReader,
  requests: readonly FunctionRequest[],
  options: RegionOptions = {},
): TranslatedModule {
  const all = requests.flatMap((request) => enterRegion(reader, request, options) ?? []);
  const regions = all.flatMap((each) => splitRegion(each, options));
  const { module, functions } = emitRegions(regions, { origin: 0, movable: false });
  const entries = new Map<number, CodeEntry>();
  regions.forEach(({ entries: places }, i) => {
    places.forEach((pc, at) => {
      const index = functions[i]?.entries[at];
      if (entries.has(pc) || index === undefined) return;
      const name = pc.toString(16);
      module.export(name, 'function', index);
      entries.set(pc, { pc, name });
    });
  });
  const present = new Set(regions.map(({ region }) => region.entry));
  const called = regions.flatMap(({ region }) => region.calls);
  return {
    bytes: module.finish(),
    entries: [...entries.values()],
    ranges: stretchesOf(all.map(({ region }) => region)),
    instructions: all.reduce((sum, { region }) => sum + countInstructions(region.blocks.values()), 0),
    missing: [...new Set(called)].filter((target) => !present.has(target)),
  };
}
