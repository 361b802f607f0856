import { GUEST_BIAS, PAGE_SHIFT, pagePermissions, PERMISSIONS_AT, RECORD_INDEX_AT } from '@boxer/abi';
import { cpuState, engineCells } from '@boxer/abi';
import type { FunctionAssembler, FunctionType, Local, ModuleBuilder } from '@boxer/wasm';
import {
  cells,
  CHUNK_BYTES,
  CHUNKS_AT,
  GRANULE_SHIFT,
  GRANULES_AT,
  operations,
  PAGES_PER_CHUNK,
  RECORD_BYTES,
  RECORD_PAGE_BYTES,
  SENTINEL_ANNOUNCED,
  SENTINEL_GUEST_PAGE,
  SENTINEL_OFFSET,
  SENTINEL_TRANSLATED,
} from './layout.ts';

const i32: FunctionType = { params: ['i32'], results: ['i32'] };
const RECORD_INDEX_BYTES = 0x40_0000;
const LOWEST_PAGE_COUNT = 2;

/** Functions that keep predecoded records, by index. */
export interface RecordPages {
  /** (pc) → address of its record; a page of records must be left. */
  readonly recordOfPc: number;
  /** (target i64) → address of its record; 0, with pc and fault cells set, when no code can be there. */
  readonly recordOfTarget: number;
  /** (record) → pc; the sentinel counts as the next page's first instruction. */
  readonly pcOfRecord: number;
  /**
   * (record) → the record to execute, predecoded; 0, with the fault cells set, when its page is not executable. Tells the
   * kernel when it is the page's first one.
   */
  readonly predecode: number;
  /** (sentinel) → first record of the next guest page. */
  readonly nextPage: number;
  /** (address i64): forgets the records of a 64-byte line. */
  readonly invalidateLine: number;
  /** (first guest page, count) */
  readonly invalidate: number;
}

/** Declares the functions, so that others can call them; {@link defineRecordPages} gives them bodies. */
export function declareRecordPages(module: ModuleBuilder): RecordPages {
  return {
    recordOfPc: module.declare(i32),
    recordOfTarget: module.declare({ params: ['i64'], results: ['i32'] }),
    pcOfRecord: module.declare(i32),
    predecode: module.declare(i32),
    nextPage: module.declare(i32),
    invalidateLine: module.declare({ params: ['i64'], results: [] }),
    invalidate: module.declare({ params: ['i32', 'i32'], results: [] }),
  };
}

export interface PredecodeTables {
  readonly engineAlloc: number;
  /** Function (guest page): see kernelFunctions. */
  readonly codePage: number;
  /** Function (): see TranslatedCode.forget. */
  readonly forgetTranslated: number;
  /** Function (guest page): see TranslatedCode.isTranslated. */
  readonly isTranslated: number;
  /** Function (word) → handler id. */
  readonly decode: number;
  /** Address of the u16 operation of each handler id. */
  readonly operationsAt: number;
  /** Addresses of the tables that say which neighbours are fused: see fusion.ts. */
  readonly fusion: {
    readonly rowsAt: number;
    readonly columnsAt: number;
    readonly fusedAt: number;
    readonly columnCount: number;
  };
  /** Table of predecoders by handler id, and their type. */
  readonly table: number;
  readonly type: number;
}

/** Forgets all records, when no more can be had: their pages are used again. */
function declareFlush(module: ModuleBuilder, forgetTranslated: number): number {
  return module.function({ params: [], results: [] }, (f) => {
    const at = f.local('i32');
    f.call(forgetTranslated);
    f.i32(RECORD_INDEX_AT).i32(0).i32(RECORD_INDEX_BYTES).memoryFill();
    const done = f.block();
    const next = f.loop();
    f.get(at).i32(0).memory('i32.load', cells.chunkCount).op('i32.ge_u').brIf(done);
    f.get(at).i32(2).op('i32.shl').memory('i32.load', CHUNKS_AT).i32(0).i32(CHUNK_BYTES).memoryFill();
    f.get(at).i32(1).op('i32.add').set(at).br(next);
    f.end().end();
    f.i32(0).i32(0).memory('i32.store', cells.chunkIndex);
    f.i32(0).i32(0).memory('i32.store', cells.leftInChunk);
    f.i32(0).i32(0).memory('i32.load', cells.chunkCount).i32(PAGES_PER_CHUNK).op('i32.mul');
    f.memory('i32.store', cells.pagesLeft);
  });
}

