import {
  codeIndexHeader,
  codeIndexPlan,
  codeIndexRange,
  codeIndexRow,
  HOST_TABLE_BASE,
  hostSlots,
} from '@boxer/abi';
import type { PackPlan } from '@boxer/translate';
import { ModuleBuilder } from '@boxer/wasm';

/** Lays out arrays of u32 one behind the other. */
class IndexWriter {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #next: number;

  /** @param from - where the first array is put */
  constructor(sizeBytes: number, from: number) {
    this.#bytes = new Uint8Array(sizeBytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#next = from;
  }

  word(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** @returns where the words are */
  words(values: Iterable<number>): number {
    const at = this.#next;
    for (const value of values) {
      this.word(this.#next, value);
      this.#next += 4;
    }
    return at;
  }

  /** @returns where the bytes are */
  bytes(bytes: Uint8Array): number {
    const at = this.#next;
    this.#bytes.set(bytes, at);
    this.#next += (bytes.length + 3) & ~3;
    return at;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#next);
  }
}

interface HashRow {
  readonly hash: number;
  readonly pack: number;
  readonly page: number;
}

function rowsOf(plans: readonly PackPlan[]): HashRow[] {
  const rows = plans.flatMap(({ hashes }, pack) =>
    Array.from({ length: hashes.length / 2 }, (_, i): HashRow => ({
      hash: hashes[2 * i + 1] ?? 0,
      pack,
      page: hashes[2 * i] ?? 0,
    })),
  );
  return rows.sort((a, b) => a.hash - b.hash || a.pack - b.pack || a.page - b.page);
}

/** @returns the index of packs, as code-index.ts of @boxer/abi says */
export function encodeCodeIndex(plans: readonly PackPlan[]): Uint8Array<ArrayBuffer> {
  const rows = rowsOf(plans);
  const rowsAt = codeIndexHeader.size;
  const plansAt = rowsAt + rows.length * codeIndexRow.size;
  const arraysAt = plansAt + plans.length * codeIndexPlan.size;
  const most = plans.flatMap((plan) => Object.values(plan) as readonly (Uint8Array | Uint32Array)[]);
  const out = new IndexWriter(
    most.reduce((sum, { byteLength }) => sum + byteLength + 4, arraysAt),
    arraysAt,
  );
  rows.forEach(({ hash, pack, page }, i) => {
    const at = rowsAt + i * codeIndexRow.size;
    out.word(at + codeIndexRow.hash, hash);
    out.word(at + codeIndexRow.pack, pack);
    out.word(at + codeIndexRow.page, page);
  });
  // Index 0 of the table is nobody's.
  let firstSlot = 1;
  plans.forEach((plan, i) => {
    const at = plansAt + i * codeIndexPlan.size;
    const fields: readonly (readonly [Exclude<keyof typeof codeIndexPlan, 'size'>, number])[] = [
      ['functionCount', plan.firstRange.length - 1],
      ['entryCount', plan.entries.length],
      ['pageCount', plan.pages.length],
      ['firstSlot', firstSlot],
      ['firstRangeAt', out.words(plan.firstRange)],
      ['firstEntryAt', out.words(plan.firstEntry)],
      ['rangesAt', out.words(plan.ranges)],
      ['entriesAt', out.words(plan.entries)],
      ['pagesAt', out.words(plan.pages)],
      ['firstFunctionAt', out.words(plan.firstFunction)],
      ['functionsOfPageAt', out.words(plan.functionsOfPage)],
      ['codeAt', out.bytes(plan.code)],
    ];
    for (const [name, value] of fields) out.word(at + codeIndexPlan[name], value);
    firstSlot += plan.entries.length;
  });
  const index = out.finish();
  out.word(codeIndexHeader.bytes, index.length);
  out.word(codeIndexHeader.rowCount, rows.length);
  out.word(codeIndexHeader.packCount, plans.length);
  out.word(codeIndexHeader.rowsAt, rowsAt);
  return index;
}

// Rows of plans are written as they are.
if (codeIndexRange.size !== 12 || codeIndexRange.bytes !== 4 || codeIndexRange.code !== 8)
  throw new RangeError('The rows of ranges are not those of PackPlan');

/** A core module that holds the index as passive data and registers `codeIndex` in the kernel's table. */
export function codeIndexModule(plans: readonly PackPlan[]): Uint8Array {
  const index = encodeCodeIndex(plans);
  const module = new ModuleBuilder();
  module.importMemory('kernel', 'memory', { minimum: 1 });
  const table = module.importTable('kernel', 'table', { minimum: 1 });
  const segment = module.passiveData(index);
  const read = module.function({ params: ['i32', 'i32'], results: ['i32'] }, (f) => {
    const [address, n] = [0, 1];
    f.get(address).i32(0);
    f.i32(index.length).get(n).get(n).i32(index.length).op('i32.gt_u').op('select').tee(n);
    f.memoryInit(segment).get(n);
  });
  module.declareReferences([read]);
  const start = module.function({ params: [], results: [] }, (f) =>
    f
      .i32(HOST_TABLE_BASE + hostSlots.codeIndex.index)
      .refFunction(read)
      .tableSet(table),
  );
  module.start(start);
  return module.finish();
}
