/**
 * The boot configuration: see `bootKeys` in @boxer/abi.
 */
import { PAYLOAD_HEADER_BOOT_AT, PAYLOAD_HEADER_BOOT_BYTES, PAYLOAD_HEADER_SIZE, PAYLOAD_MAGIC, PAYLOAD_HEADER_MAGIC } from '../abi.gen';
import { bootConfig, payloadIndex } from '../host/slots';
import { byteString } from '../memory/bytes';

const DEFAULT_MEMORY: u64 = 1 << 30;

/** Values by key, in order. */
const values = new Map<string, string[]>();
let memoryLimit: u64 = DEFAULT_MEMORY;

/** All values of a key; empty when absent. */
export function bootList(key: string): string[] {
  return values.has(key) ? values.get(key) : [];
}

/** The last value of a key, or null. */
export function bootValue(key: string): string | null {
  if (!values.has(key)) return null;
  const list = values.get(key);
  return list[list.length - 1];
}

export function bootFlag(key: string): bool {
  const value = bootValue(key);
  return value != null && value == '1';
}

/** The value of a key as a decimal number; `absent` when there is none or it is not a number. */
export function bootNumber(key: string, absent: u64): u64 {
  const value = bootValue(key);
  if (value == null || value.length == 0) return absent;
  let number: u64 = 0;
  for (let i = 0; i < value.length; i++) {
    const digit = value.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return absent;
    number = number * 10 + digit;
  }
  return number;
}

/** What the box's memory is said to be. */
export function memoryBytes(): u64 {
  return memoryLimit;
}

/** Reads the host's configuration, else the payload's. */
export function loadBootConfig(): void {
  const length = bootConfig(0, 0);
  if (length >= 0) {
    const at = heap.alloc(max(length, 8));
    bootConfig(at, length);
    parse(at, length);
    heap.free(at);
  } else {
    loadFromPayload();
  }
  memoryLimit = bootNumber('memory', DEFAULT_MEMORY);
}

function loadFromPayload(): void {
  const header = memory.data(96, 8);
  if (payloadIndex(header, PAYLOAD_HEADER_SIZE) < PAYLOAD_HEADER_SIZE) return;
  if (load<u32>(header + PAYLOAD_HEADER_MAGIC) != PAYLOAD_MAGIC) return;
  const start = load<i32>(header + PAYLOAD_HEADER_BOOT_AT);
  const length = load<i32>(header + PAYLOAD_HEADER_BOOT_BYTES);
  if (length == 0) return;
  const index = heap.alloc(start + length);
  if (payloadIndex(index, start + length) == start + length) parse(index + start, length);
  heap.free(index);
}

function parse(at: usize, length: i32): void {
  const end = at + length;
  while (at < end) {
    let stop = at;
    while (stop < end && load<u8>(stop) != 0) stop++;
    let equals = at;
    while (equals < stop && load<u8>(equals) != 0x3d) equals++;
    if (equals < stop) {
      add(byteString(at, <i32>(equals - at)), byteString(equals + 1, <i32>(stop - equals - 1)));
    }
    at = stop + 1;
  }
}

function add(key: string, value: string): void {
  if (values.has(key)) values.get(key).push(value);
  else values.set(key, [value]);
}
