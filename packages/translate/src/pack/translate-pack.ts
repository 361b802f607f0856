import { PAGE_SIZE_BYTES } from '@boxer/abi';
import { type EmittedModule, emitRegions, stretchesOf, VALID_BITS } from '../translator/code-module.ts';
import type { CodeReader } from '../translator/code-reader.ts';
import { enterRegion } from '../translator/enter-region.ts';
import {
  countInstructions,
  type FunctionRequest,
  type Region,
  type RegionOptions,
} from '../translator/region.ts';
import { splitRegion } from '../translator/split-region.ts';
import {
  type CodePack,
  type CodeRange,
  PACK_SECTION,
  packExports,
  type PackEntry,
  type PackFunction,
  type PackInfo,
} from './code-pack.ts';
import { hashOfPage, type PackedPage } from './page-hash.ts';
import { encodePackInfo } from './pack-section.ts';

export interface PackRequest extends RegionOptions {
  /** Guest address that the pack's offsets count from, a multiple of a page; at or below all functions. */
  readonly base: number;
  readonly functions: readonly FunctionRequest[];
}

function bytesOf(reader: CodeReader, start: number, end: number): Uint8Array {
  const out = new Uint8Array(end - start);
  const view = new DataView(out.buffer);
  for (let at = start; at < end; at += 4) view.setUint32(at - start, reader.word(at) ?? 0, true);
  return out;
}

function rangesOf(reader: CodeReader, base: number, region: Region): CodeRange[] {
  return stretchesOf([region]).map(({ start, end }) => ({
    offset: start - base,
    bytes: bytesOf(reader, start, end),
  }));
}

function pagesOf(reader: CodeReader, base: number, functions: readonly PackFunction[]): PackedPage[] {
  const pages = new Set<number>();
  for (const { ranges } of functions) {
    for (const { offset, bytes } of ranges) {
      const last = Math.floor((offset + bytes.length - 1) / PAGE_SIZE_BYTES);
      for (let page = Math.floor(offset / PAGE_SIZE_BYTES); page <= last; page++) pages.add(page);
    }
  }
  return [...pages]
    .sort((a, b) => a - b)
    .flatMap((page) => {
      const hash = hashOfPage(reader, base + page * PAGE_SIZE_BYTES);
      return hash === undefined ? [] : [{ page, hash }];
    });
}

/** Entries by which the table of code grows beyond what is needed. */
const TABLE_GROWTH = 64;

/** Adds what {@link packExports} names. */
function exportAll({ module, functions, base, codeTable, valid }: EmittedModule): void {
  const place = module.function({ params: ['i32'], results: [] }, (f) => f.get(0).globalSet(base));
  module.export(packExports.place, 'function', place);
  const entries = module.passiveElements(functions.flatMap((each) => each.entries));
  const install = module.function({ params: ['i32', 'i32', 'i32'], results: [] }, (f) => {
    const [to, from, count] = [0, 1, 2];
    const missing = f.local('i32');
    f.get(to).get(count).op('i32.add').tableSize(codeTable).op('i32.sub').tee(missing);
    f.i32(0).op('i32.gt_s').if();
    f.refNullFunction().get(missing).i32(TABLE_GROWTH).op('i32.add').tableGrow(codeTable).op('drop').end();
    f.get(to).get(from).get(count).tableInit(codeTable, entries);
  });
  module.export(packExports.install, 'function', install);
  const validate = module.function({ params: ['i32', 'i32'], results: [] }, (f) => {
    const none = f.block();
    const labels = valid.map(() => f.block()).reverse();
    f.get(0).i32(Math.log2(VALID_BITS)).op('i32.shr_u').brTable(labels, none);
    for (const global of valid) {
      f.end().globalGet(global).i32(-2).get(0).op('i32.rotl').op('i32.and');
      f.get(1).get(0).op('i32.shl').op('i32.or').globalSet(global).op('return');
    }
    f.end();
  });
  module.export(packExports.validate, 'function', validate);
  const invalidate = module.function({ params: [], results: [] }, (f) => {
    for (const global of valid) f.i32(0).globalSet(global);
  });
  module.export(packExports.invalidate, 'function', invalidate);
}

/**
 * Translates guest functions into a pack. Those that cannot be read are left out.
 *
 * @throws RangeError when the base is not a page's address, or above a function
 */
export function translatePack(reader: CodeReader, { base, functions, ...options }: PackRequest): CodePack {
  if (base % PAGE_SIZE_BYTES !== 0) throw new RangeError(`The base ${base} is not the address of a page`);
  // Offsets are not negative.
  const isReached = (pc: number) => pc >= base && (options.isReached?.(pc) ?? true);
  const unique = new Map(functions.map((request) => [request.entry, request]));
  const regions = [...unique.values()].flatMap((request) => {
    const { entry } = request;
    if (entry < base) throw new RangeError(`The function at ${entry} lies below the base ${base}`);
    const found = enterRegion(reader, request, { ...options, isReached });
    return found ? splitRegion(found, options) : [];
  });
  const emitted = emitRegions(regions, { origin: base, movable: true });
  exportAll(emitted);
  let next = 0;
  const packed = regions.map(({ region, entries }, index): PackFunction => ({
    index,
    entries: entries.map((pc): PackEntry => ({ offset: pc - base, index: next++ })),
    ranges: rangesOf(reader, base, region),
    instructions: countInstructions(region.blocks.values()),
  }));
  const info: PackInfo = {
    pages: pagesOf(reader, base, packed),
    functions: packed,
    instructions: packed.reduce((sum, { instructions }) => sum + instructions, 0),
  };
  const { module } = emitted;
  module.custom(PACK_SECTION, encodePackInfo(info));
  const present = new Set(regions.map(({ region }) => region.entry));
  const called = new Set(regions.flatMap(({ region }) => region.calls));
  return { bytes: module.finish(), info, missing: [...called].filter((target) => !present.has(target)) };
}
