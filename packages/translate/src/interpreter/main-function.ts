import { cpuState, engineCells, exitReasons, GUEST_BIAS, SYSCALL_LEAVE } from '@boxer/abi';
import type { FunctionAssembler, Label, Local } from '@boxer/wasm';
import { LocalPool } from '../emit/local-pool.ts';
import { emitFusion, type Fusion } from './fusion.ts';
import { emitHandler, type Handler } from './handler.ts';
import type { MainFunction, Runtime } from './handler-environment.ts';
import { cells, LEAVE_BEHIND, operations, RECORD_BYTES, RETURNED } from './layout.ts';
import type { RecordPages } from './record-pages.ts';
import { emitEnter, type TranslatedCode } from './translated-code.ts';

export interface MainFunctionParts {
  readonly hot: readonly Handler[];
  /** Their operations follow those of the hot handlers. */
  readonly fusions: readonly Fusion[];
  readonly runtime: Runtime;
  readonly pages: RecordPages;
  readonly code: TranslatedCode;
  /**
   * Table of handlers as functions, from operation `first` on, and their type: hot ones too, and the comparison of fused
   * pairs.
   */
  readonly coldTable: number;
  readonly coldType: number;
}

const IP = 0;

/** Takes instructions out of the fuel cell, at most a slice: leaves their number. */
export function pushTakenFuel(f: FunctionAssembler): void {
  const cell = f.local('i64');
  const slice = f.local('i64');
  const taken = f.local('i64');
  f.i32(0).memory('i64.load', engineCells.fuel).tee(cell);
  f.i32(0).memory('i64.load32_u', cells.sliceInstructions).tee(slice);
  f.get(cell).get(slice).op('i64.lt_s').op('select').set(taken);
  f.i32(0).get(cell).get(taken).op('i64.sub').memory('i64.store', engineCells.fuel);
  f.get(taken).op('i32.wrap_i64');
}

/** Gives instructions back to the fuel cell. @param push - pushes 16 × their number */
function flush(f: FunctionAssembler, push: () => void): void {
  f.i32(0).i32(0).memory('i64.load', engineCells.fuel);
  push();
  f.i32(Math.log2(RECORD_BYTES)).op('i32.shr_s').op('i64.extend_i32_s').op('i64.add');
  f.memory('i64.store', engineCells.fuel);
}

/** 16 × the instructions left behind the branch in `ip`. */
function pushLeftBehind(f: FunctionAssembler, fuel: Local): void {
  f.get(fuel).get(IP).op('i32.sub').i32(RECORD_BYTES).op('i32.sub');
}

/** The record in `ip` is at fault or next: stores pc and fuel. */
function emitExit(f: FunctionAssembler, reason: number, fuel: number, pages: RecordPages): void {
  const pc = f.local('i32');
  f.i32(0).get(IP).call(pages.pcOfRecord).tee(pc).op('i64.extend_i32_u').memory('i64.store', cpuState.pc);
  flush(f, () => f.get(fuel).get(IP).op('i32.sub'));
  f.get(reason)
    .i32(exitReasons.undefined)
    .op('i32.eq')
    .get(reason)
    .i32(exitReasons.breakpoint)
    .op('i32.eq')
    .op('i32.or');
  f.if().i32(0).get(pc).memory('i32.load', GUEST_BIAS).memory('i32.store', engineCells.word).end();
  f.get(reason);
}

/**
 * Writes the interpreter's loop: a branch table over the operations of hot handlers, whose code follows.
 *
 * The inner loop makes no calls: what calls lies behind it and enters it again, so that no register has to survive one.
 * Its size is bounded, see MAIN_INSTRUCTIONS_LIMIT.
 *
 * Fuel is exact: `fuel - ip` is 16 × the instructions left, at any record of the block that is being executed, since
 * taken branches correct it by the distance they jump.
 */
