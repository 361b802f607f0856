/** Calls of the functions a host may replace: see `hostSlots` in @boxer/abi. */
import {
  HOST_ASK,
  HOST_BOOT_CONFIG,
  HOST_BULK_IN,
  HOST_BULK_OUT,
  HOST_CODE_INDEX,
  HOST_COPY_PROCESS,
  HOST_DIFF_WRITE,
  HOST_ENDED,
  HOST_FREE_PROCESS,
  HOST_INPUT_READY,
  HOST_LOG,
  HOST_NEW_PROCESS,
  HOST_PAYLOAD_DATA,
  HOST_PAYLOAD_INDEX,
  HOST_PENDING_SIGNALS,
  HOST_READ_BLOCK,
  HOST_SET_RAW,
  HOST_TABLE_BASE,
  HOST_WINDOW_SIZE,
} from '../abi.gen';
import { storeByteString } from '../memory/bytes';

/** Copies the first n bytes of the payload index to `at`. @returns bytes copied */
export function payloadIndex(at: usize, n: i32): i32 {
  return call_indirect<i32>(HOST_TABLE_BASE + HOST_PAYLOAD_INDEX, <i32>at, n);
}

/** Copies the first n bytes of the index of packs to `at`. @returns bytes copied */
export function codeIndex(at: usize, n: i32): i32 {
  return call_indirect<i32>(HOST_TABLE_BASE + HOST_CODE_INDEX, <i32>at, n);
}

/** Copies stored bytes of the block data to `at`. @returns 0 or -EIO */
export function payloadData(offset: u64, n: i32, at: usize): i32 {
  return call_indirect<i32>(HOST_TABLE_BASE + HOST_PAYLOAD_DATA, <i64>offset, n, <i32>at);
}

/** Reads and inflates a block. @returns 0 or -EIO */
export function readBlock(offset: u64, storedBytes: i32, method: i32, at: usize, plainBytes: i32): i32 {
  return call_indirect<i32>(
    HOST_TABLE_BASE + HOST_READ_BLOCK,
    <i64>offset,
    storedBytes,
    method,
    <i32>at,
    plainBytes,
  );
}

/** @returns 0 or -EAGAIN */
export function newProcess(slot: i32): i32 {
  return call_indirect<i32>(HOST_TABLE_BASE + HOST_NEW_PROCESS, slot);
}

export function freeProcess(slot: i32): void {
  call_indirect<void>(HOST_TABLE_BASE + HOST_FREE_PROCESS, slot);
}

export function copyProcess(toSlot: i32, fromSlot: i32, offset: i32, n: i32): void {
  call_indirect<void>(HOST_TABLE_BASE + HOST_COPY_PROCESS, toSlot, fromSlot, offset, n);
}

export function bulkIn(slot: i32, offset: i32, at: usize, n: i32): void {
  call_indirect<void>(HOST_TABLE_BASE + HOST_BULK_IN, slot, offset, <i32>at, n);
}

export function bulkOut(slot: i32, offset: i32, at: usize, n: i32): void {
  call_indirect<void>(HOST_TABLE_BASE + HOST_BULK_OUT, slot, offset, <i32>at, n);
}

/** Signals the host wants delivered to the foreground process group: bit n-1 for signal n. */
export function pendingSignals(): u64 {
  return <u64>call_indirect<i64>(HOST_TABLE_BASE + HOST_PENDING_SIGNALS);
}

/** Terminal size: columns << 16 | rows; 0: no terminal. */
export function windowSize(): i32 {
  return call_indirect<i32>(HOST_TABLE_BASE + HOST_WINDOW_SIZE);
}

export function setRaw(on: bool): void {
  call_indirect<void>(HOST_TABLE_BASE + HOST_SET_RAW, on ? <i32>1 : <i32>0);
}

/** Waits up to `ns` (0 = not at all, -1 = until something happens) for standard input. @returns 1 when a read would not block */
export function inputReady(ns: i64): i32 {
  return call_indirect<i32>(HOST_TABLE_BASE + HOST_INPUT_READY, ns);
}

/** @returns length of the host's boot configuration, copied when it fits; -1: use the payload's */
export function bootConfig(at: usize, capacity: i32): i32 {
  return call_indirect<i32>(HOST_TABLE_BASE + HOST_BOOT_CONFIG, <i32>at, capacity);
}

/** Hands over a piece of the change stream. @returns 0 or -errno */
export function diffWrite(at: usize, n: i32, last: bool): i32 {
  return call_indirect<i32>(HOST_TABLE_BASE + HOST_DIFF_WRITE, <i32>at, n, last ? <i32>1 : <i32>0);
}

const lineBuffer: usize = memory.data(4096, 8);

/** Writes a diagnostic line (a byte string, without newline). */
export function log(line: string): void {
  const short = line.length > 4096 ? line.substring(0, 4096) : line;
  call_indirect<void>(HOST_TABLE_BASE + HOST_LOG, <i32>lineBuffer, storeByteString(short, lineBuffer));
}

export function ended(kind: i32, detail: i32): void {
  call_indirect<void>(HOST_TABLE_BASE + HOST_ENDED, kind, detail);
}

/** Asks a service of the host. @returns bytes of the answer, or -errno */
export function askHost(service: i32, at: usize, n: i32, answer: usize, capacity: i32): i32 {
  return call_indirect<i32>(HOST_TABLE_BASE + HOST_ASK, service, <i32>at, n, <i32>answer, capacity);
}
