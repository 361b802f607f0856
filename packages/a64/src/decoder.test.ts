import { candidates, decisionTree, fixedBits } from './decision-tree.ts';
import { decode } from './decoder.ts';
import { instructions } from './instructions/index.ts';

describe('decode', () => {
  // Oracle: GNU objdump 2.40.
  it.each([
    [0x91000420, 'ADD/SUB (immediate)', { sf: 1, op: 0, S: 0, sh: 0, imm12: 1, Rn: 1, Rd: 0 }],
    [0xd65f03c0, 'BR/BLR/RET', { opc: 2, Rn: 30 }],
    [0xd503203f, 'YIELD/WFE/WFI', { CRm: 0, op2: 1 }],
  ])('finds the row and the fields of 0x%s', (word, name, fields) => {
    const decoded = decode(word);
    expect(decoded?.instruction.name).toBe(name);
    expect(decoded?.fields).toEqual(fields);
  });

  it.each([0x00000000, 0xffffffff, 0x04000000])('knows no instruction 0x%s', (word) => {
    expect(decode(word)).toBeUndefined();
  });

  it('finds for every row a word that is its own', () => {
    const lost = instructions.filter((row) => {
      let state = 1;
      for (let attempt = 0; attempt < 3000; attempt++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        const spread = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
        const word = (row.pattern.value | (spread & ~row.pattern.mask)) >>> 0;
        if (decode(word)?.instruction === row) return false;
      }
      return true;
    });
    expect(lost.map((row) => row.name)).toEqual([]);
  });
});

describe('decisionTree', () => {
  it('leads every word to the matchers that match it, those with more fixed bits first', () => {
    const matchers = instructions.map(({ pattern }) => pattern);
    const tree = decisionTree(matchers);
    let word = 12345;
    for (let i = 0; i < 5000; i++) {
      word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
      const expected = matchers.filter(({ mask, value }) => (word & mask) >>> 0 === value);
      const found = candidates(tree, word).filter(({ mask, value }) => (word & mask) >>> 0 === value);
      expect(new Set(found)).toEqual(new Set(expected));
      expect(
        found.every((matcher, k) => k === 0 || fixedBits(found[k - 1]?.mask ?? 0) >= fixedBits(matcher.mask)),
      ).toBe(true);
    }
  });
});