/** Makes sure that two record pages can be had: for the current page and a branch target's. */
function declareReserve(module: ModuleBuilder, engineAlloc: number, forgetTranslated: number): number {
  const flush = declareFlush(module, forgetTranslated);
  return module.function({ params: [], results: [] }, (f) => {
    const chunk = f.local('i32');
    const at = f.local('i32');
    const enough = f.block();
    f.i32(0).memory('i32.load', cells.pagesLeft).i32(LOWEST_PAGE_COUNT).op('i32.ge_u').brIf(enough);
    f.i32(CHUNK_BYTES).call(engineAlloc).tee(chunk).if();
    // The map from records to chunks counts in granules.
    f.get(chunk)
      .i32((1 << GRANULE_SHIFT) - 1)
      .op('i32.and')
      .if()
      .op('unreachable')
      .end();
    f.i32(0)
      .memory('i32.load', cells.chunkCount)
      .i32(2)
      .op('i32.shl')
      .get(chunk)
      .memory('i32.store', CHUNKS_AT);
    f.i32(0)
      .i32(0)
      .memory('i32.load', cells.chunkCount)
      .i32(1)
      .op('i32.add')
      .memory('i32.store', cells.chunkCount);
    f.i32(0).i32(0).memory('i32.load', cells.pagesLeft).i32(PAGES_PER_CHUNK).op('i32.add');
    f.memory('i32.store', cells.pagesLeft);
    const next = f.loop();
    f.get(chunk).get(at).op('i32.add').i32(GRANULE_SHIFT).op('i32.shr_u').i32(2).op('i32.shl');
    f.get(chunk).memory('i32.store', GRANULES_AT);
    f.get(at)
      .i32(1 << GRANULE_SHIFT)
      .op('i32.add')
      .tee(at)
      .i32(CHUNK_BYTES)
      .op('i32.lt_u')
      .brIf(next);
    f.end();
    f.br(enough);
    f.end();
    f.call(flush);
    // Not even one chunk: nothing can be executed.
    f.i32(0).memory('i32.load', cells.chunkCount).op('i32.eqz').if().op('unreachable').end();
    f.end();
  });
}

/** (guest page) → its new record page. */
function declareAllocate(module: ModuleBuilder, isTranslated: number): number {
  return module.function(i32, (f) => {
    const page = f.local('i32');
    f.i32(0).memory('i32.load', cells.leftInChunk).op('i32.eqz').if();
    f.i32(0).i32(0).memory('i32.load', cells.chunkIndex).i32(2).op('i32.shl').memory('i32.load', CHUNKS_AT);
    f.memory('i32.store', cells.nextPage);
    f.i32(0)
      .i32(0)
      .memory('i32.load', cells.chunkIndex)
      .i32(1)
      .op('i32.add')
      .memory('i32.store', cells.chunkIndex);
    f.i32(0).i32(PAGES_PER_CHUNK).memory('i32.store', cells.leftInChunk);
    f.end();
    f.i32(0).memory('i32.load', cells.nextPage).set(page);
    f.i32(0).get(page).i32(RECORD_PAGE_BYTES).op('i32.add').memory('i32.store', cells.nextPage);
    for (const cell of [cells.leftInChunk, cells.pagesLeft]) {
      f.i32(0).i32(0).memory('i32.load', cell).i32(1).op('i32.sub').memory('i32.store', cell);
    }
    f.get(0).i32(2).op('i32.shl').get(page).memory('i32.store', RECORD_INDEX_AT);
    f.get(page).i32(operations.nextPage).memory('i32.store16', SENTINEL_OFFSET);
    f.get(page)
      .get(0)
      .memory('i32.store', SENTINEL_OFFSET + SENTINEL_GUEST_PAGE);
    // Which lines are translated was not noted for want of a place: take all of them.
    f.get(0).call(isTranslated).if();
    f.get(page)
      .i64(-1n)
      .memory('i64.store', SENTINEL_OFFSET + SENTINEL_TRANSLATED);
    f.end();
    f.get(page);
  });
}

/** Pushes the operation of a handler id. */
function operationOf(f: FunctionAssembler, { operationsAt }: PredecodeTables, pushId: () => void): void {
  pushId();
  f.i32(1).op('i32.shl').memory('i32.load16_u', operationsAt);
}

