import {
  BLOCK_SIZE_BYTES,
  PAYLOAD_BLOCK_METHOD,
  PAYLOAD_BLOCK_OFFSET,
  PAYLOAD_BLOCK_PLAIN_BYTES,
  PAYLOAD_BLOCK_STORED_BYTES,
} from '../abi.gen';
import { payloadData, readBlock } from '../host/slots';
import { inflate } from './inflate';
import { lowerBlock } from './payload-index';

/** Inflated blocks kept: 128 × 64 KiB. */
const CAPACITY: i32 = 128;
const NONE: u32 = u32.MAX_VALUE;

// Slot → block number, address of its bytes, time of last use.
const slotBlock = new StaticArray<u32>(CAPACITY);
const slotAt = new StaticArray<usize>(CAPACITY);
const slotUsed = new StaticArray<u32>(CAPACITY);
/** Block number, modulo its length → slot + 1: a hint. */
const hints = new StaticArray<u8>(1024);
let usedSlots: i32 = 0;
let clock: u32 = 0;

/** @returns address of the block's inflated bytes (valid until other blocks are read), or 0 for an input/output error */
export function cachedBlock(block: u32): usize {
  const hint = <i32>unchecked(hints[block & 1023]) - 1;
  if (hint >= 0 && unchecked(slotBlock[hint]) == block) {
    unchecked((slotUsed[hint] = ++clock));
    return unchecked(slotAt[hint]);
  }
  for (let slot = 0; slot < usedSlots; slot++) {
    if (unchecked(slotBlock[slot]) != block) continue;
    unchecked((hints[block & 1023] = <u8>(slot + 1)));
    unchecked((slotUsed[slot] = ++clock));
    return unchecked(slotAt[slot]);
  }
  const slot = victim();
  if (slot < 0) return 0;
  unchecked((slotBlock[slot] = NONE));
  const record = lowerBlock(block);
  const plain = <i32>load<u16>(record, PAYLOAD_BLOCK_PLAIN_BYTES) + 1;
  const problem = readBlock(
    load<u64>(record, PAYLOAD_BLOCK_OFFSET),
    load<i32>(record, PAYLOAD_BLOCK_STORED_BYTES),
    load<u16>(record, PAYLOAD_BLOCK_METHOD),
    unchecked(slotAt[slot]),
    plain,
  );
  if (problem != 0) return 0;
  unchecked((slotBlock[slot] = block));
  unchecked((slotUsed[slot] = ++clock));
  unchecked((hints[block & 1023] = <u8>(slot + 1)));
  return unchecked(slotAt[slot]);
}

function victim(): i32 {
  if (usedSlots < CAPACITY) {
    const before = memory.grow(1);
    if (before >= 0) {
      unchecked((slotAt[usedSlots] = <usize>before << 16));
      return usedSlots++;
    }
    if (usedSlots == 0) return -1;
  }
  let oldest = 0;
  for (let slot = 1; slot < usedSlots; slot++) {
    if (unchecked(slotUsed[slot]) < unchecked(slotUsed[oldest])) oldest = slot;
  }
  return oldest;
}

/** Bytes of the logical stream copied to `to`. @returns false for an input/output error */
export function readStream(offset: u64, to: usize, n: u32): bool {
  let done: u32 = 0;
  while (done < n) {
    const at = offset + done;
    const block = cachedBlock(<u32>(at / BLOCK_SIZE_BYTES));
    if (block == 0) return false;
    const inBlock = <u32>(at % BLOCK_SIZE_BYTES);
    const part = min(n - done, <u32>BLOCK_SIZE_BYTES - inBlock);
    memory.copy(to + done, block + inBlock, part);
    done += part;
  }
  return true;
}

let staging: usize = 0;

/** The default of the host slot `readBlock`: inflates in the kernel. @returns 0 or -5 (EIO) */
export function inflateBlock(offset: i64, storedBytes: i32, method: i32, at: i32, plainBytes: i32): i32 {
  if (method == 0) return storedBytes != plainBytes ? -5 : payloadData(offset, storedBytes, at);
  if (staging == 0) {
    const before = memory.grow(2);
    if (before < 0) return -5;
    staging = <usize>before << 16;
  }
  const problem = payloadData(offset, storedBytes, staging);
  if (problem != 0) return problem;
  return inflate(staging, storedBytes, at, plainBytes) == plainBytes ? 0 : -5;
}
