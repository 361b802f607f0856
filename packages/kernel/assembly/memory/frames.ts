import { MEMORY_CHUNK_PAGES } from './limits';

/**
 * Page frames: 4 KiB pieces of kernel memory outside the managed heap, for file contents, pipe buffers, shared memory and
 * saved CPU states. Never moved, never collected: whoever allocates one frees it.
 */
export const FRAME_SIZE: i32 = 4096;

let firstFree: usize = 0;
let chunkAt: usize = 0;
let chunkEnd: usize = 0;
let used: i32 = 0;

/** @returns the address of a frame with undefined content; 0 when the kernel's memory cannot grow */
export function allocateFrame(): usize {
  let frame = firstFree;
  if (frame != 0) {
    firstFree = load<usize>(frame);
  } else {
    if (chunkAt == chunkEnd && !newChunk()) return 0;
    frame = chunkAt;
    chunkAt += FRAME_SIZE;
  }
  used++;
  return frame;
}

/** @returns the address of a frame of zeros, or 0 */
export function allocateZeroedFrame(): usize {
  const frame = allocateFrame();
  if (frame != 0) memory.fill(frame, 0, FRAME_SIZE);
  return frame;
}

export function freeFrame(frame: usize): void {
  store<usize>(frame, firstFree);
  firstFree = frame;
  used--;
}

/** Frames in use; counts towards the box's memory. */
export function usedFrames(): i32 {
  return used;
}

function newChunk(): bool {
  const before = memory.grow(MEMORY_CHUNK_PAGES);
  if (before < 0) return false;
  chunkAt = <usize>before << 16;
  chunkEnd = chunkAt + ((<usize>MEMORY_CHUNK_PAGES) << 16);
  return true;
}