interface FuseParts {
  readonly pages: RecordPages;
  /** Function: predecode, without telling the kernel. */
  readonly prepare: number;
  readonly tables: PredecodeTables;
  readonly record: Local;
  readonly pc: Local;
  readonly operation: Local;
}

/** Replaces the operation by one for it and the next instruction, when there is one; that is predecoded then too. */
function emitFuse(f: FunctionAssembler, { pages, prepare, tables, record, pc, operation }: FuseParts): void {
  const { rowsAt, columnsAt, fusedAt, columnCount } = tables.fusion;
  const row = f.local('i32');
  const fused = f.local('i32');
  f.get(operation).memory('i32.load8_u', rowsAt).tee(row).if();
  // Not across pages: the next record would be elsewhere.
  f.get(pc).i32(0xffc).op('i32.and').i32(0xffc).op('i32.ne').if();
  f.get(row).i32(columnCount).op('i32.mul');
  operationOf(f, tables, () =>
    f
      .get(pc)
      .memory('i32.load', GUEST_BIAS + 4)
      .call(tables.decode),
  );
  f.memory('i32.load8_u', columnsAt)
    .op('i32.add')
    .i32(1)
    .op('i32.shl')
    .memory('i32.load16_u', fusedAt)
    .tee(fused)
    .if();
  f.get(record).memory('i32.load16_u', RECORD_BYTES).op('i32.eqz').if();
  // That may make room, and forget this record.
  f.get(record).i32(RECORD_BYTES).op('i32.add').call(prepare).op('drop');
  f.get(pc).call(pages.recordOfPc).set(record);
  f.end();
  f.get(fused).set(operation);
  f.end().end().end();
}

