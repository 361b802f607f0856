import { cpuState, engineCells, exitReasons } from '@boxer/abi';
import type { FunctionAssembler, Local } from '@boxer/wasm';
import { cells, NO_SITE, RETURNED, SLICE_INSTRUCTIONS } from './layout.ts';
import { pushTakenFuel } from './main-function.ts';
import { ENDED, LEAST_STACK, MARKS, STACK_BYTES, type TranslatedCode } from './translated-code.ts';

/** What the main function and its own code take of the host's stack. */
const FRAME_BYTES = 2048;
/**
 * What has to be left of the stack to go on above the frames that wait. With less, deep recursion of the guest would return to
 * the main function here after every few calls; at the bottom of the stack there is room for many.
 */
const RESUME_STACK = LEAST_STACK + FRAME_BYTES + 96 * 1024;

interface Execution {
  readonly code: TranslatedCode;
  /** () → exit reason or {@link RETURNED}: the main function. */
  readonly execute: number;
}

function setCell(f: FunctionAssembler, at: number, value: number): void {
  f.i32(0).i32(value).memory('i32.store', at);
}

/** Leaves in `reason` why the main function returned for good: it also does at the end of its inner slices. */
function executeSlices(f: FunctionAssembler, { code, execute }: Execution, reason: Local): void {
  setCell(f, cells.sliceInstructions, SLICE_INSTRUCTIONS);
  const again = f.loop();
  f.call(code.restore).call(execute).tee(reason).i32(exitReasons.fuel).op('i32.eq');
  pushHasFuel(f);
  f.op('i32.and').brIf(again);
  f.end();
}

const pushHasFuel = (f: FunctionAssembler) =>
  f.i32(0).memory('i64.load', engineCells.fuel).i64(0n).op('i64.ge_s');

/** run(): executes slices until a reason other than the end of a slice, or until the fuel is used up. */
export function emitRun(f: FunctionAssembler, execution: Execution): void {
  const reason = f.local('i32');
  setCell(f, engineCells.running, 1);
  setCell(f, cells.returnSite, NO_SITE);
  setCell(f, cells.stackLeft, STACK_BYTES);
  executeSlices(f, execution, reason);
  setCell(f, engineCells.running, 0);
  f.get(reason);
}

/**
 * resume(pc with marks, fuel, stack, site): a callee of translated code has left something to the interpreter, which goes on
 * here, above the frames that wait, until control comes to the return site of the last one. Frames hold no guest state, so
 * it does not matter whether it is the same activation of the caller. All frames return when run() has to, and when code
 * was forgotten: theirs may be.
 */
export function emitResume(f: FunctionAssembler, execution: Execution): void {
  const { code, execute } = execution;
  const [pc, fuel, stack, site] = [0, 1, 2, 3];
  const epoch = f.local('i32');
  const outerSite = f.local('i32');
  const outerStack = f.local('i32');
  const reason = f.local('i32');
  const load = (at: number, local: Local) => f.i32(0).memory('i32.load', at).set(local);
  const store = (at: number, local: Local) => f.i32(0).get(local).memory('i32.store', at);
  const pushMark = (mark: number) => f.get(pc).i32(mark).op('i32.and');
  // What is marked with the first of the marks concerns run() itself.
  pushMark(MARKS.fuel).get(stack).i32(RESUME_STACK).op('i32.lt_u').op('i32.or');
  f.if().get(pc).get(fuel).op('return').end();
  f.i32(0).memory('i32.load', engineCells.pendingFlags).if().call(code.settleFlags).end();
  load(engineCells.codeEpoch, epoch);
  load(cells.returnSite, outerSite);
  load(cells.stackLeft, outerStack);
  store(cells.returnSite, site);
  f.i32(0).get(stack).i32(FRAME_BYTES).op('i32.sub').memory('i32.store', cells.stackLeft);
  f.i32(0);
  pushMark(-4).op('i64.extend_i32_u').memory('i64.store', cpuState.pc);
  f.i32(0).i32(0).memory('i64.load', engineCells.fuel).get(fuel).op('i64.extend_i32_s').op('i64.add');
  f.memory('i64.store', engineCells.fuel);

  const done = f.block();
  f.call(code.restore);
  pushMark(MARKS.interpret).if();
  pushMark(-4).call(code.displaceAt).if();
  // The next taken branch ends the slice, and the next slice puts the entry back: a loop would be interpreted for long.
  setCell(f, cells.sliceInstructions, 0);
  f.call(execute).tee(reason).i32(exitReasons.fuel).op('i32.ne').brIf(done);
  pushHasFuel(f).op('i32.eqz').brIf(done);
  f.end().end();
  executeSlices(f, execution, reason);
  f.end();

  setCell(f, cells.sliceInstructions, SLICE_INSTRUCTIONS);
  store(cells.returnSite, outerSite);
  store(cells.stackLeft, outerStack);
  f.get(reason).i32(RETURNED).op('i32.eq').if();
  f.i32(exitReasons.fuel).set(reason);
  pushHasFuel(f);
  f.get(epoch).i32(0).memory('i32.load', engineCells.codeEpoch).op('i32.eq').op('i32.and');
  f.if().get(site);
  pushTakenFuel(f);
  f.op('return').end().end();
  store(cells.endReason, reason);
  f.i32(0).memory('i32.load', cpuState.pc).i32(-4).op('i32.and').i32(ENDED).op('i32.or').i32(0);
}
