import { InvalidPatternError } from './errors.ts';
import { fieldOf, parsePattern } from './pattern.ts';

describe('parsePattern', () => {
  it('reads bits from the most significant one down', () => {
    const pattern = parsePattern('sf 00 100010 sh #imm12:12 Rn:5 Rd:5');
    expect(pattern.mask).toBe(0x7f800000);
    expect(pattern.value).toBe(0x11000000);
    expect(pattern.fields).toEqual([
      { name: 'sf', kind: 'static', low: 31, bits: 1 },
      { name: 'sh', kind: 'static', low: 22, bits: 1 },
      { name: 'imm12', kind: 'immediate', low: 10, bits: 12 },
      { name: 'Rn', kind: 'general', low: 5, bits: 5 },
      { name: 'Rd', kind: 'general', low: 0, bits: 5 },
    ]);
    // GNU as: add x0, x1, #0x123
    expect(fieldOf(0x91048c20, { low: 10, bits: 12 })).toBe(0x123);
  });

  it.each([
    ['1111', 'it has 4 bits instead of 32'],
    [`${'0'.repeat(28)} a:5`, 'it has 33 bits instead of 32'],
    [`a a:31`, '"a" is repeated'],
    ['Rn:5x 0', '"Rn:5x" is not a token'],
    ['', '"" is not a token'],
  ])('refuses %j', (text, why) => {
    expect(() => parsePattern(text)).toThrow(InvalidPatternError);
    expect(() => parsePattern(text)).toThrow(why);
  });
});
