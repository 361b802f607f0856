import { cpuState, engineCells, PAGE_SHIFT, RECORD_INDEX_AT } from '@boxer/abi';
import type { FunctionAssembler, FunctionType, Local, ModuleBuilder } from '@boxer/wasm';
import {
  cells,
  CHUNKS_AT,
  operations,
  PAGES_PER_CHUNK,
  RECORD_BYTES,
  RECORD_PAGE_BYTES,
  SENTINEL_ANNOUNCED,
  SENTINEL_OFFSET,
  SENTINEL_TRANSLATED,
  TRANSLATED_PAGES_AT,
  TRANSLATED_PAGES_BYTES,
} from './layout.ts';

/** (fuel, stack) → pc with marks, fuel: what a translated function is. */
export const CODE_TYPE: FunctionType = { params: ['i32', 'i32'], results: ['i32', 'i32'] };

/** (pc with marks, fuel, stack, site) → pc with marks, fuel: see codeFunctions of @boxer/abi. */
export const RESUME_TYPE: FunctionType = { params: ['i32', 'i32', 'i32', 'i32'], results: ['i32', 'i32'] };

/** In the record of a translated entry: u32 index in the table of translated code. */
const CODE_INDEX = 4;

/**
 * The budget of the host's stack that calls hand down: functions return at once when it is below the least. One frame may
 * take it there, so that it never becomes negative.
 */
export const LEAST_STACK = 256 * 1024;
export const STACK_BYTES = 2 * LEAST_STACK - 1024;

/**
 * The argument `stack` has, above the bytes that are left, the number of the entry: functions are nearly always called
 * at their first one, and then need no third argument and no wrapper.
 */
export const ENTRY_SHIFT = 19;

/**
 * The lowest bits of what translated code returns beside the pc: the interpreter has to execute the instruction there; it
 * has to because the fuel is nearly used up.
 */
export const MARKS = { fuel: 1, interpret: 2 } as const;
/** Only the first of the marks: run() has to return, for the reason in a cell. The state is complete, the fuel in its cell. */
export const ENDED = MARKS.fuel;
export const MARK_BITS = MARKS.fuel | MARKS.interpret;

/** Functions that keep and call translated code, by index. */
export interface TranslatedCode {
  /** (pc, index) → whether it is an entry now */
  readonly enterAt: number;
  /** (start, end) */
  readonly markTranslated: number;
  /** () */
  readonly settleFlags: number;
  /** (guest page) → whether code of it is translated */
  readonly isTranslated: number;
  /** (): no record leads to translated code any more. */
  readonly forget: number;
  /** (): puts back the entry that was displaced to interpret its first instruction. */
  readonly restore: number;
  /** (record): turns an entry back into an instruction, until {@link restore}. */
  readonly displace: number;
  /** (pc) → whether the entry there was displaced */
  readonly displaceAt: number;
  /** See {@link RESUME_TYPE}. */
  readonly resume: number;
  readonly table: number;
  readonly type: number;
}

export function declareTranslatedCode(module: ModuleBuilder): TranslatedCode {
  const none: FunctionType = { params: [], results: [] };
  const pair: FunctionType = { params: ['i32', 'i32'], results: [] };
  return {
    enterAt: module.declare({ ...pair, results: ['i32'] }),
    markTranslated: module.declare(pair),
    settleFlags: module.declare(none),
    isTranslated: module.declare({ params: ['i32'], results: ['i32'] }),
    forget: module.declare(none),
    restore: module.declare(none),
    displace: module.declare({ params: ['i32'], results: [] }),
    displaceAt: module.declare({ params: ['i32'], results: ['i32'] }),
    resume: module.declare(RESUME_TYPE),
    table: module.table({ minimum: 1 }),
    type: module.type(CODE_TYPE),
  };
}