/** Gives the declared functions their bodies. */
export function defineRecordPages(module: ModuleBuilder, pages: RecordPages, tables: PredecodeTables): void {
  const reserve = declareReserve(module, tables.engineAlloc, tables.forgetTranslated);
  const allocate = declareAllocate(module, tables.isTranslated);
  const prepare = module.declare(i32);

  module.body(pages.recordOfPc, 1, (f) => {
    const page = f.local('i32');
    f.get(0)
      .i32(PAGE_SHIFT - 2)
      .op('i32.shr_u')
      .i32(-4)
      .op('i32.and')
      .memory('i32.load', RECORD_INDEX_AT)
      .tee(page);
    f.op('i32.eqz').if().get(0).i32(PAGE_SHIFT).op('i32.shr_u').call(allocate).set(page).end();
    f.get(page).get(0).i32(0xffc).op('i32.and').i32(2).op('i32.shl').op('i32.add');
  });

  module.body(pages.recordOfTarget, 1, (f) => {
    f.get(0)
      .i64(2n)
      .op('i64.rotr')
      .i64(1n << 30n)
      .op('i64.ge_u')
      .if();
    f.i32(0).get(0).memory('i64.store', cpuState.pc);
    f.i32(0).get(0).memory('i64.store', engineCells.faultAddress);
    // 0: misaligned, wherever it is.
    f.i32(0).i32(0).i32(pagePermissions.execute).get(0).op('i32.wrap_i64').i32(3).op('i32.and').op('select');
    f.memory('i32.store', engineCells.faultAccess);
    f.i32(0).op('return').end();
    f.call(reserve).get(0).op('i32.wrap_i64').call(pages.recordOfPc);
  });

  module.body(pages.pcOfRecord, 1, (f) => {
    const chunk = f.local('i32');
    const page = f.local('i32');
    f.get(0)
      .i32(GRANULE_SHIFT)
      .op('i32.shr_u')
      .i32(2)
      .op('i32.shl')
      .memory('i32.load', GRANULES_AT)
      .set(chunk);
    f.get(0)
      .get(chunk)
      .op('i32.sub')
      .i32(RECORD_PAGE_BYTES)
      .op('i32.div_u')
      .i32(RECORD_PAGE_BYTES)
      .op('i32.mul');
    f.get(chunk).op('i32.add').tee(page);
    f.memory('i32.load', SENTINEL_OFFSET + SENTINEL_GUEST_PAGE)
      .i32(PAGE_SHIFT)
      .op('i32.shl');
    f.get(0)
      .get(page)
      .op('i32.sub')
      .i32(Math.log2(RECORD_BYTES))
      .op('i32.shr_u')
      .i32(2)
      .op('i32.shl')
      .op('i32.add');
  });

  module.body(prepare, 1, (f) => {
    const pc = f.local('i32');
    const word = f.local('i32');
    const id = f.local('i32');
    f.get(0).call(pages.pcOfRecord).tee(pc);
    f.i32(PAGE_SHIFT)
      .op('i32.shr_u')
      .memory('i32.load8_u', PERMISSIONS_AT)
      .i32(pagePermissions.execute)
      .op('i32.and');
    f.op('i32.eqz').if();
    f.i32(0).get(pc).op('i64.extend_i32_u').memory('i64.store', engineCells.faultAddress);
    f.i32(0).i32(pagePermissions.execute).memory('i32.store', engineCells.faultAccess);
    f.i32(0).op('return').end();
    // Making room may forget all records, this one too.
    f.call(reserve).get(pc).call(pages.recordOfPc).set(0);
    f.get(pc).memory('i32.load', GUEST_BIAS).tee(word).call(tables.decode).set(id);
    const operation = f.local('i32');
    operationOf(f, tables, () => f.get(id));
    f.set(operation);
    emitFuse(f, { pages, prepare, tables, record: 0, pc, operation });
    f.get(0).get(operation).memory('i32.store16', 0);
    f.get(word).get(pc).get(0).get(id).callIndirect(tables.type, tables.table);
    f.get(0);
  });

  module.body(pages.predecode, 1, (f) => {
    const page = f.local('i32');
    f.get(0).call(prepare).tee(0).if();
    f.get(0).call(pages.pcOfRecord).i32(PAGE_SHIFT).op('i32.shr_u');
    f.i32(2).op('i32.shl').memory('i32.load', RECORD_INDEX_AT).i32(SENTINEL_OFFSET).op('i32.add').tee(page);
    f.memory('i32.load16_u', SENTINEL_ANNOUNCED).op('i32.eqz').if();
    f.get(page).i32(1).memory('i32.store16', SENTINEL_ANNOUNCED);
    // The record is complete: it may become an entry of translated code.
    f.get(page).memory('i32.load', SENTINEL_GUEST_PAGE).call(tables.codePage);
    f.end().end();
    f.get(0);
  });

  module.body(pages.nextPage, 1, (f) => {
    f.call(reserve)
      .get(0)
      .memory('i32.load', SENTINEL_GUEST_PAGE)
      .i32(1)
      .op('i32.add')
      .i32(PAGE_SHIFT)
      .op('i32.shl');
    f.call(pages.recordOfPc);
  });

  module.body(pages.invalidateLine, 1, (f) => {
    const page = f.local('i32');
    f.get(0)
      .op('i32.wrap_i64')
      .i32(PAGE_SHIFT - 2)
      .op('i32.shr_u')
      .i32(-4)
      .op('i32.and');
    f.memory('i32.load', RECORD_INDEX_AT).tee(page).if();
    f.get(page)
      .i32(0)
      .memory('i32.store16', SENTINEL_OFFSET + SENTINEL_ANNOUNCED);
    f.get(page).memory('i64.load', SENTINEL_OFFSET + SENTINEL_TRANSLATED);
    f.get(0).i64(6n).op('i64.shr_u').op('i64.shr_u').op('i32.wrap_i64').i32(1).op('i32.and');
    f.if().call(tables.forgetTranslated).end();
    f.get(page).get(0).op('i32.wrap_i64').i32(0xfc0).op('i32.and').i32(2).op('i32.shl').op('i32.add');
    f.i32(0)
      .i32(16 * RECORD_BYTES)
      .memoryFill();
    f.else().get(0).op('i32.wrap_i64').i32(PAGE_SHIFT).op('i32.shr_u').call(tables.isTranslated);
    f.if().call(tables.forgetTranslated).end();
    f.end();
  });

  module.body(pages.invalidate, 2, (f) => {
    const page = f.local('i32');
    const done = f.block();
    const next = f.loop();
    f.get(1).op('i32.eqz').brIf(done);
    f.get(0).call(tables.isTranslated).if().call(tables.forgetTranslated).end();
    f.get(0).i32(2).op('i32.shl').memory('i32.load', RECORD_INDEX_AT).tee(page).if();
    f.get(page)
      .i32(0)
      .memory('i32.store16', SENTINEL_OFFSET + SENTINEL_ANNOUNCED);
    f.get(page).i32(0).i32(SENTINEL_OFFSET).memoryFill().end();
    f.get(0).i32(1).op('i32.add').set(0);
    f.get(1).i32(1).op('i32.sub').set(1).br(next);
    f.end().end();
  });
}
