/** What the kernel exports: the run function of a WASI command, and what process modules import. */
import './abort';
import { PROCESS_TABLE_BASE, PROCESS_TABLE_STRIDE } from './abi.gen';
import { runBox } from './boot/boot';
import { reachCode } from './code/enter-packs';
import { attachSlot, lastAttachedSlot } from './process/slots';
import { currentTask } from './task/current';
import { systemCall } from './task/system-call';
import { monotonicNow } from './time/clock';

export { cabi_realloc } from './wasi/realloc';
export * from './host/defaults';

/** wasi:cli/run. @returns 0: ok, 1: error */
export function run(): i32 {
  return runBox();
}

export function syscall(number: i32, a0: i64, a1: i64, a2: i64, a3: i64, a4: i64, a5: i64): i64 {
  return systemCall(number, a0, a1, a2, a3, a4, a5);
}

export function pushBytes64(to: i32, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(to, a);
  v128.store(to, b, 16);
  v128.store(to, c, 32);
  v128.store(to, d, 48);
}

export function pushBytes8(to: i32, value: i64): void {
  store<i64>(to, value);
}

export function pushByte(to: i32, value: i32): void {
  store<u8>(to, <u8>value);
}

/** CNTVCT_EL0. */
export function counter(): i64 {
  return <i64>monotonicNow();
}

export function engineAlloc(bytes: i32): i32 {
  return currentTask().mm!.allocateEngineMemory(bytes);
}

/**
 * Is called when code of a guest page is about to run: packs of translated code are entered. A host that does so itself puts its
 * own function here.
 */
export function codePage(page: i32): void {
  reachCode(page);
}

/** @returns the table index where a statically linked process module stores its functions */
export function attach(): i32 {
  return PROCESS_TABLE_BASE + attachSlot() * PROCESS_TABLE_STRIDE;
}

/** @returns the table index where the links of packs store the functions of the slot that was attached last */
export function attachPacks(): i32 {
  return PROCESS_TABLE_BASE + lastAttachedSlot() * PROCESS_TABLE_STRIDE;
}
