import { encodingsOf, isAllocated, wordsOf } from './allocation.ts';
import { decode } from './decoder.ts';
import { instruction } from './instruction.ts';
import { instructions } from './instructions/index.ts';
import { execute } from './oracle/oracle.ts';
import { emptyMachine } from './testing/empty-machine.ts';
import { randomWords, wordsOfRows } from './testing/random-words.ts';

const row = instruction({
  name: 'row',
  pattern: '1111 mode:2 #amount:6 Rn:5 000000000000000',
  when: (f) => f.mode !== 3,
  assembly: '',
  semantics(m, { mode, amount, Rn }) {
    if (mode) m.undefinedIf(m.geu(amount, m.constant(32, 40)));
    if (mode === 2) m.undefinedIf(m.and(m.registerNumber(Rn), m.constant(32, 1)));
    m.writeX(Rn, m.zext(amount));
  },
});

describe('encodingsOf', () => {
  it('lists the combinations of static values that `when` accepts', () => {
    expect(encodingsOf(row).map(({ statics, mask, value }) => ({ statics, mask, value }))).toEqual([
      { statics: { mode: 0 }, mask: 0xfc007fff, value: 0xf0000000 },
      { statics: { mode: 1 }, mask: 0xfc007fff, value: 0xf4000000 },
      { statics: { mode: 2 }, mask: 0xfc007fff, value: 0xf8000000 },
    ]);
  });

  it('counts the words that `undefinedIf` leaves', () => {
    expect(encodingsOf(row).map(wordsOf)).toEqual([64 * 32, 40 * 32, 40 * 16]);
  });
});

describe('isAllocated', () => {
  // Oracle: Arm ARM DDI 0487, the decoding of each instruction.
  it.each([
    [0x8b215020, true, 'an extended register shifted by 4'],
    [0x8b215420, false, 'an extended register shifted by 5'],
    [0x0b017c20, true, 'a 32-bit register shifted by 31'],
    [0x0b018020, false, 'a 32-bit register shifted by 32'],
    [0x9240f820, true, 'a bitmask of 63 ones'],
    [0x9240fc20, false, 'a bitmask of 64 ones'],
    [0x48207c02, true, 'pairs of even registers'],
    [0x48217c02, false, 'a pair that starts at an odd register'],
  ])('0x%s: %s, %s', (word, allocated) => {
    const decoded = decode(word);
    expect(decoded && isAllocated(decoded.instruction, word, decoded.fields)).toBe(allocated);
  });

  // The oracle evaluates `undefinedIf` while it executes.
  it('agrees with the oracle on random words of each row', () => {
    const different: string[] = [];
    for (const word of wordsOfRows(instructions, 20, randomWords(Date.now() % 1e9))) {
      const decoded = decode(word);
      if (!decoded) continue;
      const { state, memory } = emptyMachine();
      const executes = execute(state, memory, word) !== 'undefined';
      if (executes !== isAllocated(decoded.instruction, word, decoded.fields))
        different.push(`${decoded.instruction.name} ${word.toString(16)}`);
    }
    expect(different).toEqual([]);
  });
});
