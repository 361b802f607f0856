import type { RegionToEmit } from './code-module.ts';
import type { CodeReader } from './code-reader.ts';
import { loopHeadersOf } from './loops.ts';
import { discoverRegion, type FunctionRequest, type RegionOptions } from './region.ts';

/** Finds a function's blocks and where of them it is entered; undefined when its first instruction cannot be read. */
export function enterRegion(
  reader: CodeReader,
  request: FunctionRequest,
  options: RegionOptions,
): RegionToEmit | undefined {
  const { entry, entries = [], loopEntries = [] } = request;
  const region = discoverRegion(reader, request, options);
  if (!region.blocks.has(entry)) return undefined;
  const places = [entry, ...entries, ...loopHeadersOf(region, loopEntries)];
  return { region, entries: [...new Set(places)].filter((pc) => region.blocks.has(pc)) };
}