/** Stores flags of which operands were remembered. */
function emitSettleFlags(f: FunctionAssembler): void {
  const kind = f.local('i32');
  const a = f.local('i64');
  const b = f.local('i64');
  const result = f.local('i64');
  const isSub = f.local('i32');
  f.i32(0).memory('i32.load', engineCells.pendingFlags).tee(kind).op('i32.eqz').if().op('return').end();
  f.i32(0).i32(0).memory('i32.store', engineCells.pendingFlags);
  const load = (cell: number) => f.i32(0).memory('i64.load', cell);
  // 32-bit operands, moved to the upper half, have the flags of 64-bit ones.
  const wide = () => f.i64(32n).i64(0n).get(kind).i32(1).op('i32.and').op('select').op('i64.shl');
  load(engineCells.flagsLeft);
  wide().set(a);
  load(engineCells.flagsRight);
  wide().set(b);
  f.get(kind).i32(2).op('i32.le_u').set(isSub);
  f.get(kind).i32(5).op('i32.ge_u').if().i64(0n).set(b).end();
  f.get(a).get(b).op('i64.sub').get(a).get(b).op('i64.add').get(isSub).op('select').set(result);
  const store = (at: number, push: () => void) => {
    f.i32(0);
    push();
    f.memory('i32.store', at);
  };
  store(cpuState.n, () => f.get(result).i64(0n).op('i64.lt_s'));
  store(cpuState.z, () => f.get(result).op('i64.eqz'));
  store(cpuState.c, () => {
    f.get(a).get(b).op('i64.ge_u').get(result).get(a).op('i64.lt_u').get(isSub).op('select');
  });
  store(cpuState.v, () => {
    f.get(a).get(b).op('i64.xor').get(b).get(result).op('i64.xor').get(isSub).op('select');
    f.get(a).get(result).op('i64.xor').op('i64.and').i64(0n).op('i64.lt_s');
  });
}

/** Pushes the index of the translated code that begins at the address in the local `pc`; `missing` returns where there is none. */
export function emitFindCode(f: FunctionAssembler, pc: Local, record: Local, missing: () => void): void {
  f.get(pc).i32(10).op('i32.shr_u').i32(-4).op('i32.and').memory('i32.load', RECORD_INDEX_AT).tee(record);
  f.op('i32.eqz').unlikely().if();
  missing();
  f.end();
  f.get(record).get(pc).i32(0xffc).op('i32.and').i32(2).op('i32.shl').op('i32.add').tee(record);
  f.memory('i32.load16_u', 0).i32(operations.enter).op('i32.ne').unlikely().if();
  missing();
  f.end();
  f.get(record).memory('i32.load', CODE_INDEX);
}

/** (pc, fuel, stack) → what the translated code at pc returns, by a tail call; (pc, fuel) where there is none. */
export function emitDispatch(
  f: FunctionAssembler,
  { type, table }: Pick<TranslatedCode, 'type' | 'table'>,
): void {
  const [pc, fuel, stack] = [0, 1, 2];
  f.get(fuel).get(stack);
  emitFindCode(f, pc, f.local('i32'), () => f.get(pc).get(fuel).op('return'));
  f.returnCallIndirect(type, table);
}

/** Calls `body` with each record page that is in use, in the local `page`. */
function eachRecordPage(f: FunctionAssembler, page: number, body: () => void): void {
  const chunk = f.local('i32');
  const left = f.local('i32');
  const done = f.block();
  const next = f.loop();
  f.get(chunk).i32(0).memory('i32.load', cells.chunkIndex).op('i32.ge_u').brIf(done);
  f.get(chunk).i32(2).op('i32.shl').memory('i32.load', CHUNKS_AT).set(page);
  f.i32(PAGES_PER_CHUNK).set(left);
  const nextPage = f.loop();
  body();
  f.get(page).i32(RECORD_PAGE_BYTES).op('i32.add').set(page);
  f.get(left).i32(1).op('i32.sub').tee(left).brIf(nextPage).end();
  f.get(chunk).i32(1).op('i32.add').set(chunk).br(next);
  f.end().end();
}

