import { GUEST_BIAS } from '@boxer/abi';
import { TouchedMemory } from './touched-memory.ts';

const GRANULE = 65536;

describe('TouchedMemory', () => {
  it('zeroes what was marked, in granules, and nothing else', () => {
    const memory = new Uint8Array(GUEST_BIAS + 10 * GRANULE).fill(1);
    const touched = new TouchedMemory();
    touched.mark(GUEST_BIAS + 2 * GRANULE + 5, 1);
    touched.mark(GUEST_BIAS + 4 * GRANULE - 1, 2);
    touched.mark(GUEST_BIAS + 9 * GRANULE, 0);
    expect(touched.sizeBytes).toBe(3 * GRANULE);
    touched.zero(memory);
    const zeroed = [...Array(10).keys()].filter((granule) => memory[GUEST_BIAS + granule * GRANULE] === 0);
    expect(zeroed).toEqual([2, 3, 4]);
    expect(touched.sizeBytes).toBe(0);
  });

  it('leaves the engine’s tables below guest memory alone', () => {
    const memory = new Uint8Array(GUEST_BIAS + GRANULE).fill(1);
    const touched = new TouchedMemory();
    touched.mark(0x1000, 0x400);
    touched.mark(GUEST_BIAS - 10, 20);
    touched.zero(memory);
    expect(memory[GUEST_BIAS - 1]).toBe(1);
    expect(memory[GUEST_BIAS]).toBe(0);
  });

  it('forgets: zeroing again changes nothing', () => {
    const memory = new Uint8Array(GUEST_BIAS + GRANULE).fill(1);
    const touched = new TouchedMemory();
    touched.mark(GUEST_BIAS, 1);
    touched.zero(new Uint8Array(memory.length));
    touched.zero(memory);
    expect(memory[GUEST_BIAS]).toBe(1);
  });
});