export function emitMainFunction(f: FunctionAssembler, parts: MainFunctionParts): void {
  const { hot, runtime, pages } = parts;
  const ip = f.local('i32');
  if (ip !== IP) throw new RangeError('The record pointer must be the first local');
  const fuel = f.local('i32');
  const reason = f.local('i32');
  const next = f.local('i32');
  const target = f.local('i64');

  f.i32(0).memory('i64.load', cpuState.pc).call(pages.recordOfTarget).tee(ip).op('i32.eqz').if();
  f.i32(exitReasons.fault).op('return').end();

  const exit = f.block();
  const refuel = f.loop();
  pushTakenFuel(f);
  f.i32(Math.log2(RECORD_BYTES)).op('i32.shl').get(ip).op('i32.add').set(fuel);
  const resume = f.loop();
  const systemCall = f.block();
  const returned = f.block();
  const slowTarget = f.block();
  const cold = f.block();
  const enter = f.block();
  const nextPage = f.block();
  const predecode = f.block();
  const dispatch = f.loop();
  const main: MainFunction = { dispatch, cold, exit, slowTarget, returned, systemCall, reason, fuel, target };

  const labels = [...hot, ...parts.fusions].map(() => f.block()).reverse();
  const undefinedWord = f.block();
  f.get(ip)
    .memory('i32.load16_u', 0)
    .brTable([predecode, undefinedWord, nextPage, enter, ...labels], cold);
  f.end();
  f.i32(exitReasons.undefined).set(reason).br(exit);

  const pool = new LocalPool(f);
  for (const handler of hot) {
    f.end();
    pool.reset();
    emitHandler(handler, runtime, f, pool, main);
  }
  for (const fusion of parts.fusions) {
    f.end();
    pool.reset();
    emitFusion(f, pool, fusion, runtime, main);
  }
  f.end().op('unreachable').end();

  /** Goes on at the record in `next`, which need not be the one that fuel counts to. */
  const moveToNext = () => {
    f.get(fuel).get(next).op('i32.add').get(ip).op('i32.sub').set(fuel);
    f.get(next).set(ip).br(resume);
  };
  f.get(ip)
    .call(pages.predecode)
    .tee(next)
    .op('i32.eqz')
    .unlikely()
    .if()
    .i32(exitReasons.fault)
    .set(reason)
    .br(exit)
    .end();
  moveToNext();
  f.end().get(ip).call(pages.nextPage).set(next);
  moveToNext();
  f.end();
  emitEnter(f, {
    code: parts.code,
    recordOfTarget: pages.recordOfTarget,
    ip,
    fuel,
    returned: (address, left) => {
      f.get(address).op('i64.extend_i32_u').set(target);
      // As if it were left behind a branch in the record.
      f.get(left)
        .i32(Math.log2(RECORD_BYTES))
        .op('i32.shl')
        .get(ip)
        .op('i32.add')
        .i32(RECORD_BYTES)
        .op('i32.add');
      f.set(fuel).br(returned);
    },
  });
  f.br(resume);

  f.end().get(ip).get(ip).memory('i32.load16_u', 0).i32(operations.first).op('i32.sub');
  f.callIndirect(parts.coldType, parts.coldTable).tee(next).likely().if().get(next).set(ip).br(resume).end();
  f.i32(0).memory('i32.load', cells.leave).tee(reason).i32(LEAVE_BEHIND).op('i32.and').if();
  f.get(ip).i32(RECORD_BYTES).op('i32.add').set(ip).end();
  f.get(reason)
    .i32(LEAVE_BEHIND - 1)
    .op('i32.and')
    .set(reason)
    .br(exit);

  f.end();
  emitSlowTarget(f, { target, fuel, reason, resume, exit, pages });
  f.end();
  f.i32(0).get(target).memory('i64.store', cpuState.pc);
  flush(f, () => pushLeftBehind(f, fuel));
  f.i32(RETURNED).op('return').end();
  emitSystemCall(f, runtime, fuel);
  f.br(refuel);
  f.end().op('unreachable').end().op('unreachable').end();
  emitExit(f, reason, fuel, pages);
}

interface SlowTargetParts {
  readonly target: Local;
  readonly fuel: Local;
  readonly reason: Local;
  readonly resume: Label;
  readonly exit: Label;
  readonly pages: RecordPages;
}

/** A branch to an address without records, or to none at all. */
function emitSlowTarget(
  f: FunctionAssembler,
  { target, fuel, reason, resume, exit, pages }: SlowTargetParts,
): void {
  const left = f.local('i32');
  pushLeftBehind(f, fuel);
  f.set(left);
  f.get(target).call(pages.recordOfTarget).tee(IP).if();
  f.get(left).get(IP).op('i32.add').set(fuel);
  // It is a taken branch like others, or slices would end elsewhere when records have been forgotten.
  f.get(left).i32(0).op('i32.ge_s').likely().brIf(resume);
  f.i32(exitReasons.fuel).set(reason).br(exit).end();
  // pc and fault are set already.
  flush(f, () => f.get(left));
  f.i32(exitReasons.fault).op('return');
}

/** Calls the kernel with everything flushed; `ip` is the record behind the instruction. */
function emitSystemCall(f: FunctionAssembler, runtime: Runtime, fuel: Local): void {
  const result = f.local('i64');
  flush(f, () => f.get(fuel).get(IP).op('i32.sub'));
  f.i32(0).memory('i32.load', cpuState.x + 8 * 8);
  for (let i = 0; i < 6; i++) f.i32(0).memory('i64.load', cpuState.x + 8 * i);
  f.call(runtime.syscall).tee(result).i64(SYSCALL_LEAVE).op('i64.eq').if();
  f.i32(exitReasons.leave).op('return');
  f.end();
  f.i32(0).get(result).memory('i64.store', cpuState.x);
}