function emitForget(f: FunctionAssembler): void {
  const page = f.local('i32');
  const record = f.local('i32');
  // An entry that is turned back is forgotten like the others, so that whoever comes there predecodes it anew.
  f.i32(0).memory('i32.load', cells.displacedRecord).tee(record).if();
  f.get(record).i32(0).memory('i32.store16', 0).end();
  f.i32(0).i32(0).memory('i32.store', cells.displacedRecord);
  f.i32(0).i32(0).memory('i32.load', engineCells.codeEpoch).i32(1).op('i32.add');
  f.memory('i32.store', engineCells.codeEpoch);
  f.i32(TRANSLATED_PAGES_AT).i32(0).i32(TRANSLATED_PAGES_BYTES).memoryFill();
  eachRecordPage(f, page, () => {
    f.get(page).set(record);
    f.get(page)
      .i32(0)
      .memory('i32.store16', SENTINEL_OFFSET + SENTINEL_ANNOUNCED);
    f.get(page)
      .i64(0n)
      .memory('i64.store', SENTINEL_OFFSET + SENTINEL_TRANSLATED);
    const next = f.loop();
    f.get(record).memory('i32.load16_u', 0).i32(operations.enter).op('i32.eq');
    f.if().get(record).i32(0).memory('i32.store16', 0).end();
    f.get(record).i32(RECORD_BYTES).op('i32.add').tee(record);
    f.get(page).i32(SENTINEL_OFFSET).op('i32.add').op('i32.lt_u').brIf(next).end();
  });
}

/** Gives the declared functions their bodies. @param recordOfTarget - see RecordPages */
export function defineTranslatedCode(
  module: ModuleBuilder,
  code: TranslatedCode,
  recordOfTarget: number,
): void {
  module.body(code.settleFlags, 0, emitSettleFlags);
  module.body(code.forget, 0, emitForget);
  module.body(code.enterAt, 2, (f) => {
    const record = f.local('i32');
    const known = f.block();
    f.get(0).i32(10).op('i32.shr_u').i32(-4).op('i32.and').memory('i32.load', RECORD_INDEX_AT).brIf(known);
    // Making records may forget others, which whoever is running holds on to.
    f.i32(0).memory('i32.load', engineCells.running).if().i32(0).op('return').end();
    f.end();
    f.get(0).op('i64.extend_i32_u').call(recordOfTarget).tee(record).op('i32.eqz');
    f.if().i32(0).op('return').end();
    f.get(record).i32(0).memory('i32.load', cells.displacedRecord).op('i32.eq').if();
    // It is put back when its instruction was interpreted.
    f.i32(0).get(1).memory('i32.store', cells.displacedIndex).i32(1).op('return').end();
    f.get(record).i32(operations.enter).memory('i32.store16', 0);
    f.get(record).get(1).memory('i32.store', CODE_INDEX).i32(1);
  });
  module.body(code.isTranslated, 1, (f) => {
    f.get(0).i32(3).op('i32.shr_u').memory('i32.load8_u', TRANSLATED_PAGES_AT);
    f.get(0).i32(7).op('i32.and').op('i32.shr_u').i32(1).op('i32.and');
  });
  module.body(code.markTranslated, 2, (f) => {
    const [at, end] = [0, 1];
    const page = f.local('i32');
    f.get(at).i32(-64).op('i32.and').set(at);
    const done = f.block();
    const next = f.loop();
    f.get(at).get(end).op('i32.ge_u').brIf(done);
    f.get(at)
      .i32(PAGE_SHIFT + 3)
      .op('i32.shr_u')
      .tee(page);
    f.get(page).memory('i32.load8_u', TRANSLATED_PAGES_AT);
    f.i32(1).get(at).i32(PAGE_SHIFT).op('i32.shr_u').i32(7).op('i32.and').op('i32.shl').op('i32.or');
    f.memory('i32.store8', TRANSLATED_PAGES_AT);
    f.get(at)
      .i32(10)
      .op('i32.shr_u')
      .i32(-4)
      .op('i32.and')
      .memory('i32.load', RECORD_INDEX_AT)
      .tee(page)
      .if();
    f.get(page)
      .get(page)
      .memory('i64.load', SENTINEL_OFFSET + SENTINEL_TRANSLATED);
    f.i64(1n).get(at).i32(6).op('i32.shr_u').op('i64.extend_i32_u').op('i64.shl').op('i64.or');
    f.memory('i64.store', SENTINEL_OFFSET + SENTINEL_TRANSLATED).end();
    f.get(at).i32(64).op('i32.add').set(at).br(next);
    f.end().end();
  });
  module.body(code.restore, 0, (f) => {
    const record = f.local('i32');
    f.i32(0).i32(0).memory('i32.store', engineCells.endedTranslated);
    f.i32(0).memory('i32.load', cells.displacedRecord).tee(record).if();
    f.get(record).i32(operations.enter).memory('i32.store16', 0);
    f.get(record).i32(0).memory('i32.load', cells.displacedIndex).memory('i32.store', CODE_INDEX);
    f.i32(0).i32(0).memory('i32.store', cells.displacedRecord).end();
  });
  module.body(code.displace, 1, (f) => {
    f.get(0).memory('i32.load16_u', 0).i32(operations.enter).op('i32.ne').if().op('return').end();
    f.call(code.restore);
    f.i32(0).get(0).memory('i32.store', cells.displacedRecord);
    f.i32(0).get(0).memory('i32.load', CODE_INDEX).memory('i32.store', cells.displacedIndex);
    f.get(0).i32(0).memory('i32.store16', 0);
  });
  module.body(code.displaceAt, 1, (f) => {
    const record = f.local('i32');
    f.get(0)
      .op('i64.extend_i32_u')
      .call(recordOfTarget)
      .tee(record)
      .if()
      .get(record)
      .call(code.displace)
      .end();
    f.i32(0).memory('i32.load', cells.displacedRecord).i32(0).op('i32.ne');
  });
}

