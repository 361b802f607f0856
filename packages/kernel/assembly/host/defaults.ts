/**
 * What a host slot does when no host has replaced it. The build moves these functions into the table at HOST_TABLE_BASE:
 * see src/build/patch-table.ts.
 */
import { inflateBlock } from '../fs/block-cache';
import { EAGAIN, EIO, ENOSYS } from '../linux/errno';
import { ProcessSlot } from '../process/slot';
import { isAttached } from '../process/slots';
import { subscribeDuration } from '../wasi/clocks';
import { dropPollable, poll, pollableReady } from '../wasi/poll';
import { releaseReturned } from '../wasi/realloc';
import { writeStandardError } from '../wasi/standard-error';
import { stdinPollable } from '../wasi/stdin-pollable';

const COPY_BYTES: i32 = 65536;
const copyBuffer: usize = memory.data(65536, 16);

export function hostDefault_payloadIndex(at: i32, n: i32): i32 {
  return 0;
}

export function hostDefault_payloadData(offset: i64, n: i32, at: i32): i32 {
  return -EIO;
}

export function hostDefault_readBlock(offset: i64, stored: i32, method: i32, at: i32, plain: i32): i32 {
  return inflateBlock(offset, stored, method, at, plain);
}

export function hostDefault_newProcess(slot: i32): i32 {
  if (!isAttached(slot)) return -EAGAIN;
  const process = new ProcessSlot(slot);
  process.reset();
  return 0;
}

export function hostDefault_freeProcess(slot: i32): void {
  // Zeroed for whoever gets it next.
  if (isAttached(slot)) new ProcessSlot(slot).clear();
}

export function hostDefault_copyProcess(to: i32, from: i32, offset: i32, n: i32): void {
  const source = new ProcessSlot(from);
  const target = new ProcessSlot(to);
  while (n > 0) {
    const piece = min(n, COPY_BYTES);
    source.readPieces(offset, copyBuffer, piece);
    target.writePieces(offset, copyBuffer, piece);
    offset += piece;
    n -= piece;
  }
}

export function hostDefault_bulkIn(slot: i32, offset: i32, at: i32, n: i32): void {
  new ProcessSlot(slot).writePieces(offset, at, n);
}

export function hostDefault_bulkOut(slot: i32, offset: i32, at: i32, n: i32): void {
  new ProcessSlot(slot).readPieces(offset, at, n);
}

export function hostDefault_pendingSignals(): i64 {
  return 0;
}

export function hostDefault_ask(service: i32, at: i32, n: i32, answer: i32, capacity: i32): i32 {
  return -ENOSYS;
}

export function hostDefault_windowSize(): i32 {
  return 0;
}

export function hostDefault_setRaw(on: i32): void {}

const pollables: usize = memory.data(8, 8);
const pollResult: usize = memory.data(8, 8);

export function hostDefault_inputReady(nanoseconds: i64): i32 {
  const input = stdinPollable();
  if (nanoseconds == 0) return pollableReady(input);
  store<i32>(pollables, input);
  let count: i32 = 1;
  let clock: i32 = -1;
  if (nanoseconds > 0) {
    clock = subscribeDuration(nanoseconds);
    store<i32>(pollables, clock, 4);
    count = 2;
  }
  poll(pollables, count, pollResult);
  if (clock >= 0) dropPollable(clock);
  releaseReturned();
  return pollableReady(input);
}

export function hostDefault_bootConfig(at: i32, capacity: i32): i32 {
  return -1;
}

export function hostDefault_diffWrite(at: i32, n: i32, last: i32): i32 {
  return -ENOSYS;
}

export function hostDefault_codeIndex(at: i32, n: i32): i32 {
  return 0;
}

const newline: usize = memory.data(8, 8);

export function hostDefault_log(at: i32, n: i32): void {
  writeStandardError(at, n);
  store<u8>(newline, 10);
  writeStandardError(newline, 1);
}

export function hostDefault_ended(kind: i32, detail: i32): void {}
