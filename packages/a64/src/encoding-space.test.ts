import { isAllocated } from './allocation.ts';
import { decode } from './decoder.ts';
import { allocations } from './encoding-space.ts';
import { instruction } from './instruction.ts';
import { instructions } from './instructions/index.ts';
import { randomWords } from './testing/random-words.ts';

const wordsOfRow = (name: string) =>
  allocations(instructions)
    .filter(({ encoding }) => encoding.instruction.name === name)
    .reduce((sum, { words }) => sum + words, 0);

describe('allocations', () => {
  /**
   * Oracle: Arm ARM DDI 0487, DecodeBitMasks. Elements of 2^k bits have 2^k - 1 lengths, and of immr the bits above the
   * element's size are ignored: 64 × (1 + 3 + 7 + 15 + 31 + 63) words for 64 bits, 64 × (1 + 3 + 7 + 15 + 31) for 32 bits.
   */
  it('counts bitmasks', () => {
    expect(wordsOfRow('AND/ORR/EOR/ANDS (immediate)')).toBe(4 * 2 ** 10 * 64 * (120 + 57));
  });

  // Oracle: the manual's decoding; a shift of 32 bits or more is unallocated with sf 0, an extension has imm3 up to 4.
  it.each([
    ['ADD/SUB (shifted register)', 4 * 3 * 2 ** 15 * (64 + 32)],
    ['ADD/SUB (extended register)', 8 * 8 * 2 ** 15 * 5],
    ['B/BL', 2 ** 27],
  ])('counts the words of %s', (name, words) => {
    expect(wordsOfRow(name)).toBe(words);
  });

  it('leaves out words that another row takes', () => {
    const row = (name: string, pattern: string, refines?: string) =>
      instruction({ name, pattern, assembly: '', ...(refines ? { refines } : {}), semantics() {} });
    const rows = [row('general', '1111 #a:28'), row('special', '1111 00000000 #a:20', 'general')];
    expect(allocations(rows).map(({ words }) => words)).toEqual([2 ** 28 - 2 ** 20, 2 ** 20]);
  });

  it('agrees with the share of random words that are allocated', () => {
    const total = allocations(instructions).reduce((sum, { words }) => sum + words, 0);
    const random = randomWords(1);
    const samples = 100_000;
    let hits = 0;
    for (let i = 0; i < samples; i++) {
      const word = random();
      const decoded = decode(word);
      if (decoded && isAllocated(decoded.instruction, word, decoded.fields)) hits += 1;
    }
    // Five standard deviations.
    expect(Math.abs(hits / samples - total / 2 ** 32)).toBeLessThan(5 * Math.sqrt(0.25 / samples));
  });
});