interface EnterParts {
  readonly code: TranslatedCode;
  readonly recordOfTarget: number;
  readonly ip: number;
  readonly fuel: number;
  /** Hands back to the translated code that waits for what the guest returned to: address and instructions left. */
  readonly returned: (target: Local, left: Local) => void;
}

/**
 * Calls the translated function of the record in `ip`; afterwards `ip` and `fuel` are where it ended.
 */
export function emitEnter(
  f: FunctionAssembler,
  { code, recordOfTarget, ip, fuel, returned }: EnterParts,
): void {
  const shift = Math.log2(RECORD_BYTES);
  const end = f.local('i32');
  const left = f.local('i32');
  f.get(fuel).get(ip).op('i32.sub').i32(shift).op('i32.shr_s').i32(0).memory('i32.load', cells.stackLeft);
  f.get(ip).memory('i32.load', CODE_INDEX).callIndirect(code.type, code.table).set(left).set(end);
  f.i32(0).memory('i32.load', engineCells.pendingFlags).if().call(code.settleFlags).end();
  f.get(end).i32(MARK_BITS).op('i32.and').i32(ENDED).op('i32.eq');
  f.if().i32(0).memory('i32.load', cells.endReason).op('return').end();
  f.get(end).i32(0).memory('i32.load', cells.returnSite).op('i32.eq').if();
  returned(end, left);
  f.end();
  f.call(code.restore);
  f.get(end).i32(-4).op('i32.and').op('i64.extend_i32_u').call(recordOfTarget).set(ip);
  f.get(left).i32(shift).op('i32.shl').get(ip).op('i32.add').set(fuel);
  f.get(end).i32(MARKS.interpret).op('i32.and').if().get(ip).call(code.displace);
  // The next taken branch ends the slice, and the next slice puts the entry back: a loop would be interpreted for long.
  f.get(ip).i32(0).memory('i32.load', cells.displacedRecord).op('i32.eq');
  f.get(end).i32(MARKS.fuel).op('i32.and').op('i32.eqz').op('i32.and').if();
  f.i32(0).i32(0).memory('i64.load', engineCells.fuel).get(left).op('i64.extend_i32_s').op('i64.add');
  f.memory('i64.store', engineCells.fuel).get(ip).set(fuel).end().end();
  f.i32(0).get(end).i32(MARKS.fuel).op('i32.and').memory('i32.store', engineCells.endedTranslated);
}
